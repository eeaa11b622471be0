import GuardConnection

/// The resources that a client subscribed to, by both forms of the protocol.
struct Subscriptions: Hashable, Sendable {
  /// The maximum number of subscriptions of one client.
  static let limit = 256

  /// The URIs as the client wrote them.
  private var legacy: [String] = []
  /// By the id of their `subscriptions/listen`, in the order of their begin.
  private var streams: [(id: RequestID, uris: [String])] = []

  static func == (a: Subscriptions, b: Subscriptions) -> Bool {
    a.legacy == b.legacy && a.streams.elementsEqual(b.streams) { $0.id == $1.id && $0.uris == $1.uris }
  }

  func hash(into hasher: inout Hasher) { hasher.combine(legacy) }

  var isEmpty: Bool { legacy.isEmpty && streams.allSatisfy(\.uris.isEmpty) }

  private var count: Int { streams.reduce(legacy.count) { $0 + 1 + $1.uris.count } }

  func contains(_ id: RequestID) -> Bool { streams.contains { $0.id == id } }

  mutating func subscribe(_ uri: String) throws(ProtocolError) {
    guard Resource(uri: uri) != nil else { throw ProtocolError(.resourceNotFound, "no such resource") }
    guard !legacy.contains(uri) else { return }
    guard count < Subscriptions.limit else { throw Subscriptions.tooMany }
    legacy.append(uri)
  }

  mutating func unsubscribe(_ uri: String) { legacy.removeAll { $0 == uri } }

  /// Begins a stream and returns the URIs that it has.
  mutating func listen(_ id: RequestID, _ uris: [String]) throws(ProtocolError) -> [String] {
    let known = uris.filter { Resource(uri: $0) != nil }
    guard count + 1 + known.count <= Subscriptions.limit else { throw Subscriptions.tooMany }
    streams.append((id, known))
    return known
  }

  mutating func end(_ id: RequestID) { streams.removeAll { $0.id == id } }

  /// The notifications of changed resources.
  func updates(_ isChanged: (Resource) -> Bool) -> [JSONValue] {
    func isMeant(_ uri: String) -> Bool { Resource(uri: uri).map(isChanged) ?? false }
    let old = legacy.filter(isMeant).map { ServerMessage.updated($0, stream: nil) }
    return old
      + streams.flatMap { stream in
        stream.uris.filter(isMeant).map { ServerMessage.updated($0, stream: stream.id) }
      }
  }

  private static let tooMany = ProtocolError(.invalidParams, "more than \(limit) subscriptions")
}
