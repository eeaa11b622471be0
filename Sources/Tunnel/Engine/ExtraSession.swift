internal import GuardTypes
internal import Platform
internal import SSH
internal import Synchronization

/// A further session of the tunnel on its own thread: opened while another session carries bulk or is stuck at an open,
/// closed when idle. Its failure affects only its own connections.
///
/// This is the engine's handle; everything below `run` belongs to the session's thread.
final class ExtraSession {
  enum Order: Sendable {
    case serve(Client)
    case probe(ProbeReason)
    case end
  }

  enum Report: Sendable {
    case up(peer: String)
    /// Bulk began or ended, or an open got stuck.
    case changed
    /// Clients that another session must serve.
    case returned([Client])
    case ended(TunnelFailure?, returned: [Client])
  }

  let number: Int
  let load: SessionLoad
  private let mailbox: Mailbox<Order>
  private let thread: JoinableThread
  var isUp = false
  /// It was asked to end, and its thread has not reported the end.
  var isEnding = false
  /// The time since which it is idle; the pool maintains it.
  var idleSince: MonotonicTime?

  init(
    number: Int, route: Route, terms: SessionChain.Terms, report: @escaping @Sendable (Report) -> Void
  ) throws(SystemError) {
    let mailbox = try Mailbox<Order>()
    let load = SessionLoad()
    self.number = number
    self.load = load
    self.mailbox = mailbox
    self.thread = try JoinableThread(name: "session \(number)") {
      ExtraSession.run(route, terms, load, mailbox, report)
    }
  }

  /// Serves a client; `load.clients` counts it from now on.
  func serve(_ client: Client) {
    load.add(client: client.number, MonotonicTime.now)
    mailbox.post(.serve(client))
  }

  func probe(_ reason: ProbeReason) { mailbox.post(.probe(reason)) }
  func end() { mailbox.post(.end) }

  /// The clients that its thread did not receive. Call it after the thread has reported its end and collects no more
  /// messages.
  func leftOver() -> [Client] {
    mailbox.collect().compactMap { if case .serve(let client) = $0 { client } else { nil } }
  }

  /// Ends the session and waits for the thread.
  func join() {
    end()
    _ = thread.join(timeout: .seconds(2))
  }

  deinit {
    mailbox.post(.end)
  }

  // MARK: - The thread

  private static func run(
    _ route: Route, _ terms: SessionChain.Terms, _ load: SessionLoad, _ mailbox: Mailbox<Order>,
    _ report: @escaping @Sendable (Report) -> Void
  ) {
    var returned: [Client] = []
    var failure: TunnelFailure?
    do throws(TunnelFailure) {
      try carry(route, terms, load, mailbox, report, &returned)
    } catch {
      failure = error
    }
    report(.ended(failure, returned: returned))
  }

  private static func carry(
    _ route: Route, _ terms: SessionChain.Terms, _ load: SessionLoad, _ mailbox: Mailbox<Order>,
    _ report: @Sendable (Report) -> Void, _ returned: inout [Client]
  ) throws(TunnelFailure) {
    let loop: Loop
    let doorbell: Watch
    var hasMail = true
    do throws(SystemError) {
      loop = try Loop()
      doorbell = try loop.watch(mailbox.wakeup.raw) { _ in hasMail = true }
    } catch {
      throw TunnelFailure(.config, "no further session: \(error)", remedy: "check limits: ulimit -n")
    }
    let chain = try SessionChain(route, terms: terms, load: load, loop: loop, now: MonotonicTime.now)
    defer { withExtendedLifetime(doorbell) {} }
    var unplaced: [Client] = []
    var hasWork = true
    var reported = load.reading
    while true {
      switch loop.wait(until: hasWork ? MonotonicTime.now : chain.nextDeadline)?.length {
      case nil: break
      case .stalled: chain.probe(.lateness)
      case .slept: chain.probe(.path)
      }
      let orders = hasMail ? mailbox.collect() : []
      hasMail = false
      for order in orders {
        switch order {
        case .serve(let client): unplaced.append(client)
        case .probe(let reason): chain.probe(reason)
        case .end:
          returned = unplaced + chain.abandon()
          chain.disconnect()
          return
        }
      }
      let wasUp = chain.relay != nil
      do throws(TunnelFailure) {
        hasWork = try chain.turn(MonotonicTime.now)
      } catch {
        returned = unplaced + chain.abandon()
        throw error
      }
      if let relay = chain.relay {
        if !wasUp { report(.up(peer: relay.transport.peer.description)) }
        for client in unplaced { relay.serve(client) }
        hasWork = hasWork || !unplaced.isEmpty
        unplaced = []
        let reading = load.reading
        if reading.isStuck, case let queue = relay.drainQueue(), !queue.isEmpty { report(.returned(queue)) }
        if reading.differs(from: reported) { report(.changed) }
        reported = reading
      }
    }
  }
}

extension SessionLoad.Reading {
  /// True if the difference affects which session gets the next connection, or whether a session is needed.
  fileprivate func differs(from other: SessionLoad.Reading) -> Bool {
    (bulk > 0) != (other.bulk > 0) || isStuck != other.isStuck || (clients == 0) != (other.clients == 0)
  }
}
