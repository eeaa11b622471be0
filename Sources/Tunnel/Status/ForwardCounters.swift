internal import Platform
package import Synchronization

/// The traffic of a forward. Written by the tunnel's threads, read from any thread.
package final class ForwardCounters: Sendable {
  /// The port that the kernel chose if 0 was configured.
  package let boundPort = Atomic<Int>(0)
  package let open = Atomic<Int>(0)
  package let accepted = Atomic<Int>(0)
  package let refused = Atomic<Int>(0)
  package let bytesFromTarget = Atomic<Int>(0)
  package let bytesToTarget = Atomic<Int>(0)

  private struct Recent {
    var log = ConnectionLog()
    var fromTarget = Rate()
    var toTarget = Rate()
  }

  /// Locked when a connection begins or ends and when the status is read, but not per packet.
  private let recent = Mutex(Recent())

  package init() {}

  /// Counts a connection accepted from `origin` (`127.0.0.1:51234`). The result counts its traffic.
  package func begin(origin: String) -> ConnectionTraffic {
    accepted.add(1, ordering: .relaxed)
    open.add(1, ordering: .relaxed)
    return recent.withLock { recent in
      recordRates(&recent, now: MonotonicTime.now)
      return recent.log.begin(origin: origin, at: WallClock.milliseconds)
    }
  }

  package func end(_ traffic: ConnectionTraffic, _ end: ConnectionEnd) {
    open.subtract(1, ordering: .relaxed)
    recent.withLock { recent in
      recordRates(&recent, now: MonotonicTime.now)
      recent.log.end(traffic, end, at: WallClock.milliseconds)
    }
  }

  /// Copies the current counters into `forward`.
  func fill(_ forward: inout TunnelStatus.Forward, now: MonotonicTime) {
    let port = boundPort.load(ordering: .relaxed)
    if case .tcp(let place) = forward.listen, port != 0 {
      forward.listen = .init(host: place.host, port: UInt16(port))
    }
    forward.openConnections = open.load(ordering: .relaxed)
    forward.acceptedConnections = accepted.load(ordering: .relaxed)
    forward.refusedConnections = refused.load(ordering: .relaxed)
    forward.bytesFromTarget = bytesFromTarget.load(ordering: .relaxed)
    forward.bytesToTarget = bytesToTarget.load(ordering: .relaxed)
    recent.withLock { recent in
      recordRates(&recent, now: now)
      forward.rateFromTarget = recent.fromTarget.perSecond(forward.bytesFromTarget, at: now)
      forward.rateToTarget = recent.toTarget.perSecond(forward.bytesToTarget, at: now)
      forward.recent = recent.log.records
    }
  }

  private func recordRates(_ recent: inout Recent, now: MonotonicTime) {
    recent.fromTarget.record(bytesFromTarget.load(ordering: .relaxed), at: now)
    recent.toTarget.record(bytesToTarget.load(ordering: .relaxed), at: now)
  }
}
