internal import GuardCluster
internal import GuardConfiguration
internal import GuardControl
internal import Platform
internal import Synchronization
internal import Tunnel

extension GuardService {
  /// The parts that must respond before the watchdog is notified: tunnels, polls, the queue of reloads and
  /// the control socket.
  func parts() -> [WatchdogFeed.Part] {
    var parts = clusters(named: nil).map { cluster in
      WatchdogFeed.Part {
        let before = cluster.tunnel.turns
        cluster.tunnel.nudge()
        let timeout = cluster.configuration.kubernetes.poll.timeout
        return { cluster.tunnel.turns != before && !cluster.poller.isOverdue(timeout: timeout) }
      }
    }
    parts.append(liveness.part)
    if let server = server.withLock({ $0 }) {
      let path = state.withLock { $0.configuration.control.socket }
      parts.append(
        WatchdogFeed.Part {
          let answer = Answer()
          server.ping { answer.isReceived.store(true, ordering: .relaxed) }
          let probe = ControlProbe(path: path)
          return { answer.isReceived.load(ordering: .relaxed) && probe.isAnswered }
        })
    }
    return parts
  }

  private final class Answer: Sendable {
    let isReceived = Atomic<Bool>(false)
  }
}
