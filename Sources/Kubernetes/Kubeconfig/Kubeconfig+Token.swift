internal import GuardTypes
internal import Health

extension Kubeconfig.Token {
  /// The token to send now. The file is read each time, because it may be renewed.
  func current() throws(PollFailure) -> String? {
    guard let file else { return inline?.value }
    let problem: String
    do throws(FileContents.Failure) {
      let bytes = try FileContents.read(file, limit: 64 << 10)
      let text = String(String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline && $0 != " " })
      if !text.isEmpty, Self.isPrintable(text) { return text }
      problem = "contains no token"
    } catch {
      problem = error.words
    }
    if let inline { return inline.value }
    throw PollFailure(
      code: .kubeconfig, message: "tokenFile \(file) \(problem)",
      remedy: "Write a token to it, readable for the guard's user: ls -l \(file)")
  }

  /// The token becomes part of a header line, so it must not contain control characters.
  static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }
}
