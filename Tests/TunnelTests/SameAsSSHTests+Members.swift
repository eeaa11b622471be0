import Foundation
import TestSupport
import Testing

@testable import Tunnel

/// Further cases: the syntax of values, Match and Include, options that do not affect a login, and the formats of
/// known_hosts and public key files.
extension SameAsSSHTests {
  /// Quotes, spaces, comments and patterns (ssh_config(5)).
  private static let spellings = [
    Case(true, "IdentityFile \"@keys/space key\""),
    Case(true, "IdentityFile '@keys/space key'"),
    Case(true, "IdentityFile @keys/space\\ key"),
    Case(true, "IdentityFile \"@keys/hash#key\""),
    Case(true, "IdentityFile @keys/good # a comment"),
    Case(true, "IdentityFile @keys/good   "),
    Case(true, "IdentityFile\t@keys/good"),
    Case(true, "IdentityFile = \"@keys/good\""),
    Case(true, "IDENTITYFILE=@keys/good"),
    Case(true, "\"IdentityFile\" @keys/good"),
    Case(true, "IdentityFile @keys/pct%%key"),
    Case(true, "IdentityFile @keys//good"),
    Case(true, "IdentityFile @keys/transport"),
    Case(true, "Host te*ys\nIdentityFile @keys/good"),
    Case(true, "Host !other tethys\nIdentityFile @keys/good"),
    Case(true, "Host=\"tethys\"\nIdentityFile @keys/good"),
    Case(true, "Host other tethys\nIdentityFile @keys/good"),
    Case(false, "IdentityFile \"@keys/good"),
    Case(false, "IdentityFile @keys/good @keys/bad1"),
    Case(false, "IdentityFile"),
    Case(false, "IdentityFile \"\""),
    Case(false, "IdentityFile @keys/pct%key"),
    Case(false, "IdentityFile @keys/loop"),
    Case(false, "IdentityFile @keys/folder"),
    Case(false, "Host !tethys *\nIdentityFile @keys/good"),
    Case(false, "Host TETHYS\nIdentityFile @keys/good"),
  ]

  /// Text before the identification (RFC 4253 §4.2).
  private static let preambles = [
    #"\r\n"#, #"\n"#, #"*** \r\n\r\n***\r\n"#, #"welcome\r\n"#, #"\r\n\r\n\r\n"#, #"SSH\n"#,
  ].map {
    Case(
      true,
      "IdentityFile @keys/good\nProxyCommand sh -c \"printf '\($0)'; exec ssh -F @server/same0 -o BatchMode=yes -W %h:%p tethys\""
    )
  }

  /// Criteria of Match.
  private static let matches = [
    Case(true, "Match host 127.0.0.1,tethys\nIdentityFile @keys/good"),
    Case(true, "Match host !other,*\nIdentityFile @keys/good"),
    Case(true, "Match originalhost t?thys\nIdentityFile @keys/good"),
    Case(true, "Match localuser *\nIdentityFile @keys/good"),
    Case(true, "Match all\nIdentityFile @keys/good"),
    Case(true, "Match final\nIdentityFile @keys/good"),
    Case(true, "Match !host other\nIdentityFile @keys/good"),
    Case(true, "Match !exec false\nIdentityFile @keys/good"),
    Case(true, "Match exec true\nIdentityFile @keys/good"),
    Case(true, "Match exec=true\nIdentityFile @keys/good"),
    Case(true, "Match originalhost=tethys\nIdentityFile @keys/good"),
    Case(true, "Match exec \"echo x >&2; true\"\nIdentityFile @keys/good"),
    Case(true, "Match exec \"cat; true\"\nIdentityFile @keys/good"),
    Case(true, "Match exec \"test %h = tethys\"\nIdentityFile @keys/good"),
    Case(false, "Match host !tethys,*\nIdentityFile @keys/good"),
    Case(false, "Match originalhost other\nIdentityFile @keys/good"),
    Case(false, "Match localuser nobody-here\nIdentityFile @keys/good"),
    Case(false, "Match all host x\nIdentityFile @keys/good"),
    Case(false, "Match canonical\nIdentityFile @keys/good"),
    Case(false, "Match !originalhost tethys\nIdentityFile @keys/good"),
    Case(false, "Match !exec true\nIdentityFile @keys/good"),
    Case(false, "Match exec \"exit 3\"\nIdentityFile @keys/good"),
    Case(false, "Match exec \"kill -9 $$\"\nIdentityFile @keys/good"),
    Case(false, "Match user nobody-here\nIdentityFile @keys/good"),
    Case(false, "Match nonsense x\nIdentityFile @keys/good"),
    Case(false, "Match host\nIdentityFile @keys/good"),
  ]

  /// Include, and canonical host names.
  private static let includes = [
    Case(true, "Include @server/inc/*.conf"),
    Case(true, "Include @server/inc/[ab].conf"),
    Case(true, "Include \"@server/inc/a b.inc\""),
    Case(true, "Include @server/inc/missing\nIdentityFile @keys/good"),
    Case(true, "Include @server/inc/nested"),
    Case(true, "Include @server/inc/a.conf @server/inc/b.conf"),
    Case(true, "CanonicalizeHostname always\nIdentityFile @keys/good"),
    Case(true, "CanonicalizeHostname yes\nCanonicalDomains invalid\nIdentityFile @keys/good"),
    Case(false, "Include @server/inc/loop\nIdentityFile @keys/good"),
    Case(false, "Include @server/inc/garbage\nIdentityFile @keys/good"),
    Case(false, "Include"),
  ]

  /// Options other than those about keys.
  private static let options = [
    Case(true, "IdentityFile @keys/good\nCertificateFile @keys/missing"),
    Case(true, "IdentityFile @keys/good\nCertificateFile none"),
    Case(true, "IdentityFile @keys/good\nSessionType none"),
    Case(true, "IdentityFile @keys/good\nStdinNull yes"),
    Case(true, "IdentityFile @keys/good\nRequestTTY force"),
    Case(true, "IdentityFile @keys/good\nRemoteCommand top"),
    Case(true, "IdentityFile @keys/good\nLogLevel QUIET"),
    Case(true, "IdentityFile @keys/good\nLogVerbose *"),
    Case(true, "IdentityFile @keys/good\nSetEnv A=b"),
    Case(true, "IdentityFile @keys/good\nIgnoreUnknown UseKeychain\nUseKeychain yes"),
    Case(true, "IdentityFile @keys/good\nAddKeysToAgent yes"),
    Case(true, "IdentityFile @keys/good\nControlMaster auto\nControlPath @server/cm-%C\nControlPersist no"),
    Case(true, "IdentityFile @keys/good\nControlPath none"),
    Case(true, "IdentityFile @keys/good\nLocalForward 1 x:1\nExitOnForwardFailure yes"),
    Case(true, "IdentityFile @keys/good\nRemoteForward 0 x:1"),
    Case(true, "IdentityFile @keys/good\nProtocol 2"),
    Case(true, "IdentityFile @keys/good\nUsePrivilegedPort no"),
    Case(true, "IdentityFile @keys/good\nPKCS11Provider /missing.so"),
    Case(true, "IdentityFile @keys/good\nConnectTimeout none"),
    Case(true, "IdentityFile @keys/good\nConnectTimeout 0"),
    Case(true, "IdentityFile @keys/good\nConnectTimeout 1m"),
    Case(true, "IdentityFile @keys/good\nServerAliveInterval 1m\nServerAliveCountMax 0"),
    Case(true, "IdentityFile @keys/good\nIPQoS none"),
    Case(true, "IdentityFile @keys/good\nBindAddress localhost\nAddressFamily inet"),
    Case(true, "IdentityFile @keys/good\nHostKeyAlgorithms ^ecdsa-sha2-nistp256"),
    Case(true, "IdentityFile @keys/good\nPubkeyAcceptedAlgorithms *"),
    Case(true, "IdentityFile @keys/good\nKexAlgorithms -curve*"),
    Case(true, "IdentityFile @keys/good\nKexAlgorithms diffie-hellman-group14-sha256"),
    Case(true, "IdentityFile @keys/good\nCiphers -chacha20*"),
    Case(true, "IdentityFile @keys/good\nMACs -*etm*"),
    Case(true, "IdentityFile @keys/good\nMACs hmac-sha1"),
    Case(true, "IdentityFile @keys/good\nCompression yes"),
    Case(true, "IdentityFile @keys/good\nRekeyLimit 1M 1h"),
    Case(true, "IdentityFile @keys/good\nPubkeyAuthentication host-bound"),
    Case(true, "IdentityFile @keys/good\nPreferredAuthentications keyboard-interactive,publickey"),
    Case(true, "IdentityFile @keys/good\nProxyJump NONE"),
    Case(
      true,
      "IdentityFile @keys/good\nProxyCommand ssh -F @server/same0 -o BatchMode=yes -W %h:%p tethys # comment"),
    Case(
      true,
      "IdentityFile @keys/good\nProxyCommand sh -c 'echo noise >&2; exec ssh -F @server/same0 -W %h:%p tethys'"
    ),
    Case(false, "IdentityFile @keys/good\nHostKeyAlgorithms nonsense"),
    Case(false, "IdentityFile @keys/good\nHostKeyAlgorithms ecdsa-sha2-nistp256"),
    Case(false, "IdentityFile @keys/good\nAddressFamily inet6"),
    Case(false, "IdentityFile @keys/good\nPort 0"),
    Case(false, "IdentityFile @keys/good\nProxyCommand true"),
    Case(false, "IdentityFile @keys/good\nProxyCommand /missing %h"),
    Case(false, "IdentityFile @keys/good\nProxyJump jump:1\nHost jump\nHostName 127.0.0.1"),
    Case(false, "IdentityFile @keys/good\nProxyJump ,"),
    Case(false, "IdentityFile @keys/good\nProxyJump \"none\""),
    Case(false, "IdentityFile @keys/good\nProxyJump \"jump"),
    Case(false, "IdentityFile @keys/good\nProxyJump \"jump:1\""),
    Case(false, "IdentityFile @keys/good\nBindAddress 192.0.2.1"),
  ]

  /// The formats of known_hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
  private static let hosts = [
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/plain"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/commented"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/listed"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/pattern"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/bracketed"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/negated"),
    Case(false, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/authority"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/marked"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/dos"),
    Case(false, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/otherport"),
    Case(false, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/second"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/damaged"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/hashedplain"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/revokedother"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/tabs"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/binary"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/protocol1"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/badhash"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile \"@server/kh/a b\""),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/missing @server/kh/plain"),
    Case(true, "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/upper\nHostKeyAlias the-alias"),
    Case(
      true,
      "IdentityFile @keys/good\nUserKnownHostsFile @server/kh/otherport\nGlobalKnownHostsFile @server/kh/otherport @server/kh/plain"
    ),
    Case(false, "IdentityFile @keys/good\nGlobalKnownHostsFile @server/kh/revoked"),
    Case(false, "IdentityFile @keys/good\nRevokedHostKeys @server/host_key.pub"),
    Case(true, "IdentityFile @keys/good\nRevokedHostKeys @keys/good.pub"),
    Case(false, "IdentityFile @keys/good\nRevokedHostKeys @server/kh/missing"),
    Case(true, "IdentityFile @keys/good\nRevokedHostKeys none"),
  ]

  /// Public key files of keys that the agent has.
  private static let halves = [
    Case(true, "IdentityFile @keys/commented.pub", .holder),
    Case(true, "IdentityFile @keys/blank.pub", .holder),
    Case(true, "IdentityFile @keys/dos.pub", .holder),
    Case(true, "IdentityFile @keys/endless.pub", .holder),
    Case(true, "IdentityFile @keys/certified", .holder),
    Case(false, "IdentityFile @keys/options.pub", .holder),
    Case(false, "IdentityFile @keys/two.pub", .holder),
    Case(false, "IdentityFile @keys/certified-cert.pub", .holder),
  ]

  private static func hostFiles(_ key: String, port: Int, foreign: String) -> [String: String] {
    let entry = "[127.0.0.1]:\(port)"
    return [
      "plain": "127.0.0.1 \(key)\n", "a b": "\(entry) \(key)\n", "revoked": "@revoked \(entry) \(key)\n",
      "commented": "# c\n\n   \(entry) \(key) a comment\n", "listed": "other,\(entry) \(key)",
      "pattern": "*.0.0.1 \(key)\n", "bracketed": "[127.*]:\(port) \(key)\n",
      "negated": "!127.0.0.1,* \(key)\n", "authority": "@cert-authority * \(key)\n",
      "marked": "@unknown * \(key)\n\(entry) \(key)\n", "dos": "\(entry) \(key)\r\n",
      "otherport": "[127.0.0.1]:1 \(key)\n", "second": "\(entry) \(foreign)\n\(entry) \(key)\n",
      "damaged": "\(entry) ssh-ed25519 AAAAgarbage\n\(entry) \(key)\n", "upper": "THE-alias \(key)\n",
      "hashedplain": "127.0.0.1 \(key)\n", "revokedother": "@revoked * \(foreign)\n\(entry) \(key)\n",
      "tabs": "\(entry)\t\(key.replacing(" ", with: "\t"))\n", "binary": "\0\u{1}x\n\(entry) \(key)\n",
      "protocol1": "\(entry) 1024 35 123456\n\(entry) \(key)\n",
      "badhash": "|1|zzz|yyy \(key)\n\(entry) \(key)\n",
    ]
  }

  @Test func everySyntaxHasTheSameEffectAsInSSH() throws {
    let shelf = try Shelf()
    let server = try SSHServer()
    let target = try target(server, shelf, "sshd")
    let folder = shelf.folder
    for name in ["space key", "hash#key", "pct%key"] {
      try FileManager.default.copyItem(atPath: folder.file("good"), toPath: folder.file(name))
    }
    symlink(folder.file("good"), folder.file("transport"))
    symlink("loop", folder.file("loop"))
    mkdir(folder.file("folder"), 0o700)
    let held = try folder.read("only.pub")
    let halves = [
      "commented.pub": "# c\n" + held, "blank.pub": " \t" + held, "options.pub": "restrict " + held,
      "dos.pub": held.replacing("\n", with: "\r\n"), "endless.pub": String(held.dropLast()),
      "two.pub": try folder.read("bad1.pub") + held,
    ]
    for (name, text) in halves { try folder.write(text, to: name) }
    try FileManager.default.copyItem(atPath: folder.file("good"), toPath: folder.file("certified"))
    try folder.write(folder.read("good.pub"), to: "certified.pub")
    _ = try run(
      "ssh-keygen",
      ["-q", "-s", folder.file("bad1"), "-I", "id", "-n", server.user, folder.file("certified.pub")])
    mkdir(server.folder.file("inc"), 0o755)
    let key = folder.file("good")
    let included = [
      "a.conf": "Host tethys\nIdentityFile \(key)\n", "b.conf": "Host other\nIdentityFile /missing\n",
      "a b.inc": "IdentityFile \(key)\n", "nested": "Include \(server.folder.path)/inc/a.conf\n",
      "loop": "Include \(server.folder.path)/inc/loop\n", "garbage": "Garbage here\n",
    ]
    for (name, text) in included { try server.folder.write(text, to: "inc/" + name) }
    mkdir(server.folder.file("kh"), 0o755)
    let hostKey = try server.folder.read("host_key.pub").split(separator: " ").prefix(2).joined(
      separator: " ")
    let foreign = try server.folder.read("user_key.pub").split(separator: " ").prefix(2).joined(
      separator: " ")
    for (name, text) in Self.hostFiles(hostKey, port: server.port, foreign: foreign) {
      try server.folder.write(text, to: "kh/" + name)
    }
    _ = try run("ssh-keygen", ["-q", "-H", "-f", server.folder.file("kh/hashedplain")])
    try compare(
      [Case(true, "IdentityFile @keys/good")] + Self.preambles + Self.spellings + Self.matches + Self.includes
        + Self.options
        + Self.hosts + Self.halves, shelf, target)
  }

  /// It is the last MAC in ssh's own list, and the only one of some old devices.
  @Test func aServerWithSHA1AsItsOnlyMACIsReached() throws {
    let shelf = try Shelf()
    let server = try SSHServer(options: ["MACs hmac-sha1", "Ciphers aes128-ctr"])
    try compare([Case(true, "IdentityFile @keys/good")], shelf, try target(server, shelf, "hmac-sha1"))
  }

  /// The content of a private key decides, and not its first line.
  private static let contents = [
    Case(false, "IdentityFile @keys/brainpoolP256r1"),
    Case(true, "IdentityFile @keys/brainpoolP256r1\nIdentityFile @keys/good"),
    Case(true, "IdentityFile @keys/secp256k1\nIdentityFile @keys/good"),
    Case(true, "IdentityFile @keys/secp224r1\nIdentityFile @keys/good"),
    Case(true, "IdentityFile @keys/sect283k1\nIdentityFile @keys/good"),
    Case(true, "IdentityFile @keys/gaps"), Case(true, "IdentityFile @keys/marked"),
    Case(true, "IdentityFile @keys/long"),
    Case(false, "IdentityFile @keys/marked\nPubkeyAcceptedAlgorithms ssh-ed25519"),
  ]

  /// Members of a pipeline change the mode of their own end, and open it again.
  private static let pipelines = [
    Case(
      true,
      "IdentityFile @keys/good\nProxyCommand cat | ssh -F @server/same0 -o BatchMode=yes -W %h:%p tethys | cat"
    ),
    Case(
      true,
      "IdentityFile @keys/good\nProxyCommand cat /dev/stdin | ssh -F @server/same0 -o BatchMode=yes -W %h:%p tethys"
    ),
    Case(
      true,
      "IdentityFile @keys/good\nProxyCommand ssh -F @server/same0 -o BatchMode=yes -W %h:%p tethys </dev/stdin >/dev/stdout"
    ),
  ]

  private static let values = [
    Case(false, "IdentityFile @keys/good\nPreferredAuthentications none"),
    Case(false, "IdentityFile @keys/good\nBindInterface none"),
    Case(
      true,
      "IdentityFile @keys/good\nUserKnownHostsFile none\nGlobalKnownHostsFile ~/../../../..@server/known_hosts"
    ),
  ]

  /// Keys of curves that SSH does not have, and unusual files of usual keys.
  private func addContents(to shelf: Shelf) throws {
    for curve in ["brainpoolP256r1", "secp256k1", "secp224r1", "sect283k1"] {
      let made = try run(
        "openssl", ["ecparam", "-name", curve, "-genkey", "-noout", "-out", shelf.folder.file(curve)])
      guard made.exit == .exited(0) else { throw FixtureError.failed("openssl: \(made.errors)") }
      chmod(shelf.folder.file(curve), 0o600)
    }
    let good = try shelf.folder.read("good")
    let copies = [
      "gaps": good.replacing("\n", with: "\n\n"), "marked": "\u{feff}" + (try shelf.folder.read("pem")),
      "long": good + String(repeating: "text behind the key\n", count: 20_000),
    ]
    for (name, text) in copies {
      try shelf.folder.write(text, to: name)
      chmod(shelf.folder.file(name), 0o600)
    }
  }

  @Test func contentsAndPipesAreTakenAsInSSH() throws {
    let shelf = try Shelf()
    try addContents(to: shelf)
    let server = try SSHServer()
    try compare(
      [Case(true, "IdentityFile @keys/good")] + Self.contents + Self.pipelines + Self.values, shelf,
      try target(server, shelf, "sshd"))
  }
}
