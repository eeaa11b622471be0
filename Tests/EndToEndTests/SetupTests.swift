import DemoCluster
import Foundation
import TestSupport
import Testing

/// `oceanid-ctl setup` on this machine, with a real ssh, a real sshd and the real guard; it writes nothing here.
/// Tests/systemd-boot tests the writes.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(5)))
struct SetupTests {
  private static func setUp(
    _ installation: Installation, _ options: [String] = ["--dry-run"]
  ) throws -> (status: Int32, output: String, next: [Substring]) {
    let folder = installation.folder
    try FileManager.default.createDirectory(
      atPath: folder.file("config/oceanid"), withIntermediateDirectories: true)
    try folder.write(folder.read("guard.yaml"), to: "config/oceanid/guard.yaml")
    let before = try files(folder)
    let result = try run(
      Installation.client, ["setup", "--guard", Installation.guardProgram] + options,
      environment: [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path,
        "XDG_CONFIG_HOME": folder.file("config"),
        "XDG_RUNTIME_DIR": folder.path,
      ])
    guard case .exited(let status) = result.exit else { throw FixtureError.failed("\(result.exit)") }
    #expect(try files(folder) == before)
    let next = result.errors.split(separator: "\n").filter { $0.hasPrefix("next: ") }.map { $0.dropFirst(6) }
    return (status, result.output, next)
  }

  private static func files(_ folder: TemporaryFolder) throws -> [String: Date?] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return try Dictionary(
      uniqueKeysWithValues: paths.map {
        ($0, try FileManager.default.attributesOfItem(atPath: folder.file($0))[.modificationDate] as? Date)
      })
  }

  @Test func workingConnectionIsReportedAsOK() throws {
    let installation = try Installation(isStarted: false)
    let (_, output, _) = try Self.setUp(installation)
    for step in ["host", "connection", "host key", "login", "kubeconfig", "cluster", "port", "guard.yaml"] {
      #expect(
        output.split(separator: "\n").contains { $0.hasPrefix("  ok    \(step) ") }, "\(step): \(output)")
    }
  }

  @Test func wrongServerOfTheKubeconfigIsCorrectedInACopy() throws {
    let installation = try Installation(isStarted: false)
    try installation.cluster.writeKubeconfig(to: installation.kubeconfig, server: installation.cluster.port)
    let (_, output, _) = try Self.setUp(installation)
    #expect(output.contains("has https://127.0.0.1:\(installation.cluster.port)"))
    // The guard has read the copy and reached the cluster with it.
    #expect(output.contains("  ok    cluster "))
  }

  enum IncompleteSetup: String, CaseIterable {
    case hostKeyUnknown, hostKeyChanged, sshdUnreachable, keyRefused, keyMissing, certificateExpired,
      kubeconfigMissing
    case portHeld, keyBroken, hostKeyRevoked, revokedKeysMissing, kubeconfigBroken
  }

  @Test(arguments: IncompleteSetup.allCases) func halfDoneStateEndsWithOneNextStep(_ state: IncompleteSetup)
    throws
  {
    let installation = try Installation(isStarted: false)
    let server = installation.server
    let fetch =
      "(umask 077; mkdir -p \(installation.folder.path); ssh -F \(server.sshConfig) tethys sudo cat /etc/rancher/k3s/k3s.yaml >\(installation.kubeconfig).new && mv \(installation.kubeconfig).new \(installation.kubeconfig))"
    var holder: LoopbackSocket?
    let expected: String
    switch state {
    case .hostKeyUnknown:
      try server.folder.write("", to: "known_hosts")
      // Its ssh_config says that ssh does not ask.
      expected = "ssh -o StrictHostKeyChecking=ask -F \(server.sshConfig) tethys"
    case .hostKeyChanged:
      try server.restartWithNewHostKey()
      expected = "ssh -F \(server.sshConfig) tethys true"
    case .sshdUnreachable:
      server.stop()
      expected = "ssh -v -F \(server.sshConfig) tethys"
    case .keyRefused:
      try server.folder.write("", to: "authorized_keys")
      expected = "ssh-copy-id -i \(server.userKey) -F \(server.sshConfig) tethys"
    case .keyMissing:
      unlink(server.userKey)
      // A new key is suggested only if this user has no other key.
      expected = "ssh"
    case .certificateExpired:
      try installation.cluster.writeKubeconfig(
        to: installation.kubeconfig, server: installation.port, as: .certificate(.expired))
      expected = fetch.replacing(
        "&& mv",
        with: "&& cp -p --backup=numbered \(installation.kubeconfig) \(installation.kubeconfig).old && mv")
    case .kubeconfigMissing:
      unlink(installation.kubeconfig)
      expected = fetch
    case .portHeld:
      holder = try LoopbackSocket.listener(port: installation.port).0
      expected = "kill \(getpid())"
    case .keyBroken:
      unlink(server.userKey)
      try server.folder.write("no key\n", to: "user_key")
      chmod(server.userKey, 0o600)
      expected = "mv -i \(server.userKey) \(server.userKey).broken"
    case .hostKeyRevoked:
      try server.folder.write("@revoked " + server.folder.read("known_hosts"), to: "known_hosts")
      expected = "ssh -F \(server.sshConfig) tethys true"
    case .revokedKeysMissing:
      try server.folder.write(
        server.folder.read("ssh_config") + "  RevokedHostKeys \(server.folder.file("none"))\n",
        to: "ssh_config")
      expected = "ssh -G -F \(server.sshConfig) tethys"
    case .kubeconfigBroken:
      try server.folder.write(
        "clusters: [{cluster: {server: \"https://127.0.0.1:\(installation.cluster.port)\"}, [\n", to: "x")
      try installation.folder.write(server.folder.read("x"), to: "kubeconfig")
      expected = fetch.replacing(
        "&& mv",
        with: "&& cp -p --backup=numbered \(installation.kubeconfig) \(installation.kubeconfig).old && mv")
    }
    let (status, output, next) = try Self.setUp(installation)
    withExtendedLifetime(holder) {}
    #expect(status == 69)
    #expect(next.count == 1, "\(output)")
    if state == .keyMissing {
      #expect(next.first?.hasPrefix(expected) == true)
    } else {
      #expect(next.first ?? "" == expected, "\(output)")
    }
    if state == .kubeconfigBroken { #expect(output.contains("\(installation.kubeconfig):"), "\(output)") }
    if state == .hostKeyUnknown {
      let key = try run("ssh-keygen", ["-lf", server.hostKey + ".pub"]).output.split(separator: " ")
      #expect(output.contains(key[1]), "\(output)")
    }
  }

  @Test func nothingIsWrittenWithoutATerminalOrConsent() throws {
    let installation = try Installation(isStarted: false)
    try installation.cluster.writeKubeconfig(to: installation.kubeconfig, server: installation.cluster.port)
    // 64 if only the consent is missing, 69 if this machine has no service manager for the test's user.
    let (status, _, _) = try Self.setUp(installation, [])
    #expect([64, 69].contains(status))
  }

  @Test func secondSetupDoesNothing() throws {
    let installation = try Installation(isStarted: false)
    let folder = open(installation.folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(folder) }
    try #require(flock(folder, LOCK_EX | LOCK_NB) == 0)
    let (status, output, next) = try Self.setUp(installation, ["--yes"])
    #expect(status == 69 && output.isEmpty)
    #expect(next == ["ps -fp \(getpid())"])
  }

  @Test(arguments: [
    ["-oProxyCommand=id"], ["--", "-oProxyCommand=id"], ["a b"], [""], ["tethys", "--undo"],
    ["a;b"], ["a$(id)"], ["a\u{1b}[31mb"],
  ])
  func invalidAliasIsRefused(_ arguments: [String]) throws {
    let result = try run(Installation.client, ["setup", "--dry-run"] + arguments)
    #expect(result.exit == .exited(64))
  }
}
