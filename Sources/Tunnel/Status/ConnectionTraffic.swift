internal import Synchronization

/// What one open connection has carried: written by the one thread that relays it, read by anybody.
package final class ConnectionTraffic: Sendable {
  package let serial: Int
  private let origin: String
  private let openedAt: Int64
  private let bytesFromTarget = Atomic<Int>(0)
  private let bytesToTarget = Atomic<Int>(0)

  init(serial: Int, origin: String, openedAt: Int64) {
    self.serial = serial
    self.origin = origin
    self.openedAt = openedAt
  }

  // With one writer, a load and a store cost no more than a plain variable.

  package func addFromTarget(_ count: Int) {
    bytesFromTarget.store(bytesFromTarget.load(ordering: .relaxed) + count, ordering: .relaxed)
  }

  package func addToTarget(_ count: Int) {
    bytesToTarget.store(bytesToTarget.load(ordering: .relaxed) + count, ordering: .relaxed)
  }

  package var record: ConnectionRecord {
    ConnectionRecord(
      serial: serial, origin: origin, openedAt: openedAt,
      bytesFromTarget: bytesFromTarget.load(ordering: .relaxed),
      bytesToTarget: bytesToTarget.load(ordering: .relaxed))
  }
}
