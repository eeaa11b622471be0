import ArgumentParser
import GuardTypes

/// The name of a commit: 40 hexadecimal digits, or its first seven or more.
struct CommitName: Hashable, Sendable {
  let digits: String

  init?(_ text: String) {
    let digits = text.lowercased()
    let isHexadecimal = digits.utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
    guard isHexadecimal, (7...40).contains(digits.utf8.count) else { return nil }
    self.digits = digits
  }

  /// The form in sentences.
  var short: String { String(digits.prefix(8)) }
}

extension CommitName: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
