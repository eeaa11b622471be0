import GuardTypes
import Platform
import SSH
import TestSupport
import Testing

@testable import Tunnel

@Suite struct KnownHostsTests {
  /// A key of `type` whose last byte is `mark`.
  private static func blob(_ type: String, _ mark: UInt8) -> [UInt8] {
    var blob: [UInt8] = []
    blob.appendSSH(string: type)
    blob.appendSSH(bytes: Array(repeating: 7, count: 31) + [mark])
    return blob
  }

  private static func key(_ type: String, _ mark: UInt8) -> HostKey {
    HostKey(type: type, blob: blob(type, mark), fingerprint: "SHA256:\(mark)")
  }

  private static func base64(_ type: String, _ mark: UInt8) -> String {
    Base64.encodeUnpadded(blob(type, mark))
  }

  private static func hosts(_ lines: String...) -> KnownHosts {
    KnownHosts(files: ["known"]) { _ in Array(lines.joined(separator: "\n").utf8) }
  }

  private static let ed25519 = "ssh-ed25519"

  @Test(arguments: [
    "tethys", "TETHYS", "other,tethys", "teth*", "t?thys", "*.example,!x.example,tethys", "[tethys]:2222",
  ])
  func aMatchingPatternIsFound(_ pattern: String) {
    let hosts = Self.hosts(
      "# comment", "", "\(pattern) \(Self.ed25519) \(Self.base64(Self.ed25519, 1)) me@home")
    let port: UInt16 = pattern.hasPrefix("[") ? 2222 : 22
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: port) == .known)
  }

  /// ssh(1) asks for a type whose key may be used.
  @Test func aTypeWhoseKeyIsRevokedIsNotPreferred() {
    let ecdsa = "ecdsa-sha2-nistp256"
    let hosts = Self.hosts(
      "tethys \(Self.ed25519) \(Self.base64(Self.ed25519, 1))", "tethys \(ecdsa) \(Self.base64(ecdsa, 2))",
      "@revoked * \(Self.ed25519) \(Self.base64(Self.ed25519, 1))")
    #expect(hosts.keyTypes(name: "tethys", port: 22).first == ecdsa)
    #expect(hosts.keyTypes(name: "tethys", port: 22).contains(Self.ed25519))
  }

  @Test func linesMayEndWithCRLF() {
    let (one, two) = (Self.base64(Self.ed25519, 1), Self.base64(Self.ed25519, 2))
    let text =
      "tethys \(Self.ed25519) \(one) me\r\n@revoked * \(Self.ed25519) \(two) me\r\nother \(Self.ed25519) \(two)\r\n"
    let hosts = KnownHosts(files: ["known"]) { _ in Array(text.utf8) }
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 22) == .known)
    #expect(hosts.check(Self.key(Self.ed25519, 2), name: "other", port: 22) == .revoked(by: "known:2"))
  }

  @Test func revokedKeysMayEndWithCRLF() throws {
    let folder = try TemporaryFolder()
    let keys = (1...3 as ClosedRange<UInt8>).map { "\(Self.ed25519) \(Self.base64(Self.ed25519, $0)) me\r\n" }
    let path = try folder.write(keys.joined(), to: "revoked")
    let revoked = try RevokedKeys([path])
    #expect(
      (1...4).map { revoked.place(of: Self.blob(Self.ed25519, $0)) }
        == ["\(path):1", "\(path):2", "\(path):3", nil])
  }

  @Test(arguments: ["tethy", "tethys.example", "*,!tethys", "[tethys]:2222", "te?hy"])
  func anotherPatternDoesNotMatch(_ pattern: String) {
    let hosts = Self.hosts("\(pattern) \(Self.ed25519) \(Self.base64(Self.ed25519, 1))")
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 22) == .unknown(others: []))
  }

  @Test func aHashedNameIsFound() {
    // printf tethys | openssl dgst -sha1 -mac HMAC -macopt hexkey:<salt>, salt = 20 bytes of 0x01
    let hashed = "|1|AQEBAQEBAQEBAQEBAQEBAQEBAQE=|\(Self.hashOfTethys)"
    let hosts = Self.hosts("\(hashed) \(Self.ed25519) \(Self.base64(Self.ed25519, 1))")
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 22) == .known)
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "calypso", port: 22) == .unknown(others: []))
  }

  private static let hashOfTethys = "nGAVuioDQ9XcFHxK4FCIZJ6wugk="

  @Test func aChangedKeyNamesItsLine() {
    let hosts = Self.hosts("# first", "tethys \(Self.ed25519) \(Self.base64(Self.ed25519, 1))")
    guard case .changed(let entry) = hosts.check(Self.key(Self.ed25519, 2), name: "tethys", port: 22) else {
      Issue.record("not seen as changed")
      return
    }
    #expect(entry.place == "known:2")
  }

  @Test func aKeyOfAnotherTypeIsUnknownNotChanged() {
    let hosts = Self.hosts("tethys ecdsa-sha2-nistp256 \(Self.base64("ecdsa-sha2-nistp256", 1))")
    guard case .unknown(let others) = hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 22) else {
      Issue.record("not seen as unknown")
      return
    }
    #expect(others.map(\.keyType) == ["ecdsa-sha2-nistp256"])
    #expect(hosts.keyTypes(name: "tethys", port: 22).first == "ecdsa-sha2-nistp256")
    var chosen = Algorithms.Offer.all
    chosen.keepsHostKeyOrder = true
    #expect(hosts.keyTypes(name: "tethys", port: 22, offer: chosen) == Algorithms.hostKeys)
  }

  @Test func aRevokedKeyIsRefusedEvenIfItIsAlsoListed() {
    let key = Self.base64(Self.ed25519, 1)
    let hosts = Self.hosts("tethys \(Self.ed25519) \(key)", "@revoked * \(Self.ed25519) \(key)")
    for port: UInt16 in [22, 2222] {
      #expect(
        hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: port) == .revoked(by: "known:2"))
    }
  }

  /// ssh(1) orders the types by the entries that name the port, so it asks for the revoked key and refuses it.
  @Test(arguments: ["*", "tethys", "[tethys]:2222", "*,!other"])
  func aPlainNameLeadsNotAroundARevokedKey(_ pattern: String) {
    let ecdsa = "ecdsa-sha2-nistp256"
    let revocation = "@revoked \(pattern) \(Self.ed25519) \(Self.base64(Self.ed25519, 1))"
    let plain = Self.hosts("tethys \(ecdsa) \(Self.base64(ecdsa, 2))", revocation)
    #expect(plain.keyTypes(name: "tethys", port: 2222).first == Self.ed25519)
    let named = Self.hosts("[tethys]:2222 \(ecdsa) \(Self.base64(ecdsa, 2))", revocation)
    #expect(named.keyTypes(name: "tethys", port: 2222).first == ecdsa)
  }

  /// ssh(1) compares the key of a certificate (sshkey_equal_public).
  @Test func aRevokedCertificateRevokesItsKey() throws {
    let folder = try TemporaryFolder()
    func make(_ arguments: [String]) throws {
      let made = try run("ssh-keygen", ["-q"] + arguments)
      try #require(made.exit == .exited(0), "\(made.errors)")
    }
    try make(["-t", "ed25519", "-N", "", "-f", folder.file("authority")])
    for type in ["ed25519", "ecdsa", "rsa"] {
      let file = folder.file(type)
      try make(["-t", type, "-N", "", "-f", file])
      try make(["-s", folder.file("authority"), "-h", "-I", "id", file + ".pub"])
      let key = try folder.read(type + ".pub").split(separator: " ")
      let blob = try #require(Base64.decode(key[1]))
      let certificate = try folder.read(type + "-cert.pub")
      let hosts = Self.hosts("tethys \(key[0]) \(key[1])", "@revoked * \(certificate)")
      let shown = HostKey(type: String(key[0]), blob: blob, fingerprint: "")
      #expect(hosts.check(shown, name: "tethys", port: 22) == .revoked(by: "known:2"), "\(type)")
      #expect(try RevokedKeys([file + "-cert.pub"]).place(of: blob) == file + "-cert.pub:1")
    }
  }

  /// The three ways in which a KRL names a key, and certificates, which libssh2 does not negotiate.
  @Test func aKeyRevocationListIsHonored() throws {
    let folder = try TemporaryFolder()
    func make(_ arguments: [String]) throws {
      let made = try run("ssh-keygen", ["-q"] + arguments)
      try #require(made.exit == .exited(0), "\(made.errors)")
    }
    for name in ["a", "b", "c", "d", "authority"] {
      try make(["-t", "ed25519", "-N", "", "-f", folder.file(name)])
    }
    func line(_ name: String) throws -> String { try folder.read(name + ".pub") }
    let path = folder.file("krl")
    let source = try folder.write(
      "serial: 5\nkey: \(line("a"))sha1: \(line("b"))sha256: \(line("c"))", to: "source")
    try make(["-k", "-f", path, "-s", folder.file("authority.pub"), source])
    let text = try folder.write(line("d"), to: "text")
    let revoked = try RevokedKeys([text, path])
    let places = try ["a", "b", "c", "d", "authority"].map { name in
      revoked.place(of: try #require(Base64.decode(try line(name).split(separator: " ")[1])))
    }
    #expect(places == [path, path, path, "\(text):1", nil])
    let bytes = try SmallFile.read(path, limit: 1 << 20)
    for damaged in [Array(bytes.dropLast()), bytes + [1], Array(bytes.prefix(20))] {
      #expect(KeyRevocationList(damaged) == nil)
    }
  }

  @Test(arguments: ["ssh-ed25519", "nonsense AAAA", "ssh-ed25519 AAAA", "restrict ssh-ed25519 AAAA"])
  func aDamagedLineOfRevokedKeysIsNamed(_ line: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("# revoked\n\n\(line)\n", to: "revoked")
    let failure = try #require(throws: TunnelFailure.self) { try RevokedKeys([path]) }
    #expect(failure.message.contains("\(path):3 is no public key"))
  }

  @Test func anAuthorityIsNotAHostKey() {
    let hosts = Self.hosts("@cert-authority * \(Self.ed25519) \(Self.base64(Self.ed25519, 1))")
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 22) == .unknown(others: []))
    #expect(hosts.authority(name: "tethys", port: 22)?.line == 1)
  }

  @Test func damagedLinesAreSkipped() {
    let good = "tethys \(Self.ed25519) \(Self.base64(Self.ed25519, 1))"
    let hosts = Self.hosts(
      "tethys", "tethys ssh-ed25519", "tethys ssh-ed25519 !!!", "@what * a b", "\u{0}\u{1}", good)
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 22) == .known)
  }

  @Test func aPlainNameCountsIfNoEntryContainsThePort() {
    let hosts = Self.hosts("tethys \(Self.ed25519) \(Self.base64(Self.ed25519, 1))")
    #expect(hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 2222) == .known)
  }
}
