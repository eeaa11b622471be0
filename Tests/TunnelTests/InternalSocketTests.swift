import Glibc
import GuardTypes
import Platform
import TestSupport
import Testing

@testable import Tunnel

@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct InternalSocketTests {
  @Test func theInternalSocketConnectsToTheTargetSetJustBefore() throws {
    let targets = try [TCPServer(.source(1)), TCPServer(.source(2))]
    let fixture = try Fixture(SSHServer(), target: targets[0].port)
    try #require(fixture.waitUntil(.up))
    let address = try #require(fixture.tunnel.internalSocket.address)
    for round in 0..<200 {
      let size = round % 2 + 1
      fixture.tunnel.setInternalTarget(.local(targets[size - 1].port))
      let own = try StreamSocket.connect(to: address, userTimeout: .seconds(5))
      let deadline = MonotonicTime.now + .seconds(10)
      #expect(own.receive(size, until: deadline)?.count == size)
      #expect(own.receive(1, until: deadline) == nil)
    }
  }

  @Test func theInternalSocketIsRestoredWhenItsFileIsRemoved() throws {
    let echo = try TCPServer(.echo)
    let folder = try TemporaryFolder()
    let fixture = try Fixture(SSHServer(), target: echo.port, socketFolder: folder.path)
    try #require(fixture.waitUntil(.up))
    guard case .path(let path) = fixture.tunnel.internalSocket else { throw FixtureError.failed("no file") }
    for byte in [1, 2] as [UInt8] {
      #expect(unlink(path) == 0)
      fixture.tunnel.restoreInternalSocket()
      #expect(eventually { (try? LoopbackSocket(path: path)) != nil })
      let own = try LoopbackSocket(path: path)
      try own.send([byte])
      #expect(try own.receive() == [byte])
    }
  }

  @Test(arguments: [true, false]) func theInternalSocketIsForThisProcessOnly(_ hasFile: Bool) throws {
    let echo = try TCPServer(.echo)
    let folder = try TemporaryFolder()
    let fixture = try Fixture(SSHServer(), target: echo.port, socketFolder: hasFile ? folder.path : nil)
    try #require(fixture.waitUntil(.up))
    let internalSocket = fixture.tunnel.internalSocket
    let address = try #require(internalSocket.address)
    let own = try StreamSocket.connect(to: address, userTimeout: .seconds(5))
    let deadline = MonotonicTime.now + .seconds(10)
    #expect(([7, 8] as [UInt8]).withUnsafeBytes { own.sendAll($0, until: deadline) })
    #expect(own.receive(2, until: deadline) == [7, 8])
    // A connection from another process is closed without any data.
    let name =
      switch internalSocket {
      case .path(let path): path
      case .abstract(let name): "\\0" + name
      }
    let otherProcess = try run(
      "python3",
      [
        "-c",
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1].replace('\\\\0','\\0')); s.settimeout(10); s.sendall(b'x'); sys.stdout.write(repr(s.recv(1)))",
        name,
      ])
    #expect(!otherProcess.output.contains("x"))
    #expect(internalSocket.isFile == hasFile)
    #expect(fixture.tunnel.stop(timeout: .seconds(20)))
    if case .path(let path) = internalSocket { #expect(!SmallFile.exists(path)) }
  }
}

extension InternalSocket {
  fileprivate var isFile: Bool {
    if case .path = self { true } else { false }
  }
}
