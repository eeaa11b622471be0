internal import GuardTypes
internal import Platform
internal import SSH
internal import Synchronization

/// Reports refused clients and unreachable targets to the status and the journal.
final class RelayReporter: RelayObserver {
  private let statusStore: StatusStore
  private let host: String
  /// The arguments of ssh(1) for a command on the host.
  private let ssh: String
  private let observer: @Sendable (TunnelEvent) -> Void
  /// Requests a turn of the engine, so that it reads `due`.
  private let wake: @Sendable () -> Void
  private let refusals = Mutex(RefusalBurst())
  /// The last failure of a target that no forward uses, only the guard.
  private let unforwarded = Mutex<(target: StreamAddress, failure: TunnelFailure)?>(nil)

  init(
    statusStore: StatusStore, host: String, ssh: String, observer: @escaping @Sendable (TunnelEvent) -> Void,
    wake: @escaping @Sendable () -> Void
  ) {
    self.statusStore = statusStore
    self.host = host
    self.ssh = ssh
    self.observer = observer
    self.wake = wake
  }

  /// The time at which the rest of a burst of refusals is reported.
  var due: MonotonicTime? { refusals.withLock { $0.due } }

  var unreached: [StreamAddress] { statusStore.unreached }

  func reached(_ target: StreamAddress) { publish(target, nil) }

  func missed(_ target: StreamAddress, reason: String, by server: ServerProgram) {
    publish(target, TunnelFailure(refusing: target, reason: reason, host: host, ssh: ssh, server: server))
  }

  func refused(_ client: Client, reason: String, _ end: ConnectionEnd) {
    client.end(end)
    guard let counters = client.counters else { return }
    counters.refused.add(1, ordering: .relaxed)
    report(refused: "\(client.target)", count: 1, reason: reason)
  }

  /// - Parameter count: 0 for connections that are still in the kernel's queue.
  func report(refused listen: String, count: Int, reason: String) {
    let isFirst = refusals.withLock { $0.add(count, listen: listen, reason: reason, now: MonotonicTime.now) }
    if isFirst {
      observer(.clientsRefused(listen: listen, count: count, reason: reason))
      wake()
    }
  }

  func reportBursts(_ now: MonotonicTime) {
    for burst in refusals.withLock({ $0.collect(now: now) }) {
      observer(.clientsRefused(listen: burst.listen, count: burst.count, reason: burst.reason))
    }
  }

  private func publish(_ target: StreamAddress, _ failure: TunnelFailure?) {
    var isNew = false
    var isForwarded = false
    let at = WallClock.milliseconds
    statusStore.publish { status in
      for index in status.forwards.indices where status.forwards[index].target == target {
        isForwarded = true
        guard status.forwards[index].refusal?.failure != failure else { continue }
        isNew = failure != nil
        status.forwards[index].refusal = failure.map { .init(failure: $0, at: at) }
      }
    }
    if !isForwarded {
      isNew = unforwarded.withLock { known in
        defer { known = failure.map { (target, $0) } }
        return failure != nil && (known?.target != target || known?.failure != failure)
      }
    }
    if isNew, let failure { observer(.targetRefused(failure)) }
  }
}

extension TunnelFailure {
  /// - Parameter reason: libssh2's text, which names the code of RFC 4254 §5.1.
  fileprivate init(
    refusing target: StreamAddress, reason: String, host: String, ssh: String, server: ServerProgram
  ) {
    if reason.contains("prohibited"), server == .dropbear {
      self.init(
        .forwardRefused, "dropbear on \(host) forbids forwarding to \(target): \(reason)",
        command: "ssh \(ssh) 'ps w | grep [d]ropbear'",
        remedy:
          "it must run without -j, and the key's line in authorized_keys must allow it: no no-port-forwarding and no restrict, or a permitopen with this target"
      )
    } else if reason.contains("prohibited") {
      self.init(
        .forwardRefused, "sshd on \(host) forbids forwarding to \(target): \(reason)",
        command: "ssh \(ssh) 'sudo sshd -T | grep -iE \"forwarding|permitopen\"'",
        remedy:
          """
          it must allow it: AllowTcpForwarding, DisableForwarding and PermitOpen in sshd_config, permitopen and \
          restrict in authorized_keys; an account whose password has expired may not forward either
          """
      )
    } else {
      self.init(
        .forwardRefused, "\(host) could not reach \(target): \(reason)",
        command: TunnelErrorCode.forwardRefused.command(ssh: ssh, host: host),
        remedy: "something must listen on \(target) there; for K3s: systemctl status k3s")
    }
  }
}

/// Refused clients, collected so that a burst is one entry in the journal.
struct RefusalBurst {
  static let window: Duration = .seconds(10)

  private var counts: [String: (count: Int, reason: String)] = [:]
  private(set) var due: MonotonicTime?

  /// Adds refused clients. Returns true for the first of a burst, which is reported at once.
  ///
  /// - Parameter count: 0 for clients that are kept waiting.
  mutating func add(_ count: Int, listen: String, reason: String, now: MonotonicTime) -> Bool {
    guard due != nil else {
      due = now + RefusalBurst.window
      return true
    }
    counts[listen, default: (0, reason)].count += count
    return false
  }

  /// The refusals since the first one, when the window has passed.
  mutating func collect(now: MonotonicTime) -> [(listen: String, count: Int, reason: String)] {
    guard let due, now >= due else { return [] }
    let burst = counts.map { ($0.key, $0.value.count, $0.value.reason) }
    counts = [:]
    self.due = burst.isEmpty ? nil : now + RefusalBurst.window
    return burst
  }
}
