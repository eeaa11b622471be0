import Glibc
import GuardAPI
import Health
import Platform
import Systemd
import TestSupport
import Testing
import Tunnel

@testable import GuardConfiguration
@testable import GuardDaemon
@testable import GuardJournal

/// The test binds what systemd would have bound.
@Suite(.blocking) struct InheritedSocketsTests {
  private func clusters(on ports: Int...) throws -> [Configuration.Cluster] {
    let forwards = ports.map { "{ listen: 127.0.0.1:\($0) }" } + ["{ listen: /tmp/k.sock }"]
    return try Configuration.parse(
      "clusters: [{ name: a, tunnel: { host: a, forwards: [\(forwards.joined(separator: ", "))] } }]",
      file: "guard.yaml", environment: ConfigurationEnvironment(isRoot: false, home: "/home/ada")
    ).clusters
  }

  /// nil: still waiting; else the errno of a read, 0 at the end of the file.
  private func end(of client: LoopbackSocket) -> Int32? {
    var byte: UInt8 = 0
    let count = recv(client.descriptor, &byte, 1, Int32(MSG_DONTWAIT))
    if count < 0 { return errno == EAGAIN ? nil : errno }
    return 0
  }

  @Test func matchingSocketsAreServedSilently() throws {
    let (listener, port) = try LoopbackSocket.listener()
    var sockets = InheritedSockets([PassedSocket(name: "forward", descriptor: listener.descriptor)])
    let clusters = try clusters(on: port)
    #expect(sockets.fit(clusters) == nil)
    let copies = sockets.copies(for: clusters[0])
    #expect(Array(copies.keys) == [StreamAddress(host: "127.0.0.1", port: UInt16(port))])
    copies.values.forEach { close($0) }
  }

  @Test func portWithoutASocketUnitHasANextStep() throws {
    let (listener, port) = try LoopbackSocket.listener()
    let folder = try TemporaryFolder()
    let control = try ControlSocket.bind(path: folder.file("c"), group: "oceanid")
    defer { close(control) }
    let sockets = InheritedSockets([
      PassedSocket(name: "control", descriptor: control),
      PassedSocket(name: "forward", descriptor: listener.descriptor),
    ])
    let held = StreamAddress(host: "127.0.0.1", port: UInt16(port))
    let alone = StreamAddress(host: "127.0.0.1", port: UInt16(port ^ 1))
    #expect(sockets.step(holdingAlone: held) == nil)
    #expect(sockets.step(holdingAlone: .unix(path: "/tmp/k.sock")) == nil)
    #expect(
      sockets.step(holdingAlone: alone)?.command?.hasSuffix("restart oceanid-forward.socket") == true)
    // Started without socket units, the guard always holds its ports itself.
    #expect(InheritedSockets().step(holdingAlone: alone) == nil)
  }

  @Test func worksWithoutAServiceManager() throws {
    var sockets = InheritedSockets()
    #expect(sockets.fit(try clusters(on: 7)) == nil)
  }

  @Test func connectionsToAnUnusedSocketAreResetUntilAForwardUsesIt() throws {
    let (listener, port) = try LoopbackSocket.listener()
    let other = try freePort()
    var sockets = InheritedSockets([PassedSocket(name: "forward", descriptor: listener.descriptor)])
    // Clients that already wait are refused too.
    let early = try LoopbackSocket(port: port)
    let misfit = try #require(sockets.fit(try clusters(on: other)))
    #expect(
      misfit.message
        == "oceanid-forward.socket binds 127.0.0.1:\(port), which no forward uses: connections are "
        + "reset; it does not bind 127.0.0.1:\(other): the guard binds that itself")
    #expect(misfit.priority == .warning)
    #expect(misfit.remedy?.contains("daemon-reload && systemctl") == true)
    #expect(misfit.remedy?.contains("restart oceanid-forward.socket") == true)
    #expect(eventually { end(of: early) == ECONNRESET })
    let late = try LoopbackSocket(port: port)
    #expect(eventually { end(of: late) == ECONNRESET })

    let clusters = try clusters(on: port)
    #expect(sockets.fit(clusters) == nil)
    let copies = sockets.copies(for: clusters[0])
    let copy = Descriptor(owning: try #require(copies.values.first))
    // A client that connects while the old event source is being removed may still be reset.
    let served = try eventually {
      let client = try LoopbackSocket(port: port)
      guard let (raw, _) = try StreamSocket.accept(from: copy) else { return false }
      let socket = Descriptor(owning: raw)
      return end(of: client) == nil && socket.raw >= 0
    }
    #expect(served)
  }
}
