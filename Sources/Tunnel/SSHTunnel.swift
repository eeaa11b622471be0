internal import GuardTypes
package import Platform
internal import Synchronization

/// One SSH tunnel, kept up for as long as this object lives.
///
/// All work is done by its own thread; the methods here post to it or read what it published, from any thread.
package final class SSHTunnel: Sendable {
  private let mailbox: Mailbox<Engine.Message>
  private let statusStore: StatusStore
  private let thread: JoinableThread
  /// Where the guard's own requests come in: a Unix socket that takes connections of this process only.
  package let internalSocket: InternalSocket

  /// Starts the tunnel.
  ///
  /// - Parameters:
  ///   - name: shows in thread lists.
  ///   - socketFolder: the folder of the internal socket, if it is writable; else the socket has no file.
  ///   - internalTarget: where connections through `internalSocket` lead to, as the far side knows it.
  ///   - adopted: listening sockets of the service manager by listen address; the tunnel owns them from now on.
  ///   - descriptors: the process's limit of open descriptors, from which the limits of a port's clients follow.
  ///   - observer: told of every event, on the tunnel's thread.
  /// - Throws: `SystemError` when the machine gives no thread, epoll or eventfd.
  package init(
    name: String, configuration: TunnelConfiguration, socketFolder: String? = nil,
    internalTarget: StreamAddress,
    environment: LocalEnvironment, adopted: [StreamAddress: Int32] = [:],
    descriptors: Int = DescriptorLimit.current, observer: @escaping @Sendable (TunnelEvent) -> Void
  ) throws(SystemError) {
    let mailbox = try Mailbox<Engine.Message>()
    let statusStore = StatusStore(configuration: configuration)
    let internalSocket = InternalSocket(folder: socketFolder)
    let plan = Engine.Plan(
      configuration: configuration, internalTarget: internalTarget, internalSocket: internalSocket,
      environment: environment,
      adopted: adopted, descriptors: descriptors, observer: observer)
    self.mailbox = mailbox
    self.statusStore = statusStore
    self.internalSocket = internalSocket
    self.thread = try JoinableThread(name: "tunnel \(name)") {
      do throws(SystemError) {
        let engine = try Engine(plan, mailbox: mailbox, statusStore: statusStore)
        engine.run()
      } catch {
        let failure = TunnelFailure(
          .config, "the tunnel's thread can't work: \(error)", remedy: "check limits: ulimit -n, TasksMax")
        statusStore.publish { $0.lastFailure = .init(failure: failure, at: WallClock.milliseconds) }
      }
    }
  }

  package var status: TunnelStatus { statusStore.status }

  /// Counts the turns of the thread's loop that had work or a deadline. A watchdog compares it after
  /// asking for a turn with `nudge`.
  package var turns: Int { statusStore.turns.load(ordering: .relaxed) }

  /// Asks the thread for one turn of its loop.
  package func nudge() { mailbox.post(.nudge) }

  /// Where connections through `internalSocket` lead to from now on; in force before a connection that is made after
  /// this call.
  package func setInternalTarget(_ target: StreamAddress) { mailbox.post(.internalTarget(target)) }

  /// Binds `internalSocket` again if its file was removed.
  package func restoreInternalSocket() {
    if case .path(let path) = internalSocket, !SmallFile.exists(path) { mailbox.post(.internalSocketIsGone) }
  }

  /// Replaces the current session or attempt by a new one, or cuts a wait short.
  package func reconnect() { mailbox.post(.reconnect) }

  /// Handles a change of the machine: it cuts a wait short, or has the peer probed.
  package func handle(_ change: SystemChange) { mailbox.post(.systemChanged(change)) }

  /// Ends the tunnel: local connections are closed, and the server is sent a disconnect message.
  ///
  /// - Returns: false when the thread did not end within `timeout`.
  package func stop(timeout: Duration) -> Bool {
    mailbox.post(.stop)
    return thread.join(timeout: timeout)
  }

  deinit {
    mailbox.post(.stop)
  }
}
