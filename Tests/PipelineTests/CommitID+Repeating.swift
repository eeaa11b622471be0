@testable import Pipeline

extension CommitID {
  /// The commit of 40 times this digit.
  init(repeating digit: Character) {
    guard let id = CommitID(String(repeating: digit, count: 40)) else {
      preconditionFailure("\(digit) is no hexadecimal digit")
    }
    self = id
  }
}
