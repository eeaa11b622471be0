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
    guard case .revoked(let entry) = hosts.check(Self.key(Self.ed25519, 2), name: "other", port: 22) else {
      Issue.record("not revoked")
      return
    }
    #expect(entry.line == 2)
  }

  @Test func revokedKeysMayEndWithCRLF() throws {
    let folder = try TemporaryFolder()
    let keys = (1...3 as ClosedRange<UInt8>).map { "\(Self.ed25519) \(Self.base64(Self.ed25519, $0)) me\r\n" }
    let path = try folder.write(keys.joined(), to: "revoked")
    #expect(try RevokedKeys.read(path).map(\.key) == (1...3).map { Self.blob(Self.ed25519, $0) })
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
    guard case .revoked(let entry) = hosts.check(Self.key(Self.ed25519, 1), name: "tethys", port: 22) else {
      Issue.record("a revoked key passed")
      return
    }
    #expect(entry.line == 2)
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
