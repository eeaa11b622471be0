import GuardTypes
import SSH
import TestSupport
import Testing

@testable import Tunnel

@Suite struct SSHConfigurationTests {
  private static let environment = LocalEnvironment(
    home: "/home/ann", localUser: "ann", agentSocket: "/run/agent",
    variables: ["AGENT": "/run/other", "KEYS": "/keys", "EMPTY": ""])
  private static let configuration = TunnelConfiguration(host: "tethys", forwards: [])

  private static func resolve(
    _ extra: String, _ configuration: TunnelConfiguration = configuration
  ) throws -> Resolution {
    let output = """
      user ops
      hostname 192.0.2.7
      port 2222
      \(extra)
      """
    return try SSHConfiguration(output: output).resolve(configuration, environment: environment)
  }

  @Test func readsTheOutputOfSSH() throws {
    let resolution = try Self.resolve(
      """
      identityfile ~/.ssh/id_ed25519
      identityfile /keys/%r@%h:%p/%n/%u/%%/%d
      userknownhostsfile /home/ann/.ssh/known_hosts /home/ann/.ssh/known_hosts2
      globalknownhostsfile /etc/ssh/ssh_known_hosts
      connecttimeout 7
      """)
    #expect(resolution.hostName == "192.0.2.7")
    #expect(resolution.user == "ops")
    #expect(resolution.port == 2222)
    #expect(
      resolution.identityFiles == [
        "/home/ann/.ssh/id_ed25519", "/keys/ops@192.0.2.7:2222/tethys/ann/%//home/ann",
      ])
    #expect(
      resolution.knownHostsFiles == [
        "/home/ann/.ssh/known_hosts", "/home/ann/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts",
      ])
    #expect(resolution.connectTimeout == .seconds(7))
    #expect(resolution.hostKeyName == "192.0.2.7")
    #expect(resolution.agentSocket == "/run/agent")
    #expect(resolution.identitiesOnly == false)
  }

  @Test func hostKeyAliasSelectsTheEntry() throws {
    #expect(try Self.resolve("hostkeyalias tethys-key").hostKeyName == "tethys-key")
  }

  @Test(arguments: [
    ("identityagent none", String?.none), ("identityagent SSH_AUTH_SOCK", "/run/agent"),
    ("identityagent /home/ann/%h", "/home/ann/%h"), ("identityagent $AGENT", "/run/other"),
    ("identityagent $EMPTY", nil), ("identityagent $NOBODY", nil),
  ])
  func findsTheAgent(_ line: String, _ path: String?) throws {
    #expect(try Self.resolve(line).agentSocket == path)
  }

  @Test func aProxyOfNoneIsNone() throws {
    #expect(try Self.resolve("proxyjump none\nproxycommand none").port == 2222)
  }

  @Test func configuredFilesReplaceThoseOfSSHConfig() throws {
    let configuration = TunnelConfiguration(
      host: "tethys", identityFiles: ["~/key"], knownHostsFiles: ["/etc/known"], forwards: [])
    let resolution = try Self.resolve("identityfile ~/.ssh/id_rsa", configuration)
    #expect(resolution.identityFiles == ["/home/ann/key"])
    #expect(resolution.knownHostsFiles == ["/etc/known"])
    #expect(resolution.identitiesOnly)
  }

  @Test(arguments: ["", "hostname x", "user a\nport 99999\nhostname b"])
  func anAnswerWithoutRequiredValuesIsAConfigFailure(_ output: String) {
    let error = #expect(throws: TunnelFailure.self) {
      try SSHConfiguration(output: output).resolve(Self.configuration, environment: Self.environment)
    }
    #expect(error?.code == .config)
  }

  // MARK: - The route to the host

  @Test func readsAddressesAndFamily() throws {
    let resolution = try Self.resolve("addressfamily inet6\nbindaddress 192.0.2.9")
    #expect(resolution.addressFamily == .inet6)
    #expect(resolution.bindAddress == "192.0.2.9")
    #expect(try Self.resolve("addressfamily any").addressFamily == .any)
  }

  @Test func expandsAProxyCommand() throws {
    let command = try Self.resolve("hostkeyalias key\nproxycommand nc -q 1 %h %p # %r %n %k %% %x ${KEYS}")
      .proxyCommand
    // Variables are left to the shell.
    #expect(command == "exec nc -q 1 192.0.2.7 2222 # ops tethys key % %x ${KEYS}")
  }

  @Test func readsEveryHopOfAProxyJump() throws {
    let hops = try Self.resolve("proxyjump ann@a@b:2200,v@[2001:db8::1]:33,%h-gate,ssh://w@c:4/").proxyJump
    #expect(hops.map(\.description) == ["ann@a@b:2200", "v@[2001:db8::1]:33", "192.0.2.7-gate", "w@c:4"])
    #expect(hops[0].user == "ann@a")
    #expect(hops[1].host == "2001:db8::1")
    #expect(hops[2].port == nil)
  }

  @Test(arguments: [
    "", "@a", "a:0", "a:65536", "a:x", "[::1", "[::1]x", "-oX=y", "u@-x", "a b", "ssh://",
    "ssh://ssh://a@b:22/",
  ])
  func anInvalidHopIsRefused(_ text: String) {
    #expect(JumpHost(text) == nil)
  }

  @Test(arguments: [
    ("bindinterface eth0", "BindInterface eth0"),
    ("knownhostscommand /bin/keys %H", "KnownHostsCommand /bin/keys"),
    ("pubkeyauthentication false", "PubkeyAuthentication no"),
    ("preferredauthentications password", "PreferredAuthentications password"),
    ("proxycommand nc %h %p\nproxyusefdpass yes", "ProxyUseFdpass yes"),
    ("ciphers chacha20-poly1305@openssh.com", "Ciphers chacha20-poly1305@openssh.com"),
    ("macs umac-64@openssh.com", "MACs umac-64@openssh.com"),
    ("kexalgorithms sntrup761x25519-sha512", "KexAlgorithms sntrup761x25519-sha512"),
    ("proxyjump a,b:x", "ProxyJump"),
  ])
  func unsupportedOptionsAreReported(_ lines: String, _ option: String) {
    let error = #expect(throws: TunnelFailure.self) { try Self.resolve(lines) }
    #expect(error?.code == .config)
    #expect(error?.message.contains(option) == true)
    #expect(error?.files == ["/home/ann/.ssh/config", "/etc/ssh/ssh_config"])
  }

  /// The defaults that `ssh -G` of OpenSSH 9.2 prints, and some values that only make ssh less strict.
  @Test(arguments: [
    "pubkeyauthentication true", "pubkeyauthentication unbound", "pubkeyauthentication host-bound",
    "proxyusefdpass yes", "certificatefile none", "knownhostscommand none",
    "stricthostkeychecking false\nverifyhostkeydns true\ncheckhostip yes", "compression yes\ntunnel false",
    "preferredauthentications password,publickey", "canonicalizehostname true\nipqos lowdelay throughput",
    "controlmaster auto\ncontrolpath /run/%C", "securitykeyprovider internal", "remotecommand top",
    "certificatefile ~/.ssh/id-cert.pub", "forkafterauthentication yes",
  ])
  func irrelevantOptionsAreAccepted(_ lines: String) throws {
    #expect(try Self.resolve(lines).keyNotes == [])
  }

  @Test func certificatePathsAreExpandedLikeSSH() throws {
    let files = try Self.resolve("certificatefile ~/.ssh/id-cert.pub\ncertificatefile /c/%r").certificateFiles
    #expect(files == ["/home/ann/.ssh/id-cert.pub", "/c/ops"])
  }

  /// ssh prints the value with its quotes.
  @Test(arguments: ["\"a,b:33\"", "'a,b:33'", "\"a\",'b:33'", "'a',b:33", "a,b':33'"])
  func aProxyJumpMayBeQuoted(_ value: String) throws {
    #expect(try Self.resolve("proxyjump \(value)").proxyJump.map(\.description) == ["a", "b:33"])
  }

  /// To these options, `none` is a value like any other.
  @Test func aNameMayBeNone() throws {
    let output = "user none\nhostname none\nport 2222\nhostkeyalias none\nidentityfile /k/%r_%h_%k\n"
    let resolution = try SSHConfiguration(output: output).resolve(
      Self.configuration, environment: Self.environment)
    #expect(resolution.user == "none" && resolution.hostName == "none")
    #expect(resolution.hostKeyName == "none" && resolution.hostKeyPort == 22)
    #expect(resolution.identityFiles == ["/k/none_none_none"])
    #expect(try Self.resolve("proxyjump \"none\"").proxyJump.map(\.host) == ["none"])
  }

  @Test func keyProvidersAreReported() throws {
    let notes = try Self.resolve("pkcs11provider /lib/p.so\nsecuritykeyprovider /lib/s.so").keyNotes
    #expect(notes.count == 2)
    #expect(
      notes[0].contains("PKCS11Provider /lib/p.so") && notes[1].contains("SecurityKeyProvider /lib/s.so"))
  }

  @Test func algorithmListsRemoveAlgorithmsAndOrderThem() throws {
    let offer = try Self.resolve("ciphers aes256-ctr,chacha20-poly1305@openssh.com,aes128-ctr").algorithms
    #expect(offer.ciphers == ["aes256-ctr", "aes128-ctr"])
    #expect(offer.macs == Algorithms.Offer.all.macs)
    // The default orders of ssh(1) before 10.0 and since are no choice.
    let lists = [
      "aes128-ctr,aes256-ctr,aes128-gcm@openssh.com", "aes128-gcm@openssh.com,aes128-ctr,aes256-ctr",
    ]
    for list in lists {
      let ciphers = try Self.resolve("ciphers \(list)").algorithms.ciphers
      #expect(ciphers == ["aes128-gcm@openssh.com", "aes128-ctr", "aes256-ctr"])
    }
    let keys = try Self.resolve("hostkeyalgorithms ssh-rsa,ecdsa-sha2-nistp256,ssh-ed25519").algorithms
    #expect(keys.hostKeys == ["ecdsa-sha2-nistp256", "ssh-ed25519"])
    #expect(keys.keepsHostKeyOrder)
    #expect(
      try !Self.resolve("hostkeyalgorithms ssh-ed25519,ecdsa-sha2-nistp256").algorithms.keepsHostKeyOrder)
  }

  /// A list without an algorithm of this libssh2 names the option, also if another libssh2 has them.
  @Test func aListThatThisLibraryLacksNamesTheOption() throws {
    let all = Algorithms.Offer.all
    let supported = SSHLibrary.supported
    let lists: [(String, KeyPath<Algorithms.Offer, [String]>)] = [
      ("Ciphers", \.ciphers), ("MACs", \.macs), ("KexAlgorithms", \.keyExchange),
      ("HostKeyAlgorithms", \.hostKeys),
    ]
    var isTested = false
    for (name, list) in lists {
      #expect(!supported[keyPath: list].isEmpty)
      for algorithm in all[keyPath: list] where !supported[keyPath: list].contains(algorithm) {
        isTested = true
        let error = #expect(throws: TunnelFailure.self) {
          try Self.resolve("\(name.lowercased()) \(algorithm)")
        }
        #expect(error?.code == .config)
        #expect(
          error?.message.hasPrefix("\(name) \(algorithm) is set for ") == true, "\(error?.message ?? "")")
        #expect(error?.note.contains("\(name) +\(supported[keyPath: list][0])") == true)
      }
    }
    #expect(isTested || SSHLibrary.signsRSAWithSHA2)
  }

  @Test func aRelativePathAfterAFileIsAFileByItself() throws {
    #expect(
      try Self.resolve("userknownhostsfile /dev/null tmp/rel_kh b\nglobalknownhostsfile none").knownHostsFiles
        == ["/dev/null", "tmp/rel_kh b"])
    let folder = try TemporaryFolder()
    let (first, second) = (try folder.write("", to: "a"), try folder.write("", to: "a b"))
    #expect(
      try Self.resolve("userknownhostsfile \(first) \(second)\nglobalknownhostsfile none").knownHostsFiles
        == [first, second])
    #expect(
      try Self.resolve("userknownhostsfile \(second) c\nglobalknownhostsfile none").knownHostsFiles
        == [second, "c"])
  }

  @Test func knownHostsPathsMayContainSpaces() throws {
    let files = try Self.resolve(
      "userknownhostsfile /a b/kh /kh%h\nglobalknownhostsfile none\nrevokedhostkeys %d/revoked")
    // ssh has already expanded these paths, so a remaining % is literal.
    #expect(files.knownHostsFiles == ["/a b/kh", "/kh%h"])
    #expect(files.revokedHostKeysFiles == ["/home/ann/revoked"])
    #expect(try Self.resolve("revokedhostkeys none").revokedHostKeysFiles == [])
    #expect(try Self.resolve("revokedhostkeys /a b/c /d").revokedHostKeysFiles == ["/a b/c", "/d"])
  }

  @Test func hostKeyAliasHasNoPort() throws {
    #expect(try Self.resolve("hostkeyalias tethys-key").hostKeyPort == 22)
    #expect(try Self.resolve("").hostKeyPort == 2222)
  }

  // MARK: - Keepalive

  private static func keepalive(_ lines: String, isChosen: Bool = false) throws -> [Duration] {
    let configuration = TunnelConfiguration(host: "tethys", forwards: [], keepaliveIsChosen: isChosen)
    let (interval, timeout) = try resolve(lines, configuration).keepalive(configuration)
    return [interval, timeout]
  }

  @Test func serverAliveShortensButNeverExtends() throws {
    #expect(try Self.keepalive("serveraliveinterval 0") == [.seconds(5), .seconds(15)])
    #expect(
      try Self.keepalive("serveraliveinterval 60\nserveralivecountmax 3") == [.seconds(5), .seconds(15)])
    #expect(try Self.keepalive("serveraliveinterval 2\nserveralivecountmax 2") == [.seconds(2), .seconds(4)])
    #expect(try Self.keepalive("serveraliveinterval 2\nserveralivecountmax 0") == [.seconds(2), .seconds(2)])
    #expect(try Self.keepalive("serveraliveinterval 2", isChosen: true) == [.seconds(5), .seconds(15)])
  }
}
