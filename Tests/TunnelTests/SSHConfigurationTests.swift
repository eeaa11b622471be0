import Testing

@testable import Tunnel

@Suite struct SSHConfigurationTests {
  private static let environment = LocalEnvironment(
    home: "/home/ann", localUser: "ann", agentSocket: "/run/agent")
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

  @Test func readsWhatSSHResolved() throws {
    let resolution = try Self.resolve(
      """
      identityfile ~/.ssh/id_ed25519
      identityfile /keys/%r@%h:%p/%n/%u/%%/%d
      userknownhostsfile ~/.ssh/known_hosts ~/.ssh/known_hosts2
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

  @Test func hostKeyAliasNamesTheEntry() throws {
    #expect(try Self.resolve("hostkeyalias tethys-key").hostKeyName == "tethys-key")
  }

  @Test(arguments: [
    ("identityagent none", String?.none), ("identityagent SSH_AUTH_SOCK", "/run/agent"),
    ("identityagent ~/agent", "/home/ann/agent"),
  ])
  func findsTheAgent(_ line: String, _ path: String?) throws {
    #expect(try Self.resolve(line).agentSocket == path)
  }

  @Test(arguments: ["proxyjump bastion", "proxycommand nc %h %p"])
  func refusesByNameWhatItCannotHonour(_ line: String) {
    let error = #expect(throws: TunnelFailure.self) { try Self.resolve(line).refuseIndirectWays("tethys") }
    #expect(error?.code == .config)
    #expect(error?.message.contains("Proxy") == true)
  }

  @Test func aProxyOfNoneIsNone() throws {
    #expect(try Self.resolve("proxyjump none\nproxycommand none").port == 2222)
  }

  @Test func ownFilesReplaceThoseOfSSH() throws {
    let configuration = TunnelConfiguration(
      host: "tethys", identityFiles: ["~/key"], knownHostsFiles: ["/etc/known"], forwards: [])
    let resolution = try Self.resolve("identityfile ~/.ssh/id_rsa", configuration)
    #expect(resolution.identityFiles == ["/home/ann/key"])
    #expect(resolution.knownHostsFiles == ["/etc/known"])
    #expect(resolution.identitiesOnly)
  }

  @Test(arguments: ["", "hostname x", "user a\nport 99999\nhostname b"])
  func anAnswerWithoutTheMainThingsIsAConfigFailure(_ output: String) {
    let error = #expect(throws: TunnelFailure.self) {
      try SSHConfiguration(output: output).resolve(Self.configuration, environment: Self.environment)
    }
    #expect(error?.code == .config)
  }
}
