import Glibc
import SSH
import TestSupport
import Testing

/// Unauthenticated server data, fed to the session byte by byte in memory.
@Suite struct HostileHandshakeTests {
  /// A session with an array of bytes as its server.
  private final class Play {
    let session: Session
    private let descriptor: Int32

    init() throws {
      // libssh2 only reads its flags.
      descriptor = open("/dev/null", O_RDWR | O_NONBLOCK | O_CLOEXEC)
      session = try Session(socket: descriptor, hostKeyTypes: [])
    }

    deinit { close(descriptor) }

    /// Sends these bytes in chunks; returns the session's error, or nil while it waits for more.
    func say(_ bytes: [UInt8], atOnce: Int = 1000) -> SSHError? {
      var rest = bytes[...]
      repeat {
        Array(rest.prefix(atOnce)).withUnsafeBytes { session.wire.inbound.append($0) }
        rest = rest.dropFirst(atOnce)
        if let error = step() { return error }
      } while !rest.isEmpty
      return nil
    }

    /// The server closes the connection.
    func end() -> SSHError? {
      session.wire.isAtEnd = true
      return step()
    }

    private func step() -> SSHError? {
      do throws(SSHError) {
        #expect(try session.handshake() == .waiting)
        return nil
      } catch {
        return error
      }
    }

    /// Checks limits that no handshake exceeds.
    func expectLittle(_ what: String) {
      #expect(session.held < 1 << 20, "\(what)")
      #expect(session.wire.outbound.count < 64 << 10, "\(what)")
    }
  }

  private static let identification = Array("SSH-2.0-test\r\n".utf8)

  /// An unencrypted packet (RFC 4253 §6). `length` and `padding` replace its true values.
  private static func packet(_ payload: [UInt8], length: UInt32? = nil, padding: UInt8? = nil) -> [UInt8] {
    let filler = 8 - (payload.count + 5) % 8 + 4
    var bytes: [UInt8] = []
    bytes.appendSSH(uint32: length ?? UInt32(payload.count + 1 + filler))
    return bytes + [padding ?? UInt8(filler)] + payload + [UInt8](repeating: 0, count: filler)
  }

  /// SSH_MSG_KEXINIT (RFC 4253 §7.1).
  private static func keyExchangeInit(
    _ keyExchange: String = "curve25519-sha256", _ hostKey: String = "ssh-ed25519",
    _ cipher: String = "aes128-ctr", _ mac: String = "hmac-sha2-256"
  ) -> [UInt8] {
    var bytes = [20] + [UInt8](repeating: 1, count: 16)
    for names in [keyExchange, hostKey, cipher, cipher, mac, mac, "none", "none", "", ""] {
      bytes.appendSSH(string: names)
    }
    return bytes + [0, 0, 0, 0, 0]
  }

  @Test(arguments: [
    [], identification, identification + packet(keyExchangeInit()),
    identification + packet(keyExchangeInit()) + [0, 0],
  ])
  func garbageEndsWithAnError(_ opening: [UInt8]) throws {
    for seed in 0..<100 as Range<UInt64> {
      var noise = SeededGenerator(seed: seed)
      let play = try Play()
      let error = play.say(opening + noise.bytes(3000), atOnce: 1 + Int(seed) * 37) ?? play.end()
      #expect(error != nil, "seed \(seed)")
      play.expectLittle("seed \(seed)")
    }
  }

  /// Well-formed packets of every type with random contents.
  @Test(arguments: 0..<8 as Range<UInt64>) func invalidPacketsEndWithAnError(_ seed: UInt64) throws {
    var noise = SeededGenerator(seed: seed)
    for number in UInt8.min...UInt8.max {
      let play = try Play()
      var bytes = Self.identification + Self.packet(Self.keyExchangeInit())
      for _ in 0..<20 {
        bytes += Self.packet([number] + noise.bytes(Int.random(in: 0..<200, using: &noise)))
      }
      #expect((play.say(bytes) ?? play.end()) != nil, "number \(number)")
      play.expectLittle("number \(number)")
    }
  }

  @Test(arguments: ["hello\r\n", "x"]) func dataBeforeTheIdentificationIsLimited(_ line: String) throws {
    let play = try Play()
    let line = [UInt8](String(repeating: line, count: 1000).utf8)
    var said = 0
    var error: SSHError?
    while error == nil, said < 1 << 20 {
      error = play.say(line)
      said += line.count
    }
    #expect(error?.code == .protocolViolation)
    #expect(error?.detail.hasSuffix("no line that begins with SSH-") == true)
    #expect(said <= Session.longestPreambleLine + 2 * line.count)
    play.expectLittle("a banner without end")
  }

  /// ssh(1) accepts lines before the identification, also empty ones (RFC 4253 §4.2).
  @Test(arguments: [
    "\r\n", "\n", "*** \r\n\r\n***\r\n", "\0\n", "SSH\n", " SSH-2.0-x\n", "ssh-2.0-x\r\n",
    String(repeating: "\n", count: 1024), String(repeating: "x", count: 8192) + "\n",
    String(repeating: String(repeating: "x", count: 8000) + "\n", count: 1024),
  ])
  func linesBeforeTheIdentificationAreDiscarded(_ lines: String) throws {
    for chunk in [1, 1000, 100_000] where lines.utf8.count < 10_000 || chunk > 1 {
      let play = try Play()
      #expect(play.say([UInt8](lines.utf8) + Self.identification, atOnce: chunk) == nil)
      #expect(play.session.opening.identification == "SSH-2.0-test")
      // The key exchange goes on: it fails at the garbage, and not before.
      #expect(play.say(Self.packet(Self.keyExchangeInit())) == nil)
      #expect(play.session.opening.offer != nil)
      play.expectLittle("lines")
    }
  }

  @Test(arguments: [
    String(repeating: "\n", count: 1025), String(repeating: "x", count: 8194),
    String(repeating: "x", count: 8194) + "\nSSH-2.0-test\r\n",
  ]) func moreThanSSHAcceptsEndsTheHandshake(_ text: String) throws {
    let error = try Play().say([UInt8](text.utf8))
    #expect(error?.code == .protocolViolation)
  }

  // Bytes instead of text, because arguments of tests are printed.
  @Test(
    arguments: [
      ("SSH-2.0-test\r\n", nil as String?), ("SSH-2.0-test\n", nil), ("SSH-1.99-test\r\n", nil),
      ("Welcome\r\nto this host\r\nSSH-2.0-test\r\n", nil),
      ("SSH-1.5-OpenSSH_1.2\r\n", "the server speaks SSH-1.5-OpenSSH_1.2, not SSH 2"),
      ("SSH-1.5-\u{1b}[2J\u{202e}\u{7}x\r\n", "the server speaks SSH-1.5- [2J x, not SSH 2"),
      ("SSH-\r\n", "the server speaks SSH-, not SSH 2"),
    ].map { (Array($0.0.utf8), $0.1) })
  func onlyVersion2IsSupported(_ line: [UInt8], _ words: String?) throws {
    let play = try Play()
    let error = play.say(line)
    #expect(error?.detail == words)
    if words != nil { #expect(error?.code == .protocolViolation) }
  }

  @Test(arguments: [
    ("no length", packet([20], length: 0)), ("a length of 1", packet([20], length: 1)),
    ("the greatest length", packet([20], length: .max)), ("a negative length", packet([20], length: 1 << 31)),
    // LIBSSH2_PACKET_MAXPAYLOAD is 40,000.
    ("just too long", packet([20], length: 40_002)), ("all padding", packet([20], length: 12, padding: 12)),
    ("more padding than packet", packet([20], length: 12, padding: 255)),
    ("no key exchange that we have", packet(keyExchangeInit("rot13"))),
    ("no host key that we have", packet(keyExchangeInit("curve25519-sha256", "ssh-rot13"))),
    ("no cipher that we have", packet(keyExchangeInit("curve25519-sha256", "ssh-ed25519", "rot13"))),
    ("a list of 4 GiB", packet([20] + [UInt8](repeating: 0xff, count: 200))),
    ("no list", packet([20])), ("half of the lists", packet(Array(keyExchangeInit().prefix(60)))),
  ])
  func impossiblePacketsAreErrors(_ what: String, _ packet: [UInt8]) throws {
    let play = try Play()
    #expect((play.say(Self.identification + packet) ?? play.end()) != nil)
    play.expectLittle(what)
  }

  /// SSH_MSG_KEX_ECDH_REPLY (RFC 5656 §4) with these strings.
  private static func reply(_ strings: [[UInt8]], then rest: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = [31]
    for string in strings { bytes.appendSSH(bytes: string) }
    return bytes + rest
  }

  private static func hostKey(_ type: String, _ rest: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendSSH(string: type)
    return bytes + rest
  }

  private static let point = [UInt8](repeating: 9, count: 32)
  private static let goodHostKey = hostKey("ssh-ed25519", [0, 0, 0, 32] + point)

  @Test(arguments: [
    ("nothing", reply([])), ("a host key of 4 GiB", reply([], then: [255, 255, 255, 255])),
    ("an empty host key", reply([[], point, point])),
    ("a host key that ends in its length", reply([hostKey("ssh-ed25519", [0, 0, 0, 32]), point, point])),
    ("a host key of another type", reply([hostKey("ssh-rot13", [0, 0, 0, 32] + point), point, point])),
    (
      "a host key whose type goes on",
      reply([hostKey("ssh-ed25519 x", [0, 0, 0, 32] + point), point, point])
    ),
    ("no point", reply([goodHostKey])), ("an empty point", reply([goodHostKey, [], point])),
    ("a point of 4 GiB", reply([goodHostKey], then: [255, 255, 255, 255])),
    ("a point of zeros", reply([goodHostKey, [UInt8](repeating: 0, count: 32), point])),
    ("a long point", reply([goodHostKey, point + point, point])),
    ("no signature", reply([goodHostKey, point])),
    ("an empty signature", reply([goodHostKey, point, []])),
    ("a signature of 4 GiB", reply([goodHostKey, point], then: [255, 255, 255, 255])),
    ("a wrong signature", reply([goodHostKey, point, goodHostKey + point])),
  ])
  func invalidKeyExchangeRepliesAreErrors(_ what: String, _ reply: [UInt8]) throws {
    let play = try Play()
    let opening = Self.identification + Self.packet(Self.keyExchangeInit())
    let error = play.say(opening + Self.packet(reply) + Self.packet([21]), atOnce: .max)
    #expect(error?.code == .keyExchange, "\(what): \(error?.description ?? "no error")")
    play.expectLittle(what)
  }

  @Test func endOfFileAtEveryByteIsAnError() throws {
    let whole = Self.identification + Self.packet(Self.keyExchangeInit()) + Self.packet([2, 0, 0, 0, 0])
    for count in 0...whole.count {
      let play = try Play()
      #expect(play.say(Array(whole.prefix(count))) == nil)
      let error = play.end()
      #expect(error?.code == .disconnected, "after \(count) bytes: \(error?.description ?? "")")
    }
  }

  @Test(arguments: [Array("go away".utf8), Array("\u{1b}[2Jgo\r\naway\u{202e}\0".utf8), [0xff, 0xc3]])
  func aDisconnectMessageIsQuotedOnOneLine(_ text: [UInt8]) throws {
    let play = try Play()
    var goodbye: [UInt8] = [1, 0, 0, 0, 12]
    goodbye.appendSSH(bytes: text)
    goodbye.appendSSH(string: "")
    #expect(play.say(Self.identification + Self.packet(goodbye)) != nil)
    let disconnectMessage = try #require(play.session.disconnectMessage)
    #expect(disconnectMessage.hasPrefix("it disconnected: ") && disconnectMessage.hasSuffix(" (reason 12)"))
    #expect(disconnectMessage.utf8.allSatisfy { $0 >= 0x20 })
    #expect(!disconnectMessage.unicodeScalars.contains { $0.properties.generalCategory == .format })
  }

  /// RFC 4253 §11.1: a uint32, and from 0xFE000000 on for private use.
  @Test(arguments: [(0, 1), (254, 4_261_412_865), (255, 4_278_190_081)] as [(UInt8, UInt32)])
  func aDisconnectReasonIsAnUnsignedNumber(firstByte: UInt8, number: UInt32) throws {
    let play = try Play()
    var goodbye: [UInt8] = [1, firstByte, 0, 0, 1]
    goodbye.appendSSH(string: "bye")
    goodbye.appendSSH(string: "")
    #expect(play.say(Self.identification + Self.packet(goodbye)) != nil)
    #expect(play.session.disconnectMessage == "it disconnected: bye (reason \(number))")
  }
}

extension SeededGenerator {
  fileprivate mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
