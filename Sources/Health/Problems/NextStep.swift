/// The next step of a person: a command line, a note, or both.
public struct NextStep: Hashable, Sendable {
  /// Can be pasted into any shell, and changes nothing in the cluster. Never has a comment in it.
  public let command: String?
  /// In words: what to look for, or what to do where no command on this machine does it.
  public let note: String?

  public init(command: String? = nil, note: String? = nil) {
    self.command = command
    self.note = note
  }

  /// Both in one line, for readers of the field `remedy`.
  public var remedy: String {
    guard let command else { return note ?? "" }
    return note.map { "\(command)  # \($0)" } ?? command
  }
}
