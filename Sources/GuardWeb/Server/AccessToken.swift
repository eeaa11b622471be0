/// 256 random bits as 64 hexadecimal digits.
struct AccessToken: Hashable, Sendable {
  let text: String

  /// SystemRandomNumberGenerator uses getrandom(2).
  init() {
    var generator = SystemRandomNumberGenerator()
    self.init(using: &generator)
  }

  init(using generator: inout some RandomNumberGenerator) {
    text = (0..<4).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Compares all bytes, so that the duration does not reveal how many of them are right.
  func matches(_ offered: some StringProtocol) -> Bool {
    guard offered.utf8.count == text.utf8.count else { return false }
    return zip(offered.utf8, text.utf8).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
