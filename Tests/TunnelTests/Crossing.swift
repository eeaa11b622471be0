import Platform
import SSH
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

/// One session with one local connection, run by the test's own thread, with measurements of its cost.
final class Crossing {
  /// The result of a crossing.
  enum Outcome {
    /// `condition` became true.
    case arrived
    case failed(TunnelFailure)
    /// The session is up, and the local connection was closed or reset.
    case closed
    /// None of these within the time limit.
    case nothing
  }

  private let loop: Loop
  private let client: Socket
  /// The relay's end of the local connection, once the relay serves it.
  private var served: Socket?
  private let target: StreamAddress
  private let observer: Observer
  private let isRead: Bool
  /// The last bytes that the local connection received.
  private(set) var answer: [UInt8] = []
  private(set) var answered = 0
  private(set) var turns = 0
  /// The duration of the longest turn, during which the thread could do nothing else.
  private(set) var longestTurn = Duration.zero
  /// The maximum number of bytes that libssh2 held and that waited to be sent.
  private(set) var maxHeld = 0
  private(set) var maxOutbound = 0

  /// - Parameters:
  ///   - bytes: the bytes that the local connection sends.
  ///   - isRead: true if the local connection reads the data it receives.
  init(_ target: StreamAddress, says bytes: [UInt8], isRead: Bool = true) throws {
    self.isRead = isRead
    self.loop = try Loop()
    self.target = target
    self.observer = Observer()
    let (inner, outer) = try StreamSocket.pair()
    served = Socket(Descriptor(owning: inner))
    client = Socket(Descriptor(owning: outer))
    try #require(bytes.withUnsafeBytes { client.descriptor.send($0) } == .moved(bytes.count))
  }

  /// Why the target was not reached; nil if no refusal was reported.
  var refusal: String? { observer.refusal.withLock { $0 } }

  /// Connects, logs in, opens a channel and relays data until `condition` is true.
  func run(
    _ route: Route, _ configuration: TunnelConfiguration, within limit: Duration,
    until condition: (Crossing) -> Bool
  ) throws -> Outcome {
    let end = MonotonicTime.now + limit
    do throws(TunnelFailure) {
      let terms = SessionChain.Terms(
        configuration: configuration, budget: WindowBudget(64 << 20), observer: observer, checked: [])
      let chain = try SessionChain(route, terms: terms, load: SessionLoad(), loop: loop, now: .now)
      var hasWork = true
      while MonotonicTime.now < end {
        _ = loop.wait(until: hasWork ? .now : min(end, chain.nextDeadline ?? end, .now + .milliseconds(50)))
        turns += 1
        let began = MonotonicTime.now
        hasWork = try chain.turn(.now)
        longestTurn = max(longestTurn, MonotonicTime.now - began)
        if let relay = chain.relay {
          maxHeld = max(maxHeld, relay.transport.session.held)
          maxOutbound = max(maxOutbound, relay.transport.session.wire.outbound.count)
          if let served = served.take() {
            hasWork = true
            relay.serve(
              Client(
                number: 1, socket: served, origin: HostPort(host: "127.0.0.1", port: 0), target: target,
                deadline: end))
          }
        }
        let isOpen = read()
        if condition(self) { return .arrived }
        if !isOpen { return .closed }
      }
      return .nothing
    } catch {
      return .failed(error)
    }
  }

  private func read() -> Bool {
    while isRead {
      switch client.descriptor.read(into: loop.scratch) {
      case .moved(let count):
        answered += count
        answer = Array((answer + Array(loop.scratch[max(0, count - 16)..<count])).suffix(16))
      case .wouldBlock: return true
      case .endOfFile, .failed: return false
      }
    }
    return true
  }

  private final class Observer: RelayObserver {
    let refusal = Mutex<String?>(nil)
    func reached(_ target: StreamAddress) {}
    func missed(_ target: StreamAddress, reason: String, by server: ServerProgram) {
      refusal.withLock { $0 = reason }
    }
    func refused(_ client: Client, reason: String, _ end: ConnectionEnd) {}
  }
}

extension Route {
  /// Resolves the route to the host of a configuration, with `limit` as its connect timeout, and with `port` instead of
  /// the host's port if given.
  static func resolved(
    _ configuration: TunnelConfiguration, port: Int? = nil, limit: Duration = .seconds(2)
  ) async throws -> Route {
    let environment = LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: nil)
    var resolution = try Resolution.ask(configuration, environment: environment)[0]
    resolution.port = port.map { UInt16($0) } ?? resolution.port
    resolution.connectTimeout = limit
    let addresses = try SocketAddress.resolve(host: "127.0.0.1", port: resolution.port, family: nil)
    return Route(servers: [resolution], entry: .addresses(addresses, from: []))
  }
}
