import GuardTypes
import Platform
import Synchronization
import TestSupport

@testable import Tunnel

/// A tunnel over a real sshd, with one forward on a port that the kernel chooses.
final class Fixture {
  let server: SSHServer
  let tunnel: SSHTunnel
  let recorder: Recorder

  convenience init(
    _ server: SSHServer, target: Int, hold: Duration = .seconds(10), keepalive: Duration = .seconds(5),
    timeout: Duration = .seconds(15), identityFiles: [String] = [], socketFolder: String? = nil
  ) throws {
    try self.init(
      server,
      TunnelConfiguration(
        host: "tethys", identityFiles: identityFiles, sshConfig: server.sshConfig,
        forwards: [.init(listen: .local(0), target: .local(target))],
        keepaliveInterval: keepalive, keepaliveTimeout: timeout, hold: hold), socketFolder: socketFolder)
  }

  init(
    _ server: SSHServer, _ configuration: TunnelConfiguration, socketFolder: String? = nil,
    descriptors: Int = 1024
  ) throws {
    self.server = server
    let recorder = Recorder()
    tunnel = try SSHTunnel(
      name: "test", configuration: configuration, socketFolder: socketFolder,
      internalTarget: configuration.forwards[0].target,
      environment: LocalEnvironment(home: "/nonexistent", localUser: "nobody", agentSocket: nil),
      descriptors: descriptors, observer: recorder.record)
    self.recorder = recorder
  }

  deinit { _ = tunnel.stop(timeout: .seconds(5)) }

  /// The local port of the first forward.
  var port: Int { port(of: 0) }

  func port(of forward: Int) -> Int {
    guard case .tcp(let place) = tunnel.status.forwards[forward].listen else { return 0 }
    return Int(place.port)
  }

  func waitUntil(_ state: TunnelState, within limit: Duration = .seconds(30)) -> Bool {
    eventually(within: limit) {
      self.tunnel.status.state == state && self.tunnel.status.forwards[0].state == .listening
    }
  }

  func connect(forward: Int = 0) throws -> LoopbackSocket {
    try LoopbackSocket(port: port(of: forward), timeout: .seconds(30))
  }
}

/// Records every event of a tunnel.
final class Recorder: Sendable {
  private let events = Mutex<[TunnelEvent]>([])
  @Sendable func record(_ event: TunnelEvent) { events.withLock { $0.append(event) } }
  var all: [TunnelEvent] { events.withLock { $0 } }
}

extension StreamAddress {
  static func local(_ port: Int) -> StreamAddress { .init(host: "127.0.0.1", port: UInt16(port)) }
}
