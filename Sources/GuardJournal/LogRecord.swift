package import GuardAPI
package import Systemd

/// An entry to log: the subject, its change and the reason. Never contains a secret, a key or a token.
package struct LogRecord: Hashable, Sendable {
  /// nil for a plain debug line, which is not a state change.
  package var event: Event?
  /// The urgency.
  package var priority: Priority
  /// One line for people. It can be understood without the other fields.
  package var message: String
  /// nil for the guard itself.
  package var cluster: String?
  /// `node calypso`, `forward 127.0.0.1:16443`
  package var subject: String?
  /// The old state.
  package var from: String?
  /// The new state.
  package var to: String?
  /// The cause of the change.
  package var reason: String?
  /// The id of the incident. It stays the same from begin to end.
  package var incident: String?
  /// The next step, with the same text as in the status document.
  package var remedy: String?
  /// The parts of the remedy, if it has them: a command line for any shell, and a note.
  package var command: String?
  package var note: String?
  /// The objects that changed, for an event about several. The writer limits them.
  package var names: [String]
  /// Further fields.
  package var extra: [JournalField: String]
  /// The source file that logs it: `GuardDaemon/GuardService.swift`.
  package let file: String
  /// The line in `file`.
  package let line: Int

  package init(
    _ event: Event?, _ message: String, priority: Priority? = nil, cluster: String? = nil,
    subject: String? = nil, from: String? = nil, to: String? = nil, reason: String? = nil,
    incident: String? = nil, remedy: String? = nil, command: String? = nil, note: String? = nil,
    names: [String] = [], extra: [JournalField: String] = [:],
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
    self.names = names
    self.extra = extra
    self.file = file
    self.line = line
  }
}

extension LogRecord {
  /// All facts by their fields, without the empty ones.
  package var fields: [JournalField: String] {
    let own: [JournalField: String?] = [
      .message: message, .event: event?.name, .cluster: cluster, .subject: subject, .from: from, .to: to,
      .reason: reason, .incident: incident, .remedy: remedy, .command: command, .note: note,
      .names: ChangeDocument.joined(names),
    ]
    return own.compactMapValues(\.self).filter { !$0.value.isEmpty }
      .merging(extra.filter { !$0.value.isEmpty }) { own, _ in own }
  }
}
