internal import Synchronization

/// How busy a session is: written by its thread (and by whoever gives it a client), read by whoever places the
/// next one.
final class SessionLoad: Sendable {
  /// Clients that it was given and that have not ended.
  let clients = Atomic<Int>(0)
  /// Connections that move bulk.
  let bulk = Atomic<Int>(0)
  /// An open waits for an answer for so long that later opens should go elsewhere.
  let isStuck = Atomic<Bool>(false)
  /// Bytes carried, both ways.
  let bytes = Atomic<Int>(0)

  var reading: Placement.Load {
    .init(
      clients: clients.load(ordering: .relaxed), bulk: bulk.load(ordering: .relaxed),
      isStuck: isStuck.load(ordering: .relaxed))
  }
}
