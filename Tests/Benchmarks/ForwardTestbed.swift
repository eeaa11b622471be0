import Foundation
import TestSupport

/// One sshd, several implementations of a forward through it, and the servers behind it.
final class ForwardTestbed: @unchecked Sendable {
  // Everything below is set in `init` and only read afterwards. The streams of a measurement share it.
  let megabytes: Int
  private let connections: Int
  let server: SSHServer
  private let flood: TCPServer
  private let discard: TCPServer
  let echo: TCPServer
  private let folder: TemporaryFolder
  private let sshConfig: String
  private let proxy: DelayProxy?
  private(set) var processes: [ChildProcess] = []
  var controlSocket: String { folder.file("guard.sock") }
  /// The local port of an implementation's forward to a server's port.
  private var ports: [Implementation: [Int: Int]] = [:]

  /// - Parameters:
  ///   - implementations: the implementations that get a forward.
  ///   - isLong: true for a round trip of 100 ms to sshd.
  init(
    megabytes: Int, connections: Int, implementations: Set<Implementation> = [.guardForward],
    isLong: Bool = false
  ) throws {
    self.megabytes = megabytes
    self.connections = connections
    server = try SSHServer()
    flood = try TCPServer(.flood(megabytes << 20))
    discard = try TCPServer(.discard)
    echo = try TCPServer(.echo)
    folder = try TemporaryFolder()
    proxy = isLong ? try DelayProxy(to: server.port) : nil
    if let proxy {
      sshConfig = try Self.configuration(server, port: proxy.port, in: folder)
    } else {
      sshConfig = server.sshConfig
    }
    for implementation in implementations { try start(implementation) }
  }

  /// The server's ssh_config, for another port.
  private static func configuration(_ server: SSHServer, port: Int, in folder: TemporaryFolder) throws
    -> String
  {
    let known = try server.folder.read("known_hosts").replacing("]:\(server.port)", with: "]:\(port)")
    let file = try folder.write(known, to: "known_hosts")
    let config = try server.folder.read("ssh_config").replacing("Port \(server.port)", with: "Port \(port)")
      .replacing(server.knownHosts, with: file)
    return try folder.write(config, to: "ssh_config")
  }

  deinit {
    for process in processes { process.terminate() }
    for process in processes where process.wait(within: .seconds(5)) == nil { process.kill() }
  }

  private func start(_ implementation: Implementation) throws {
    let forwards = try [flood.port, discard.port, echo.port].map { (local: try freePort(), target: $0) }
    ports[implementation] = Dictionary(forwards.map { ($0.target, $0.local) }) { first, _ in first }
    switch implementation {
    case .guardForward:
      let lines = forwards.map {
        "        - { listen: \"127.0.0.1:\($0.local)\", target: \"127.0.0.1:\($0.target)\" }"
      }
      try folder.write(
        """
        control: { socket: \(folder.file("guard.sock")) }
        clusters:
          - name: benchmark
            tunnel:
              host: tethys
              sshConfig: \(sshConfig)
              forwards:
        \(lines.joined(separator: "\n"))
            kubernetes: { kubeconfig: \(folder.file("none")) }
        """ + "\n", to: "guard.yaml")
      let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("oceanid-guard").path
      processes.append(try ChildProcess(program, ["--config", folder.file("guard.yaml")]))
    case .ssh, .sshSameCipher:
      let algorithms = implementation == .ssh ? [] : ["-c", "aes128-ctr", "-m", "hmac-sha2-256"]
      let options = forwards.flatMap { ["-L", "127.0.0.1:\($0.local):127.0.0.1:\($0.target)"] }
      processes.append(
        try ChildProcess("ssh", ["-F", sshConfig, "-N"] + algorithms + options + ["tethys"]))
    case .autossh:
      let options = forwards.flatMap { ["-L", "127.0.0.1:\($0.local):127.0.0.1:\($0.target)"] }
      processes.append(
        try ChildProcess(
          // The options that autossh's manual recommends for a permanent tunnel. It ends its ssh when it is terminated.
          "autossh",
          ["-M", "0", "-F", sshConfig, "-N", "-o", "ExitOnForwardFailure=yes"] + options + ["tethys"],
          environment: ProcessInfo.processInfo.environment.merging(["AUTOSSH_GATETIME": "0"]) { $1 }))
    case .client, .kubectl: break
    }
    for forward in forwards {
      guard eventually(within: .seconds(20), { (try? exchange(echo.port, implementation)) != nil }) else {
        throw FixtureError.failed("\(implementation.rawValue) does not forward port \(forward.local)")
      }
    }
  }

  func measure(_ measurement: BenchmarkMetric, _ implementation: Implementation) throws -> Double {
    switch measurement {
    case .download: try Double(megabytes) / seconds { try download(implementation) }
    case .upload: try Double(megabytes) / seconds { try upload(implementation) }
    case .setUp: try setUpTimes(implementation)[connections / 2]
    case .setUpSlowest: try Self.slowest(setUpTimes(implementation))
    case .streamsDown: try fourStreams { try self.download(implementation) }
    case .streamsUp: try fourStreams { try self.upload(implementation) }
    case .longDownload: try Double(megabytes) / seconds { try download(implementation) }
    case .besideBulk: try besideBulk(implementation)[connections / 2]
    case .besideBulkSlowest: try Self.slowest(besideBulk(implementation))
    case .crowd: try 1000 * seconds { try crowd(implementation) }
    case .killed: try 1000 * seconds { try serveAfterKill(implementation) }
    case .restarted: try serveAfterRestart(implementation)
    case .sharedBytes: try shares().bytes
    case .sharedProcessor: try shares().processor
    case .asking, .askingCPU: throw FixtureError.failed("nothing is asked through a forward")
    case .moved, .holeNoticed, .holeEnded, .linkReturned:
      throw FixtureError.failed("the network of this testbed does not change")
    }
  }

  func connect(_ target: Int, _ implementation: Implementation) throws -> LoopbackSocket {
    try LoopbackSocket(port: ports[implementation]?[target] ?? 0, timeout: .seconds(60))
  }

  func download(_ implementation: Implementation) throws {
    let socket = try connect(flood.port, implementation)
    var count = 0
    while count < megabytes << 20 {
      let bytes = try socket.receive(atMost: 256 << 10)
      guard !bytes.isEmpty else { throw FixtureError.failed("the stream ended after \(count) bytes") }
      count += bytes.count
    }
  }

  private func upload(_ implementation: Implementation) throws {
    let socket = try connect(discard.port, implementation)
    let block = [UInt8](repeating: 0, count: 1 << 20)
    for _ in 0..<megabytes { try socket.send(block) }
    socket.finishSending()
    let count = String(decoding: try socket.receiveAll(), as: UTF8.self)
    guard count == "\(megabytes << 20)\n" else { throw FixtureError.failed("\(count) bytes arrived") }
  }

  func exchange(_ target: Int, _ implementation: Implementation) throws {
    let socket = try connect(target, implementation)
    try socket.send([7])
    guard try socket.receive() == [7] else { throw FixtureError.failed("no echo") }
  }

  func setUpTimes(_ implementation: Implementation) throws -> [Double] {
    try (0..<connections).map { _ in try 1000 * seconds { try exchange(echo.port, implementation) } }.sorted()
  }

  /// The 99th percentile by nearest rank: of 100 times the second longest. The longest alone mostly shows how long a
  /// thread waited for a CPU.
  private static func slowest(_ sorted: [Double]) -> Double { sorted[(sorted.count * 99 + 99) / 100 - 1] }

  private func crowd(_ implementation: Implementation) throws {
    let sockets = try (0..<200).map { _ in try connect(echo.port, implementation) }
    for (number, socket) in sockets.enumerated() { try socket.send([UInt8(number)]) }
    for (number, socket) in sockets.enumerated() {
      guard try socket.receive() == [UInt8(number)] else {
        throw FixtureError.failed("connection \(number) was crossed")
      }
    }
  }

  func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let (whole, part) = (ContinuousClock.now - start).components
    return Double(whole) + Double(part) / 1e18
  }
}
