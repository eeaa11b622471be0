import Foundation
import SSH
import TestSupport

/// Every call of libssh2 that the guard makes, against a real sshd.
enum SSHSteps {
  static func relay() throws {
    let server = try SSHServer()
    let echo = try TCPServer(.echo)
    // Again and again: what is not given back shows as a leak.
    for _ in 0..<3 {
      let talk = try Talk(server)
      try talk.finish { try talk.session.handshake() }
      try expect(
        talk.session.hostKey?.type == "ssh-ed25519", "the host key is \(talk.session.hostKey as Any)")
      try expect(talk.session.cipher != nil, "no cipher")
      let key = [UInt8](try Data(contentsOf: URL(filePath: server.userKey)))
      try talk.finish {
        try talk.session.authenticate(user: server.user, privateKey: key, passphrase: nil)
      }
      try talk.session.sendKeepalive(wantsReply: true)
      try expect(try talk.open { try talk.session.probe() } == nil, "a channel that no server has was opened")
      let closed = UInt16(try freePort())
      try expect(
        try talk.open {
          try talk.session.openDirectTCPIP(
            host: "127.0.0.1", port: closed, originHost: "127.0.0.1", originPort: 1, window: 65_536)
        } == nil, "a port without a listener was opened")
      try exchange(talk, echo.port)
      talk.session.disconnect()
      try talk.flush()
    }
  }

  /// More than a window, there and back.
  private static func exchange(_ talk: Talk, _ port: Int) throws {
    let channel = try talk.open {
      try talk.session.openDirectTCPIP(
        host: "127.0.0.1", port: UInt16(port), originHost: "127.0.0.1", originPort: 1, window: 65_536)
    }
    guard let channel else { throw FixtureError.failed("the server refused the echo server") }
    let sent = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var written = 0
    var received: [UInt8] = []
    var isOver = false
    var hasSentEOF = false
    let deadline = ContinuousClock.now + .seconds(60)
    while !isOver {
      try expect(ContinuousClock.now < deadline, "the echo did not come: \(received.count) bytes")
      if written < sent.count,
        case .moved(let count) = try sent[written...].withUnsafeBytes({ bytes throws in
          try channel.write(bytes)
        })
      {
        written += count
      }
      if written == sent.count, !hasSentEOF { hasSentEOF = try channel.sendEOF() == .done }
      var buffer = [UInt8](repeating: 0, count: 32_768)
      switch try buffer.withUnsafeMutableBytes({ bytes throws in try channel.read(into: bytes) }) {
      case .moved(let count): received += buffer.prefix(count)
      case .wouldBlock: break
      case .endOfFile: isOver = true
      }
      try channel.adjustWindow(to: 65_536)
      try talk.move()
    }
    try expect(received == sent, "the echo differs")
    try talk.finish { channel.close() }
  }

  static func refuse() throws {
    let server = try SSHServer()
    let otherKey = try server.makeKey("otherKey")
    let encrypted = try server.makeKey("encrypted", passphrase: "correct horse")
    let keys: [([UInt8], String?)] = [
      ([UInt8](try Data(contentsOf: URL(filePath: otherKey))), nil),
      ([UInt8](try Data(contentsOf: URL(filePath: encrypted))), nil),
      ([UInt8](try Data(contentsOf: URL(filePath: encrypted))), "wrong"),
      ([UInt8](try Data(contentsOf: URL(filePath: encrypted))), "correct horse"),
      (Array("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n".utf8), nil),
      ([], nil), ([0], nil),
    ]
    for (key, passphrase) in keys {
      let talk = try Talk(server)
      try talk.finish { try talk.session.handshake() }
      let isTaken =
        (try? talk.finish {
          try talk.session.authenticate(user: server.user, privateKey: key, passphrase: passphrase)
        }) != nil
      try expect(!isTaken, "a key was taken that should not have been")
    }
    for greeting in [
      "", "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
    ] {
      let session = try Session(socket: 0, hostKeyTypes: [])
      Array(greeting.utf8).withUnsafeBytes { session.wire.inbound.append($0) }
      session.wire.isAtEnd = true
      try expect((try? session.handshake()) == nil, "a handshake with '\(greeting)'")
    }
  }

  static func findHashedHost() throws {
    let server = try SSHServer()
    let name = "[127.0.0.1]:\(server.port)"
    let hashed = try run("ssh-keygen", ["-H", "-f", server.knownHosts])
    try expect(hashed.exit == .exited(0), hashed.errors)
    let field = try server.folder.read("known_hosts").split(separator: " ").first ?? ""
    try expect(HashedHost.matches(field, name: name), "\(field) is not \(name)")
    try expect(!HashedHost.matches(field, name: "tethys"), "\(field) is tethys")
    for broken in ["", "|1|", "|1|a|b", "|2|a|b", "|1|\(String(repeating: "A", count: 5000))|b"] {
      try expect(!HashedHost.matches(broken, name: name), "\(broken) is \(name)")
    }
  }
}

/// A session and its connection, on the caller's thread.
private final class Talk {
  let session: Session
  private let descriptor: Int32

  init(_ server: SSHServer) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(server.port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let descriptor = descriptor
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw FixtureError.system("connect", errno) }
    session = try Session(socket: descriptor, hostKeyTypes: [])
  }

  deinit { close(descriptor) }

  /// Calls until it is done.
  func finish(_ step: () throws -> Session.Progress) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try step() == .waiting {
      try expect(ContinuousClock.now < deadline, "the server does not answer")
      try move()
    }
    try flush()
  }

  /// nil: refused.
  func open(_ step: () throws -> ChannelOpen) throws -> Channel? {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      switch try step() {
      case .opened(let channel): return channel
      case .refused: return nil
      case .waiting:
        try expect(ContinuousClock.now < deadline, "the server does not answer")
        try move()
      }
    }
  }

  /// Sends pending data and reads received data for at most 20 ms.
  func move() throws {
    try flush()
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&state, 1, 20) == 1, session.wire.inbound.space > 0 else { return }
    var count = 0
    session.wire.inbound.fill { buffer in
      count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
      return max(0, count)
    }
    if count == 0 { session.wire.isAtEnd = true }
  }

  func flush() throws {
    while !session.wire.outbound.isEmpty {
      let waiting = session.wire.outbound.waiting
      let count = send(descriptor, waiting.baseAddress, waiting.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return session.wire.outbound.consume(waiting.count) }
      session.wire.outbound.consume(count)
    }
  }
}
