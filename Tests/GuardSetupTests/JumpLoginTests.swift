import Foundation
import Glibc
import GuardClientDoctor
import TestSupport
import Testing

@testable import GuardSetup

/// Two jump hosts and a server with real sshds: the caller's login adds the key on each, and ssh(1) logs in with it.
/// Tests/systemd-boot does the same with the guard.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)), .serialized, .blocking,
  .timeLimit(.minutes(5)))
struct JumpLoginTests {
  /// A server whose user has a home of its own.
  private struct Host {
    let server: SSHServer
    let home: TemporaryFolder
    var authorizedKeys: String { home.file(".ssh/authorized_keys") }

    init() throws {
      home = try TemporaryFolder()
      server = try SSHServer(
        options: [
          "AuthorizedKeysFile \(home.file(".ssh/authorized_keys"))",
          "ForceCommand cd \(home.path) && exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"",
        ], runsCommands: true)
      try FileManager.default.createDirectory(
        atPath: home.file(".ssh"), withIntermediateDirectories: false)
      try home.write(try server.folder.read("user_key.pub"), to: ".ssh/authorized_keys")
      if geteuid() == 0 { _ = try TestSupport.run("chown", ["-R", server.user, home.path]) }
    }
  }

  @Test(arguments: [
    ("ProxyJump outer,inner", nil), ("ProxyJump inner", "ProxyJump outer"),
    ("ProxyCommand ssh -F CONFIG -W %h:%p inner", "ProxyJump outer"),
  ])
  func keyOfTheGuardLogsInThroughTwoJumpHosts(_ way: String, _ innerWay: String?) throws {
    let (outer, inner, last) = (try Host(), try Host(), try Host())
    let folder = try TemporaryFolder()
    let config = folder.file("config")
    try folder.write(
      last.server.section("tethys", way.replacing("CONFIG", with: config))
        + inner.server.section("inner", innerWay ?? "ForwardAgent no") + outer.server.section("outer"),
      to: "config")
    let system = try #require(LocalSystem(guardProgram: GuardProgram(named: "oceanid-guard")))
    let described = system.run(CommandInvocation("ssh", ["-F", config, "-G", "--", "tethys"]))
    let server = try #require(ResolvedHost(described.text))
    let route = JumpRouteSearch(caller: system).find(server, alias: "tethys", sshConfig: config)
    try #require(route.fault == nil && route.hops.map(\.name) == ["outer", "inner"])
    #expect(route.hops.allSatisfy { !$0.knownHostLines.isEmpty })

    var file = GuardFile(cluster: "tethys", host: "tethys")
    file.sshConfig = config
    var facts = MachineFacts(
      own: SetupFacts(person: system.person, guardProgram: "", host: "tethys", guardFile: file))
    facts.own.resolved = server
    facts.route = route
    let key = folder.file("guard_key")
    _ = try TestSupport.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
    let publicKey = try folder.read("guard_key.pub").split(separator: "\n").first.map(String.init) ?? ""
    let keys = [facts.authorizedKey] + route.hops.indices.compactMap(facts.authorizedKey(onHop:))
    let before = try [last, outer, inner].map { try Data(contentsOf: URL(filePath: $0.authorizedKeys)) }
    for key in keys {
      let answer = system.run(key.call(.add, line: key.line(publicKey)))
      #expect(AuthorizedKey.answer(answer) == .present, "\(key.host): \(answer.errors)")
    }

    // The service has one known_hosts, and no key but its own.
    try folder.write(
      ([last] + [outer, inner]).map { (try? $0.server.folder.read("known_hosts")) ?? "" }.joined(),
      to: "known_hosts")
    try folder.write(
      ServiceAliases.text("tethys", server, route, key: key)
        + "Host *\n  UserKnownHostsFile \(folder.file("known_hosts"))\n  GlobalKnownHostsFile /dev/null\n",
      to: "service_config")
    let forward = ["-F", folder.file("service_config"), "-o", "BatchMode=yes"]
    // Nothing listens at the only permitted target, so the server refuses it in its own words.
    let permitted = try TestSupport.run("ssh", forward + ["-W", "localhost:6443", "tethys"])
    #expect(permitted.errors.contains("connect failed"), "\(permitted.errors)")
    let other = try TestSupport.run("ssh", forward + ["-W", "localhost:22", "tethys"])
    #expect(other.errors.contains("administratively prohibited"), "\(other.errors)")
    let jump = try TestSupport.run("ssh", forward + ["-W", "127.0.0.1:\(last.server.port)", "outer"])
    #expect(jump.errors.contains("administratively prohibited"), "\(jump.errors)")

    for key in keys {
      #expect(AuthorizedKey.answer(system.run(key.call(.remove, line: key.line(publicKey)))) == .absent)
    }
    #expect(
      try [last, outer, inner].map { try Data(contentsOf: URL(filePath: $0.authorizedKeys)) } == before)
  }
}
