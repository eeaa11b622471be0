import Foundation
import TestSupport

/// A guard whose network changes: it and its sshd are in network namespaces of their own. Needs root.
final class NetworkTestbed: @unchecked Sendable {
  // Everything below is set in `init` and only read afterwards, but for the address, which one measurement at a time
  // changes.
  private static let timeout = 3.0
  private let network: NetworkNamespaces
  private let server: SSHServer
  private let echo: TCPServer
  private let folder: TemporaryFolder
  private let guarding: ChildProcess
  private let port: Int
  private var lastByte = 2

  init() throws {
    let network = try NetworkNamespaces()
    self.network = network
    try network.ip(.near, "address add 198.18.0.2/16 dev near0")
    server = try SSHServer.inside(network)
    echo = try network.inside(.far) { try TCPServer(.echo) }
    folder = try TemporaryFolder()
    port = try network.inside(.near) { try freePort() }
    let file = try folder.write(
      """
      control: { socket: \(folder.file("guard.sock")) }
      clusters:
        - name: benchmark
          tunnel:
            host: tethys
            sshConfig: \(try server.writeNetworkConfig())
            keepalive: { interval: 1s, timeout: \(Int(Self.timeout))s }
            forwards: [{ listen: "127.0.0.1:\(port)", target: "127.0.0.1:\(echo.port)" }]
          kubernetes: { kubeconfig: \(folder.file("none")) }
      """ + "\n", to: "guard.yaml")
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("oceanid-guard").path
    guarding = try network.inside(.near) { try ChildProcess(program, ["--config", file]) }
    try becomeServed()
  }

  deinit {
    guarding.terminate()
    if guarding.wait(within: .seconds(5)) == nil { guarding.kill() }
  }

  /// Milliseconds.
  func measure(_ measurement: BenchmarkMetric) throws -> Double? {
    // A session that was up for less than a minute may not be replaced at once.
    try becomeServed()
    return switch measurement {
    case .moved: try move()
    case .holeNoticed: try fallSilent().noticed
    case .holeEnded: try fallSilent().served
    case .linkReturned: try linkReturns()
    default: nil
    }
  }

  /// The time from the end of the session's address until a request is served over another one.
  private func move() throws -> Double {
    let old = lastByte
    lastByte = lastByte % 200 + 2
    let start = ContinuousClock.now
    try network.ip(.near, "address del 198.18.0.\(old)/16 dev near0")
    try network.ip(.near, "address add 198.18.0.\(lastByte)/16 dev near0")
    try becomeServed()
    return Self.milliseconds(since: start)
  }

  /// The server's answers are lost for some time. `noticed`: the time after `keepalive.timeout` until an open connection
  /// is reset. `served`: the time from the end of the loss until a request is served.
  private func fallSilent() throws -> (noticed: Double, served: Double) {
    let open = try connect()
    try open.send([7])
    guard try open.receive() == [7] else { throw FixtureError.failed("no echo") }
    let address = "198.18.0.\(lastByte)/32"
    let start = ContinuousClock.now
    try network.ip(.far, "route add blackhole \(address)")
    try? open.send([7])
    guard (try? open.receive())?.isEmpty != false else { throw FixtureError.failed("the path is not silent") }
    let noticed = Self.milliseconds(since: start) - 1000 * Self.timeout
    Thread.sleep(forTimeInterval: 1)
    try network.ip(.far, "route del blackhole \(address)")
    let end = ContinuousClock.now
    try becomeServed()
    return (noticed, Self.milliseconds(since: end))
  }

  /// The time from the return of the link until a request is served.
  private func linkReturns() throws -> Double {
    try network.ip(.near, "link set near0 down")
    Thread.sleep(forTimeInterval: 0.5)
    try network.ip(.near, "link set near0 up")
    let start = ContinuousClock.now
    try becomeServed()
    return Self.milliseconds(since: start)
  }

  private func connect() throws -> LoopbackSocket {
    let port = port
    return try network.inside(.near) { try LoopbackSocket(port: port, timeout: .seconds(60)) }
  }

  private func becomeServed() throws {
    let isServed = eventually(within: .seconds(60), every: .milliseconds(1)) {
      guard let socket = try? connect(), (try? socket.send([7])) != nil else { return false }
      return (try? socket.receive()) == [7]
    }
    guard isServed else { throw FixtureError.failed("the guard does not serve: \(guarding.errors)") }
  }

  private static func milliseconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .milliseconds(1)
  }
}
