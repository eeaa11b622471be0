internal import Dispatch
internal import GuardCluster
internal import GuardIncidents
internal import GuardStatus
internal import Platform
internal import Synchronization
internal import Systemd
internal import Tunnel

extension GuardService {
  /// The time after which all reachable clusters are connected.
  private static let startUp = DispatchTimeInterval.seconds(20)
  private static let interval: Duration = .seconds(5)

  /// Runs until the guard has stopped.
  func wait(_ supervisor: Supervisor) {
    let watchdog = (try? Watchdog.interval()).flatMap { $0 }.map { interval in
      WatchdogFeed(
        interval: interval, parts: { [weak self] in self?.parts() ?? [] }, feed: { notifyManager(.watchdog) })
    }
    let hints = MachineHints(queue: queue, log: log) { [weak self, ledger] hint in
      if case .resumed = hint { ledger.resume() }
      _ = self?.each(named: nil) { $0.tunnel.handle(hint) }
    }
    queue.asyncAfter(deadline: .now() + GuardService.startUp) { ResidentMemory.releaseCode() }
    passes.request()
    notifyManager(.ready, .status(statusLine.text))
    // This thread has nothing else to do. A timer of Dispatch would wake two threads for each tick.
    let probe = DispatchQueue(label: "probe")
    var ticks = 0
    var next = MonotonicTime.now + GuardService.interval
    while !follow(supervisor) {
      supervisor.beat()
      guard !supervisor.orders.wakeup.wait(timeout: max(.zero, next - .now)) else { continue }
      next = .now + GuardService.interval
      ticks += 1
      // It does not return if there is no thread, and then no beat follows. Others may sleep for longer.
      if ticks % 6 == 0 { probe.async {} }
      tick(hints)
    }
    withExtendedLifetime((watchdog, hints)) {}
  }

  /// - Returns: true if the guard has stopped.
  private func follow(_ supervisor: Supervisor) -> Bool {
    for order in supervisor.orders.collect() {
      switch order {
      case .reload: queue.async { [weak self] in _ = self?.reload() }
      case .stop: queue.async { [weak self] in self?.stop(supervisor) }
      case .end: return true
      }
    }
    return false
  }

  private func tick(_ hints: MachineHints) {
    queue.sync {
      guard !state.withLock(\.isStopping) else { return }
      hints.check()
      restoreControlSocket()
      _ = each(named: nil) { $0.tunnel.restoreInternalSocket() }
      passes.pass()
      writeMetrics()
    }
  }
}
