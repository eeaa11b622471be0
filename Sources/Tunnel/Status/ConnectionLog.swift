internal import Synchronization

/// How a local connection ended.
package enum ConnectionEnd: Hashable, Sendable {
  case closedByClient
  case closedByTarget
  /// The client closed the connection before it had read everything.
  case resetByClient
  /// The session that carried it was lost, or the guard stopped.
  case cutWithTunnel
  /// The far side could not or did not want to connect to the target.
  case refused(reason: String)
  /// The connection waited for the tunnel longer than `hold`.
  case heldTooLong

  /// The value of `forwards[].recent[].end` in the status document.
  package var word: String {
    switch self {
    case .closedByClient: "closed_by_client"
    case .closedByTarget: "closed_by_target"
    case .resetByClient: "reset_by_client"
    case .cutWithTunnel: "tunnel_lost"
    case .refused: "refused"
    case .heldTooLong: "hold_expired"
    }
  }
}

/// The record of one local connection. Times are milliseconds since 1970 UTC.
package struct ConnectionRecord: Hashable, Sendable {
  /// The number of the connection within its forward, from 1.
  package let serial: Int
  /// For example `127.0.0.1:51234`.
  package let origin: String
  package let openedAt: Int64
  /// nil while it is open.
  package var endedAt: Int64?
  package var bytesFromTarget: Int
  package var bytesToTarget: Int
  package var end: ConnectionEnd?
}

/// The connections of one forward: those that are open, and the last that ended.
package struct ConnectionLog: Sendable {
  /// The number of ended connections that are kept, and of open connections that are listed.
  package static let capacity = 20

  private var open: [Int: ConnectionTraffic] = [:]
  /// In the order in which they ended.
  private var ended: [ConnectionRecord] = []
  private var lastSerial = 0

  package init() {}

  package mutating func begin(origin: String, at time: Int64) -> ConnectionTraffic {
    lastSerial += 1
    let traffic = ConnectionTraffic(serial: lastSerial, origin: origin, openedAt: time)
    open[lastSerial] = traffic
    return traffic
  }

  /// Moves a connection to the ended ones. If it has already ended, it does not change.
  package mutating func end(_ traffic: ConnectionTraffic, _ end: ConnectionEnd, at time: Int64) {
    guard open.removeValue(forKey: traffic.serial) != nil else { return }
    var record = traffic.record
    // The real-time clock may have been set back in the meantime.
    record.endedAt = max(time, record.openedAt)
    record.end = end
    if ended.count == Self.capacity { ended.removeFirst() }
    ended.append(record)
  }

  /// The newest open connections, then the last that ended; each list is newest first.
  package var records: [ConnectionRecord] {
    let newest = open.keys.sorted(by: >).prefix(Self.capacity)
    return newest.compactMap { open[$0]?.record } + ended.reversed()
  }
}

/// The traffic of one open connection. Written by the one thread that relays it, read from any thread.
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
