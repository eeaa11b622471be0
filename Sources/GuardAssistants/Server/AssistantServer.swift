import Glibc
package import GuardConnection
import GuardTerminal
package import Platform
import Synchronization

/// The Model Context Protocol on standard input and output, for one client.
package final class AssistantServer: Sendable {
  private let session = Mutex(AssistantSession())
  private let output: MessageOutput
  private let calls = CallThreads()
  private let runner: ToolRunner
  private let client: DaemonClient
  /// The running watch; nil without subscriptions.
  private let watch = Mutex<VerdictWatch?>(nil)

  /// - Parameter goals: what `wait_until` can wait for.
  package init(client: DaemonClient, goals: [WaitGoal]) throws(SystemError) {
    self.client = client
    runner = ToolRunner(reader: GuardReader(client: client), goals: goals)
    output = try MessageOutput()
  }

  /// How long calls may still run after the end of the input.
  private static let endTimeLimit: Duration = .seconds(2)

  /// Serves until the end of standard input. Calls that take longer then are abandoned: the caller exits.
  package func run() {
    var lines = LineSplitter()
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, -1)
        continue
      }
      guard count > 0 else { break }
      let dropped = lines.dropped
      for line in lines.add(buffer[..<count]) { handle(ClientMessage(line)) }
      if lines.dropped > dropped {
        StandardOutput.writeError(
          "oceanid-ctl: a message of more than \(LineSplitter.usualLimit) bytes is ignored\n")
      }
    }
    // A pipe of a shell ends its input at once, and reads the answers.
    let end = ContinuousClock.now + AssistantServer.endTimeLimit
    while calls.areRunning, ContinuousClock.now < end { Pause.sleep(.milliseconds(10)) }
    output.drain(within: .milliseconds(200))
  }

  private func handle(_ message: ClientMessage) {
    session.withLock { perform($0.receive(message), in: &$0) }
  }

  /// Called with the session locked, so that messages keep their order. Nothing here waits.
  private func perform(_ effects: [AssistantSession.Effect], in session: inout AssistantSession) {
    for effect in effects {
      switch effect {
      case .send(let message): output.send(message)
      case .start(let call):
        guard !start(call) else { continue }
        let failure = CallFailure("too many calls are running", next: ["wait for their answers"])
        perform(session.finish(call.id, .failure(failure)), in: &session)
      case .cancel(let id): calls.cancel(id)
      case .watch(let begins): follow(begins)
      }
    }
  }

  private func start(_ call: AssistantSession.Call) -> Bool {
    calls.start(call.id) { [self] isCancelled in
      Result { () throws(CallFailure) in
        try runner.run(call, isCancelled: isCancelled) { done, total, message in
          guard call.hasProgress else { return }
          session.withLock { perform($0.progress(call.id, done, of: total, message), in: &$0) }
        }
      }
    } end: { [self] result in
      session.withLock { perform($0.finish(call.id, result), in: &$0) }
    }
  }

  private func follow(_ begins: Bool) {
    watch.withLock { watch in
      watch?.stop()
      watch = nil
      guard begins else { return }
      let new = VerdictWatch(client: client) { [self] record in
        session.withLock { perform($0.update(record), in: &$0) }
      }
      do throws(SystemError) {
        try new.start()
        watch = new
      } catch {
        StandardOutput.writeError("oceanid-ctl: changes are not reported: \(error)\n")
      }
    }
  }
}
