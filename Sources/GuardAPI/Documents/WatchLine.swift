package import Health

/// One line of `GET /v1/watch` (JSON Lines).
///
/// - `{"type":"snapshot","status":{…}}` is the first line and occurs once.
/// - `{"type":"change","change":{…},"status":{…}}` is one state change with the document after it. If several changes
///   happen at once, only the last line needs the document; the others may have `"status":null`.
/// - `{"type":"heartbeat","at":"…","status":{…}}` is sent every 15 s. Its document, which may be null, contains
///   values that change without an event: ages, counters, the round-trip time.
package enum WatchLine: Hashable, Sendable {
  case snapshot(StatusDocument)
  case change(ChangeDocument, StatusDocument?)
  case heartbeat(Timestamp, StatusDocument?)
  /// A type of a newer daemon; ignore it.
  case other(type: String)

  /// The time without a line after which a reader considers the daemon dead: three heartbeats.
  package static let silence: Duration = .seconds(45)
  /// The interval between heartbeats.
  package static let heartbeatInterval: Duration = .seconds(15)

  /// The document in the line, if any.
  package var status: StatusDocument? {
    switch self {
    case .snapshot(let status): status
    case .change(_, let status), .heartbeat(_, let status): status
    case .other: nil
    }
  }
}

extension WatchLine: Codable {
  private enum Key: String, CodingKey {
    case type, status, change, at
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func status() throws -> StatusDocument? {
      try container.decodeIfPresent(StatusDocument.self, forKey: .status)
    }
    switch try container.decode(String.self, forKey: .type) {
    case "snapshot":
      self = .snapshot(try container.decode(StatusDocument.self, forKey: .status))
    case "change":
      self = .change(try container.decode(ChangeDocument.self, forKey: .change), try status())
    case "heartbeat":
      self = .heartbeat(try container.decode(Timestamp.self, forKey: .at), try status())
    case let type:
      self = .other(type: type)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .snapshot(let status):
      try container.encode("snapshot", forKey: .type)
      try container.encode(status, forKey: .status)
    case .change(let change, let status):
      try container.encode("change", forKey: .type)
      try container.encode(change, forKey: .change)
      try container.encode(status, forKey: .status)
    case .heartbeat(let at, let status):
      try container.encode("heartbeat", forKey: .type)
      try container.encode(at, forKey: .at)
      try container.encode(status, forKey: .status)
    case .other(let type):
      try container.encode(type, forKey: .type)
    }
  }
}
