package import Systemd

/// One thing to log: what changed, for whom, and why. Never holds a secret, a key or a token.
package struct LogRecord: Hashable, Sendable {
  /// Nil: a plain line for debugging, which is no state change.
  package var event: Event?
  /// How urgent it is.
  package var priority: Priority
  /// One line for people; says subject, old and new state, reason and next step by itself.
  package var message: String
  /// Nil: the guard itself.
  package var cluster: String?
  /// `node calypso`, `forward 127.0.0.1:16443`
  package var subject: String?
  /// The state before.
  package var from: String?
  /// The state from now on.
  package var to: String?
  /// The cause of the change.
  package var reason: String?
  /// One id from down to up.
  package var incident: String?
  /// The command or step that helps, in the words of the status document.
  package var remedy: String?
  /// The two parts of it, where it has them: a command line that can be pasted into any shell, and words.
  package var command: String?
  package var note: String?
  /// Further fields: `PEER_UID` becomes `OCEANID_PEER_UID`.
  package var extra: [String: String]
  /// Where in the source it was logged: `Guard/Guard.swift`.
  package let file: String
  /// The line that writes it.
  package let line: Int

  package init(
    _ event: Event?, _ message: String, priority: Priority? = nil, cluster: String? = nil,
    subject: String? = nil, from: String? = nil, to: String? = nil, reason: String? = nil,
    incident: String? = nil, remedy: String? = nil, command: String? = nil, note: String? = nil,
    extra: [String: String] = [:],
    file: String = #fileID, line: Int = #line
  ) {
    self.event = event
    self.priority = priority ?? event?.priority ?? .debug
    self.message = message
    self.cluster = cluster
    self.subject = subject
    self.from = from
    self.to = to
    self.reason = reason
    self.incident = incident
    self.remedy = remedy
    self.command = command
    self.note = note
    self.extra = extra
    self.file = file
    self.line = line
  }
}
