import Platform
import SSH
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

/// One session over a real sshd, run by the test's own thread, so that the test controls the time.
private final class DrivenSession {
  let load = SessionLoad()
  private let server: SSHServer
  private let loop: Loop
  private let chain: SessionChain
  private let observer = Observer()
  private var ahead: Duration = .zero
  private var lastClient: UInt32 = 0

  init(_ server: SSHServer, checked: [StreamAddress] = []) throws {
    let configuration = TunnelConfiguration(host: "tethys", sshConfig: server.sshConfig, forwards: [])
    let found = Mutex<Result<Route, TunnelFailure>?>(nil)
    let search = Route.find(
      configuration,
      environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: nil)
    ) { answer in found.withLock { $0 = answer } }
    try #require(eventually { found.withLock { $0 != nil } })
    withExtendedLifetime(search) {}
    self.server = server
    loop = try Loop()
    let terms = SessionChain.Terms(
      configuration: configuration, budget: WindowBudget(64 << 20), observer: observer, checked: checked)
    chain = try SessionChain(
      try #require(try found.withLock { $0 }?.get()), terms: terms, load: load, loop: loop, now: .now)
    try #require(try drive { self.chain.relay != nil })
  }

  var relay: Relay { get throws { try #require(chain.relay) } }
  var now: MonotonicTime { .now + ahead }
  /// How long the thread would sleep. If it is zero or less, a turn follows without a reason.
  var sleep: Duration { get throws { try relay.nextDeadline - now } }
  var missed: [StreamAddress] { observer.missed.withLock { $0 } }

  /// Advances the time that the session sees at the next turn.
  func pass(_ time: Duration) { ahead += time }

  func turn() throws {
    _ = loop.wait(until: .now + .milliseconds(5))
    _ = try chain.turn(now)
  }

  func drive(within limit: Duration = .seconds(30), until condition: () throws -> Bool) throws -> Bool {
    let deadline = MonotonicTime.now + limit
    while try !condition() {
      guard MonotonicTime.now < deadline else { return false }
      try turn()
    }
    return true
  }

  /// Adds a client to the session and returns the other end of its stream.
  func serve(_ target: StreamAddress, _ counters: ForwardCounters? = nil) throws -> Socket {
    let (near, far) = try StreamSocket.pair()
    lastClient += 1
    load.clients.add(1, ordering: .relaxed)
    try relay.serve(
      Client(
        number: lastClient, socket: Socket(Descriptor(owning: far)),
        origin: HostPort(host: "127.0.0.1", port: 1), target: target, counters: counters, deadline: now))
    return Socket(Descriptor(owning: near))
  }

  private final class Observer: RelayObserver {
    let missed = Mutex<[StreamAddress]>([])
    func reached(_ target: StreamAddress) {}
    func missed(_ target: StreamAddress, reason: String, by server: ServerProgram) {
      missed.withLock { $0.append(target) }
    }
    func refused(_ client: Client, reason: String, _ end: ConnectionEnd) {}
  }
}

@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct RelayTests {
  private let checkInterval: Duration = .seconds(60)

  @Test func aSessionWithoutTargetsToCheckSleeps() throws {
    let session = try DrivenSession(SSHServer())
    session.pass(checkInterval + .seconds(1))
    let relay = try session.relay
    let answers = relay.answers
    #expect(try session.drive { relay.answers > answers && relay.open == nil })
    #expect(try session.sleep > .zero)
  }

  @Test func aSessionWithAnUnansweredOpenSleeps() throws {
    let hole = try BlackHole()
    let session = try DrivenSession(SSHServer(), checked: [.local(hole.port)])
    let client = try session.serve(.local(hole.port))
    #expect(try session.drive { try session.relay.open != nil })
    for silence in [.seconds(6), .seconds(6), .seconds(6), checkInterval] as [Duration] {
      let before = try session.relay.transport.lastReceived
      session.pass(silence)
      // Wait for the probe of the peer and its answer.
      #expect(try session.drive { try session.relay.transport.lastReceived > before })
      #expect(try session.drive { try session.sleep > .milliseconds(500) })
    }
    withExtendedLifetime(client) {}
  }

  @Test func aClientWhoseTargetNeverAnswersIsResetAtTheLimit() throws {
    let hole = try BlackHole()
    let session = try DrivenSession(SSHServer())
    let client = try session.serve(.local(hole.port))
    #expect(try session.drive { try session.relay.open != nil })
    session.pass(Relay.openLimit)
    var byte: [UInt8] = [0]
    #expect(
      try session.drive {
        byte.withUnsafeMutableBytes { client.descriptor.read(into: $0) } != .wouldBlock
      })
    #expect(session.missed == [.local(hole.port)])
    #expect(session.load.reading == .init(clients: 0, bulk: 0, isStuck: true))
  }

  @Test func anUnansweredCheckDoesNotDelayClients() throws {
    let hole = try BlackHole()
    let echo = try TCPServer(.echo)
    let session = try DrivenSession(SSHServer(), checked: [.local(hole.port)])
    session.pass(checkInterval)
    #expect(
      try session.drive { if case .check = try session.relay.open?.for { true } else { false } })
    let client = try session.serve(.local(echo.port))
    session.pass(Relay.stuckAfter)
    #expect(try session.drive { session.load.reading.isStuck })
    #expect(try session.relay.drainQueue().count == 1)
    withExtendedLifetime(client) {}
  }

  @Test func aSendingClientIsCutWhenItsTargetIsGone() throws {
    let target = try TCPServer(.reset(sent: 0, received: 100_000))
    let session = try DrivenSession(SSHServer())
    let client = try session.serve(.local(target.port))
    let block = [UInt8](repeating: 7, count: 64 << 10)
    #expect(
      try session.drive {
        switch block.withUnsafeBytes({ client.descriptor.send($0) }) {
        case .moved, .wouldBlock: false
        case .endOfFile, .failed: true
        }
      })
    #expect(session.load.reading.clients == 0)
  }

  @Test func dataReceivedBeforeTheTargetClosedIsDelivered() throws {
    let size = 1 << 20
    let target = try TCPServer(.reset(sent: size, received: 1))
    let session = try DrivenSession(SSHServer())
    let counters = ForwardCounters()
    let client = try session.serve(.local(target.port), counters)
    let relay = try session.relay
    // This is more than the client's socket accepts, so the rest waits in the session.
    #expect(
      try session.drive {
        let waiting = relay.connections.values.reduce(0) { $0 + $1.channel.available }
        return counters.bytesFromTarget.load(ordering: .relaxed) + waiting == size
      })
    var received: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 16 << 10)
    #expect(
      try session.drive {
        // The target closes at the first of these bytes, and sshd notices it at one of the next.
        _ = [UInt8(1)].withUnsafeBytes { client.descriptor.send($0) }
        switch room.withUnsafeMutableBytes({ client.descriptor.read(into: $0) }) {
        case .moved(let count): received += room.prefix(count)
        case .wouldBlock: break
        case .endOfFile, .failed: return true
        }
        return false
      })
    #expect(received.count == size)
    #expect(received == (0..<size).map(TCPServer.pattern))
  }
}
