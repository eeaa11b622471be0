import Glibc
import GuardTypes
import Synchronization
import TestSupport
import Testing

@testable import Tunnel

@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct FairnessTests {
  /// A path that carries about 20 MB/s towards the server, and is not limited in the other direction.
  private final class SlowPath: Sendable {
    let port: Int
    private let listener: LoopbackSocket

    init(to server: Int) throws {
      let (listener, port) = try LoopbackSocket.listener()
      self.listener = listener
      self.port = port
      spawnThread {
        while let client = listener.accept(),
          let far = try? LoopbackSocket(port: server, timeout: .seconds(60))
        {
          spawnThread { Self.carry(from: client, to: far, pause: 3000) }
          spawnThread { Self.carry(from: far, to: client, pause: 0) }
        }
      }
    }

    deinit { listener.stopAccepting() }

    private static func carry(from: LoopbackSocket, to: LoopbackSocket, pause: UInt32) {
      while let bytes = try? from.receive(), !bytes.isEmpty {
        guard (try? to.send(bytes)) != nil else { break }
        if pause > 0 { usleep(pause) }
      }
      to.finishSending()
    }
  }

  @Test func aRequestIsSentWhileManyUploadsFillASlowPath() throws {
    let echo = try TCPServer(.echo)
    let sink = try TCPServer(.discard)
    let server = try SSHServer()
    let path = try SlowPath(to: server.port)
    let hosts = try server.folder.write("* " + (try server.folder.read("host_key.pub")), to: "any_hosts")
    let config = try server.folder.write(
      """
      Host tethys
        HostName 127.0.0.1
        Port \(path.port)
        User \(server.user)
        IdentityFile \(server.userKey)
        IdentitiesOnly yes
        UserKnownHostsFile \(hosts)
        GlobalKnownHostsFile /dev/null
      """ + "\n", to: "slow_config")
    let fixture = try Fixture(
      server,
      TunnelConfiguration(
        host: "tethys", sshConfig: config,
        forwards: [
          .init(listen: .local(0), target: .local(echo.port)),
          .init(listen: .local(0), target: .local(sink.port)),
        ],
        sessionLimit: 1))
    try #require(fixture.waitUntil(.up))
    let small = try (0..<4).map { _ in try fixture.connect() }
    for client in small {
      try client.send([1])
      #expect(try client.receive() == [1])
    }
    let isDone = Atomic<Bool>(false)
    let uploads = try (0..<12).map { _ in try fixture.connect(forward: 1) }
    defer { isDone.store(true, ordering: .relaxed) }
    for upload in uploads {
      spawnThread {
        let block = [UInt8](repeating: 0, count: 1 << 16)
        while !isDone.load(ordering: .relaxed), (try? upload.send(block)) != nil {}
      }
    }
    try #require(eventually { fixture.tunnel.status.forwards[1].bytesToTarget > 32 << 20 })
    for _ in 0..<6 {
      for client in small { try client.send([2]) }
      for client in small { #expect(try client.receive() == [2]) }
    }
  }
}
