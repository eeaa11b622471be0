import Platform

/// The open connections. When the table is full, the oldest one without a request makes room, so that idle connections
/// cannot keep out the page. Pure but for the sockets that it holds.
struct ConnectionTable {
  private struct Entry {
    let socket: Socket
    var hasRequest = false
  }

  private let limit: Int
  private var entries: [(number: Int, entry: Entry)] = []
  private var last = 0

  init(limit: Int) { self.limit = limit }

  var count: Int { entries.count }

  /// Adds a connection.
  ///
  /// - Returns: its number and the connection to end in its place; nil if all others have a request.
  mutating func add(_ socket: Socket) -> (number: Int, displaced: Socket?)? {
    var displaced: Socket?
    if entries.count >= limit {
      guard let oldest = entries.firstIndex(where: { !$0.entry.hasRequest }) else { return nil }
      displaced = entries.remove(at: oldest).entry.socket
    }
    last += 1
    entries.append((last, Entry(socket: socket)))
    return (last, displaced)
  }

  /// Returns false if the connection was displaced.
  mutating func markRequest(_ number: Int) -> Bool {
    guard let index = entries.firstIndex(where: { $0.number == number }) else { return false }
    entries[index].entry.hasRequest = true
    return true
  }

  mutating func remove(_ number: Int) { entries.removeAll { $0.number == number } }

  var sockets: [Socket] { entries.map(\.entry.socket) }
}
