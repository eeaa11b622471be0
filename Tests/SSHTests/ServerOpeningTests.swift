import Testing

@testable import SSH

/// A server's data before the key exchange, and the diagnosis of failures.
@Suite struct ServerOpeningTests {
  /// An unencrypted SSH_MSG_KEXINIT packet.
  private static func packet(_ lists: [String]) -> [UInt8] {
    var payload: [UInt8] = [20] + Array(repeating: 7, count: 16)
    for list in lists { payload.appendSSH(string: list) }
    payload += [0, 0, 0, 0, 0]
    let padding = 8
    var packet: [UInt8] = []
    packet.appendSSH(uint32: UInt32(payload.count + padding + 1))
    return packet + [UInt8(padding)] + payload + Array(repeating: 0, count: padding)
  }

  private static func opening(
    kex: String = "curve25519-sha256", hostKeys: String = "ssh-ed25519", ciphers: String = "aes128-ctr",
    macs: String = "hmac-sha2-256"
  ) -> ServerOpening {
    ServerOpening(
      Array("SSH-2.0-OpenSSH_9.2p1\r\n".utf8)
        + packet([kex, hostKeys, ciphers, ciphers, macs, macs, "none", "none", "", ""]))
  }

  private static let own = Algorithms.Offer(
    keyExchange: ["curve25519-sha256"], hostKeys: ["ssh-ed25519", "rsa-sha2-512"],
    ciphers: ["aes128-gcm@openssh.com", "aes128-ctr"], macs: ["hmac-sha2-256"])

  /// All six lists of names are texts of the server.
  @Test func tokensInListsOfAlgorithmsAreHidden() throws {
    let token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    let opening = Self.opening(kex: token, hostKeys: "a,\(token)", ciphers: token, macs: token)
    let found = AlgorithmMismatch.find(try #require(opening.offer), offered: Self.own, supported: Self.own)
    #expect(found.map(\.kind) == [.keyExchange, .hostKey, .cipher, .mac])
    #expect(found.map(\.server) == [["…"], ["a", "…"], ["…"], ["…"]])
    #expect(!"\(opening)".contains("ghp_"))
    #expect(Algorithms.names("publickey,\(token)".utf8) == ["publickey", "…"])
  }

  @Test(arguments: [
    "sntrup761x25519-sha512@openssh.com", "mlkem768x25519-sha256", "diffie-hellman-group-exchange-sha256",
    "sk-ssh-ed25519@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com", "chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com",
    "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com", "kex-strict-s-v00@openssh.com",
    "gss-curve25519-sha256-", "keyboard-interactive", "gssapi-with-mic", "ecdh-sha2-1.3.132.0.10",
  ]) func namesOfAlgorithmsAreKept(_ name: String) {
    #expect(Algorithms.names(name.utf8) == [name])
  }

  @Test(arguments: [
    ("Not allowed at this time\r\n", "Not allowed at this time"),
    ("Exceeded MaxStartups\r\n", "Exceeded MaxStartups"), ("no end of line", "no end of line"),
    ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html>", "HTTP/1.1 400 Bad Request / Server: x / <html>"),
    ("auth failed password=hunter2 for ann\n", "auth failed password=… for ann"),
    ("Authorization: Bearer\nhunter2\n", "Authorization: Bearer … …"),
    ("see https://ann:hunter2@h/x\n", "see https://…@h/x"),
    ("\u{1b}[31mred\u{7}\n", "[31mred"), ("\r\n\r\nat last\n", "at last"),
  ])
  func readsTheTextOfOtherServers(_ text: String, _ words: String) {
    let opening = ServerOpening(Array(text.utf8))
    #expect(opening.words == words)
    #expect(opening.identification == nil)
    #expect(opening.offer == nil)
  }

  @Test(
    arguments: [[], [0, 1, 2], Array("\r\n".utf8), [0x16, 0x03, 0x01, 0x02], [0xff, 0xfe, 10]] as [[UInt8]])
  func binaryDataIsNotShownAsText(_ bytes: [UInt8]) {
    #expect(ServerOpening(bytes).words == nil)
  }

  private static func packet(of type: UInt8, _ fields: [[UInt8]] = []) -> [UInt8] {
    var payload = [type]
    for field in fields { payload.appendSSH(bytes: field) }
    var packet: [UInt8] = []
    packet.appendSSH(bytes: [4] + payload + [0, 0, 0, 0])
    return packet
  }

  @Test func findsTheHostKeyAndItsSignature() {
    let start = Array("Welcome\r\nSSH-2.0-x\r\n".utf8) + Self.packet(of: 20)
    let guessed = Self.packet(of: 31, [[1], [2], [3]])
    let reply = Self.packet(of: 31, [[4, 5], [6], [7, 8]])
    let encrypted = Self.packet(of: 21) + guessed
    let proof = HostKeyProof(opening: start + guessed + reply + encrypted)
    #expect(proof?.hostKey == [4, 5])
    #expect(proof?.signature == [7, 8])
    #expect(HostKeyProof(opening: start) == nil)
    #expect(HostKeyProof(opening: start + reply.dropLast(5)) == nil)
    #expect(HostKeyProof(opening: start + Self.packet(of: 31, [[4, 5], [6]])) == nil)
    #expect(HostKeyProof(opening: reply) == nil)
    #expect(HostKeyProof(opening: []) == nil)
  }

  @Test func readsTheIdentificationAndTheLists() {
    let opening = Self.opening(
      kex: "sntrup761x25519-sha512,kex-strict-s-v00@openssh.com", macs: "a,\u{1b}[2J,b")
    #expect(opening.identification == "SSH-2.0-OpenSSH_9.2p1")
    #expect(opening.offer?.keyExchange == ["sntrup761x25519-sha512", "kex-strict-s-v00@openssh.com"])
    #expect(opening.offer?.macs == [["a", "b"], ["a", "b"]])
  }

  @Test func malformedPacketsAreIgnored() {
    let whole = Array("SSH-2.0-x\r\n".utf8) + Self.packet(["a", "b", "c", "d", "e", "f"])
    #expect(ServerOpening(whole).offer != nil)
    for count in 11..<(whole.count - 30) { _ = ServerOpening(Array(whole.prefix(count))).offer }
    #expect(ServerOpening(Array(whole.prefix(40))).offer == nil)
    var lying = whole
    lying[11 + 5 + 17] = 0xff
    #expect(ServerOpening(lying).offer == nil)
  }

  @Test(arguments: [
    ("a-kex", "ssh-ed25519", "aes128-ctr", "hmac-sha2-256", AlgorithmMismatch.Kind.keyExchange),
    ("curve25519-sha256", "ssh-dss", "aes128-ctr", "hmac-sha2-256", .hostKey),
    ("curve25519-sha256", "ssh-ed25519", "chacha20-poly1305@openssh.com", "hmac-sha2-256", .cipher),
    ("curve25519-sha256", "ssh-ed25519", "aes128-ctr", "umac-64@openssh.com", .mac),
  ])
  func reportsTheMismatchedCategory(
    _ kex: String, _ hostKeys: String, _ ciphers: String, _ macs: String, _ kind: AlgorithmMismatch.Kind
  ) throws {
    let offer = try #require(
      Self.opening(kex: kex, hostKeys: hostKeys, ciphers: ciphers, macs: macs).offer)
    let found = AlgorithmMismatch.find(offer, offered: Self.own, supported: .all)
    #expect(found.map(\.kind) == [kind])
  }

  @Test func aCipherThatAuthenticatesNeedsNoMAC() throws {
    let offer = try #require(
      Self.opening(ciphers: "aes128-gcm@openssh.com", macs: "umac-64@openssh.com").offer)
    #expect(AlgorithmMismatch.find(offer, offered: Self.own, supported: .all).isEmpty)
  }

  @Test func reportsAlgorithmsExcludedByTheConfiguration() throws {
    let offer = try #require(Self.opening(ciphers: "aes256-ctr").offer)
    let found = AlgorithmMismatch.find(offer, offered: Self.own, supported: .all)
    #expect(found.first?.leftOut == ["aes256-ctr"])
  }

  @Test(
    arguments: [
      ([51, 0, 0, 0, 9] + Array("publickey".utf8) + [0], ["publickey"], false),
      ([51, 0, 0, 0, 20] + Array("keyboard-interactive".utf8) + [1], ["keyboard-interactive"], true),
      ([51, 0, 0, 0, 0, 1], [], true),
    ] as [([UInt8], [String], Bool)])
  func readsARefusal(_ packet: [UInt8], _ methods: [String], _ isPartial: Bool) {
    // The memory of a packet contains its padding, too.
    for tail in [[], [9, 9, 9]] as [[UInt8]] {
      let found = (packet + tail).withUnsafeBytes { AuthenticationRefusal($0) }
      #expect(found == AuthenticationRefusal(methods: methods, isPartialSuccess: isPartial))
    }
  }

  @Test(
    arguments: [
      [], [51], [50, 0, 0, 0, 0, 0], [51, 0, 0, 0, 200, 0], [51, 0xff, 0xff, 0xff, 0xff, 1, 1],
      [51, 0, 0, 0, 1, 7, 0], [51, 0, 0, 0, 1, 97, 2],
    ] as [[UInt8]])
  func otherMemoryIsIgnored(_ bytes: [UInt8]) {
    #expect(bytes.withUnsafeBytes { AuthenticationRefusal($0) } == nil)
  }

  /// Some of them look like a line of text.
  @Test func encryptedBytesAreNoWordsOfTheServer() {
    let wire = Wire()
    Array("Exceeded MaxStartups\n".utf8).withUnsafeBytes { wire.inbound.append($0) }
    #expect(ServerOpening(wire.openingSoFar).words == "Exceeded MaxStartups")
    wire.clearOpening()
    #expect(ServerOpening(wire.openingSoFar).words == nil)
  }
}
