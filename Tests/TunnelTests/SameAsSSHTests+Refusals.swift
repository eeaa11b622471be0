import Foundation
import TestSupport
import Testing

@testable import Tunnel

/// Revoked host keys, and lists of algorithms that ssh(1) refuses.
extension SameAsSSHTests {
  /// Lists of algorithms that ssh(1) refuses, some of them although `ssh -G` succeeds, and lists that it accepts.
  private static let algorithms =
    [
      "Ciphers aes256-ctr,nonsense", "Ciphers +nonsense", "Ciphers ,", "Ciphers aes256-*", "MACs ,",
      "MACs hmac-sha2-256,nonsense", "KexAlgorithms ,", "KexAlgorithms ^nonsense", "HostKeyAlgorithms ,",
      "HostKeyAlgorithms +nonsense*", "HostKeyAlgorithms !ssh-ed25519", "PubkeyAcceptedAlgorithms ,",
      "PubkeyAcceptedKeyTypes ssh-ed25519,nonsense", "CASignatureAlgorithms nonsense", "Ciphers -*",
      "KexAlgorithms -*", "HostKeyAlgorithms -*", "PubkeyAcceptedAlgorithms -*",
    ].map { Case(false, "IdentityFile @keys/good\n\($0)") }
    + [
      "Ciphers -nonsense", "KexAlgorithms -nonsense", "Ciphers aes256-ctr,,",
      "HostKeyAlgorithms ssh-ed25519,",
      "PubkeyAcceptedAlgorithms ssh-*,", "HostbasedAcceptedAlgorithms -*",
    ].map { Case(true, "IdentityFile @keys/good\n\($0)") }

  /// Files of known_hosts for a host with two keys, and what ssh(1) makes of them.
  private static func revocations(
    _ key: String, _ other: String, port: Int
  ) -> [(name: String, text: String, isUp: Bool)] {
    let entry = "[127.0.0.1]:\(port)"
    return [
      ("all", "127.0.0.1 \(key)\n@revoked * \(key)\n", false),
      ("ported", "@revoked \(entry) \(key)\n127.0.0.1 \(key)\n", false),
      ("plain", "@revoked 127.0.0.1 \(key)\n127.0.0.1 \(key)\n", false),
      ("other", "@revoked * \(other)\n127.0.0.1 \(key)\n", true),
      // The key that is not revoked counts only under the name with the port.
      ("around", "@revoked * \(key)\n127.0.0.1 \(key)\n127.0.0.1 \(other)\n", false),
      ("pattern", "@revoked *.0.0.1 \(key)\n127.0.0.1 \(other)\n", false),
      ("elsewhere", "@revoked 127.0.0.1 \(key)\n127.0.0.1 \(other)\n", false),
      ("beside", "@revoked * \(key)\n\(entry) \(other)\n", true),
      ("unlike", "@revoked *,!127.0.0.1,!\(entry) \(key)\n127.0.0.1 \(key)\n", true),
    ]
  }

  @Test func revocationsHaveTheSameEffectAsInSSH() throws {
    let shelf = try Shelf()
    let keys = try TemporaryFolder()
    chmod(keys.path, 0o755)
    func make(_ arguments: [String]) throws {
      let made = try run("ssh-keygen", ["-q"] + arguments)
      try #require(made.exit == .exited(0), "\(made.errors)")
    }
    let second = keys.file("ecdsa")
    try make(["-t", "ecdsa", "-N", "", "-f", second])
    if geteuid() == 0, let user = getpwnam("games") {
      chown(second, user.pointee.pw_uid, user.pointee.pw_gid)
    }
    let server = try SSHServer(options: ["HostKey \(second)"])
    let (key, other) = (try server.folder.read("host_key.pub"), try keys.read("ecdsa.pub"))
    var cases = [Case(true, "IdentityFile @keys/good")]
    func plain(_ line: String) -> String { line.split(separator: " ").prefix(2).joined(separator: " ") }
    for (name, text, isUp) in Self.revocations(plain(key), plain(other), port: server.port) {
      try server.folder.write(text, to: name)
      cases.append(Case(isUp, "IdentityFile @keys/good\nUserKnownHostsFile @server/\(name)"))
    }
    try make(["-k", "-f", server.folder.file("list"), server.hostKey + ".pub"])
    try make(["-k", "-f", server.folder.file("other_list"), second + ".pub"])
    let hash = try server.folder.write("sha256: \(key)", to: "hash")
    try make(["-k", "-f", server.folder.file("hashes"), hash])
    let list = try Data(contentsOf: URL(filePath: server.folder.file("list")))
    try list.dropLast().write(to: URL(filePath: server.folder.file("cut_list")))
    try server.folder.write("\(other)nonsense AAAA\n", to: "damaged")
    let files = [
      ("list", false), ("other_list", true), ("hashes", false), ("cut_list", false), ("damaged", false),
    ]
    cases += files.map { Case($1, "IdentityFile @keys/good\nRevokedHostKeys @server/\($0)") }
    try compare(cases, shelf, try target(server, shelf, "revocations"))
  }

  @Test func listsOfAlgorithmsHaveTheSameEffectAsInSSH() throws {
    let shelf = try Shelf()
    let server = try SSHServer()
    try compare(
      [Case(true, "IdentityFile @keys/good")] + Self.algorithms, shelf,
      try target(server, shelf, "algorithms"))
  }
}
