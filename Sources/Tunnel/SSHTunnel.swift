internal import GuardTypes
package import Platform
internal import Synchronization

/// One SSH tunnel, kept up while this object exists.
///
/// Its own thread does all the work. The methods here can be called from any thread: they send a message to that thread
/// or read the published status.
package final class SSHTunnel: Sendable {
  private let mailbox: Mailbox<Engine.Message>
  private let statusStore: StatusStore
  private let thread: JoinableThread
  /// The address for the guard's own requests: a Unix socket that only this process may use.
  package let internalSocket: InternalSocket

  /// Starts the tunnel.
  ///
  /// - Parameters:
  ///   - name: the name in thread lists.
  ///   - socketFolder: the folder of the internal socket, if it is writable; otherwise the socket has no file.
  ///   - internalTarget: the target of connections through `internalSocket`, as the far side resolves it.
  ///   - adopted: listening sockets of the service manager by listen address. The tunnel takes ownership of them.
  ///   - descriptors: the limit on open descriptors of this process, from which the limits on a port's clients are
  ///     derived.
  ///   - observer: called for every event, on the tunnel's thread.
  /// - Throws: `SystemError` if no thread, epoll or eventfd can be created.
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
    let hasBound = try WakeupEvent()
    self.thread = try JoinableThread(name: "tunnel \(name)") {
      defer { hasBound.signal() }
      do throws(SystemError) {
        let engine = try Engine(plan, mailbox: mailbox, statusStore: statusStore)
        engine.run(hasBound)
      } catch {
        let failure = TunnelFailure(
          .config, "the tunnel's thread can't work: \(error)", remedy: "check limits: ulimit -n, TasksMax")
        statusStore.publish { $0.lastFailure = .init(failure: failure, at: WallClock.milliseconds) }
      }
    }
    // Until then, the status does not say whether the ports are free.
    _ = hasBound.wait(timeout: .seconds(1))
  }

  package var status: TunnelStatus { statusStore.status }

  /// The number of turns of the thread's loop that had work or a deadline. A watchdog requests a turn with `nudge` and
  /// then compares this.
  package var turns: Int { statusStore.turns.load(ordering: .relaxed) }

  /// Asks the thread for one turn of its loop.
  package func nudge() { mailbox.post(.nudge) }

  /// Sets the target of connections through `internalSocket`. It applies to all connections made after this call.
  package func setInternalTarget(_ target: StreamAddress) { mailbox.post(.internalTarget(target)) }

  /// Binds `internalSocket` again if its file was removed.
  package func restoreInternalSocket() {
    if case .path(let path) = internalSocket, !SmallFile.exists(path) { mailbox.post(.internalSocketIsGone) }
  }

  /// Runs a command on the far side and returns its output, without a terminal and without input. A key with a forced
  /// command gets the output of that one, whatever is asked here. Blocks its thread; never call it on the tunnel's.
  ///
  /// - Parameter limit: the number of bytes above which the output is not an answer.
  /// - Returns: nil if the tunnel is not up, the server refuses, or the output does not end within `timeout`.
  package func output(of command: String, limit: Int, timeout: Duration) -> [UInt8]? {
    guard status.state == .up, let pair = try? StreamSocket.pair() else { return nil }
    let deadline = MonotonicTime.now + timeout
    let own = Descriptor(owning: pair.0)
    mailbox.post(.run(command: command, output: Socket(Descriptor(owning: pair.1)), deadline: deadline))
    // No input: the command reads end of file.
    StreamSocket.endSending(own)
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    while output.count <= limit {
      switch buffer.withUnsafeMutableBytes({ own.read(into: $0) }) {
      case .moved(let count): output += buffer.prefix(count)
      case .wouldBlock: guard own.waitUntilReadable(until: deadline) else { return nil }
      case .endOfFile: return output
      case .failed: return nil
      }
    }
    return nil
  }

  /// Replaces the current session or attempt with a new one, or ends a delay.
  package func reconnect() { mailbox.post(.reconnect) }

  /// Handles a change of the machine: ends a delay, or probes the peer.
  package func handle(_ change: SystemChange) { mailbox.post(.systemChanged(change)) }

  /// Ends the tunnel: closes local connections and sends the server a disconnect message.
  ///
  /// - Returns: false if the thread did not end within `timeout`.
  package func stop(timeout: Duration) -> Bool {
    mailbox.post(.stop)
    return thread.join(timeout: timeout)
  }

  deinit {
    mailbox.post(.stop)
  }
}
