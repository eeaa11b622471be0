import GuardTypes
import Testing

@testable import GuardSetup

/// The jump hosts before the server, as the service of the machine gets them.
@Suite struct JumpHostTests {
  private static func line(_ target: String) -> String {
    "restrict,port-forwarding,permitopen=\"\(target)\",command=\"/bin/false\" ssh-ed25519 MADE oceanid-guard"
  }

  /// The guard gets both aliases and both host keys, and its key may forward on the jump host to the server's sshd only.
  @Test(arguments: ["proxyjump jumper@bastion", "proxycommand ssh -W %h:%p jumper@bastion"])
  func jumpHostGetsTheKeyToo(_ proxy: String) throws {
    let world = FakeMachine()
    world.proxy = proxy
    world.hops = ["bastion"]
    try world.setUpMachine()
    let config = world.files["/var/lib/oceanid/.ssh/config"]?.text ?? ""
    #expect(
      config.contains("Host tethys\n  HostName 192.0.2.7\n  User tunnel\n  Port 22\n  ProxyJump bastion\n"))
    #expect(
      config.contains("Host bastion\n  HostName 192.0.2.1\n  User jumper\n  Port 22\n  ProxyJump none\n"))
    #expect(world.jumpAuthorized == ["bastion": [Self.line("192.0.2.7:22")]])
    #expect(MachinePlan.plan(world.machineFacts()).changes.isEmpty)
    let undo = try #require(try Undo(FakeSystem(world, FakeSystem.root), .machine, isUnattended: true))
    #expect(try undo.run { _, _ in }.isEmpty)
    #expect(world.jumpAuthorized == ["bastion": []] && world.authorized.count == 1)
  }

  /// The older section of the alias, with a jump host, stays below.
  @Test func aRouteWithoutItsJumpHostIsInForce() throws {
    let world = FakeMachine()
    world.proxy = "proxyjump jumper@bastion"
    world.hops = ["bastion"]
    try world.setUpMachine()
    world.proxy = ""
    world.hops = []
    try world.setUpMachine()
    let config = world.files["/var/lib/oceanid/.ssh/config"]?.text ?? ""
    let routes = config.split(separator: "\n").filter { $0.contains("ProxyJump") }
    #expect(routes.first == "  ProxyJump none")
  }

  /// Each key may forward to the sshd of the next server only, and the caller's login takes the same route.
  @Test func chainOfJumpHostsGetsTheKeyOnEach() throws {
    let world = FakeMachine()
    world.isBehindThreeJumpHosts()
    try world.setUpMachine()
    let config = world.files["/var/lib/oceanid/.ssh/config"]?.text ?? ""
    #expect(
      config.split(separator: "\n").filter {
        $0.hasPrefix("Host ") || $0.contains("ProxyJump") || $0.contains("Port")
      } == [
        "Host tethys", "  Port 22", "  ProxyJump b", "Host b", "  Port 22", "  ProxyJump a",
        "Host a", "  Port 2222", "  ProxyJump gate", "Host gate", "  Port 22", "  ProxyJump none",
      ])
    #expect(
      world.jumpAuthorized == [
        "gate": [Self.line("192.0.2.11:2222")], "a": [Self.line("192.0.2.12:22")],
        "b": [Self.line("192.0.2.7:22")],
      ])
    #expect(
      world.files["/var/lib/oceanid/.ssh/known_hosts"]?.text.split(separator: "\n").map {
        $0.prefix { $0 != " " }
      }
        == ["192.0.2.7", "192.0.2.10", "[192.0.2.11]:2222", "192.0.2.12"])
    #expect(MachinePlan.plan(world.machineFacts()).changes.isEmpty)
  }

  /// A jump host that runs no commands is one manual step: the line to add, and then the same setup again.
  @Test func jumpHostWithoutAShellIsOneManualStep() throws {
    let world = FakeMachine()
    world.proxy = "proxyjump bastion"
    world.hops = ["bastion"]
    world.jumpRunsCommands = false
    #expect {
      try world.setUpMachine()
    } throws: { error in
      let failure = error as? SetupFailure
      return failure?.words.contains("login on bastion") == true
        && failure?.words.contains("permitopen=\"192.0.2.7:22\"") == true
        && failure?.next == "oceanid-ctl setup tethys --machine"
    }
    world.jumpAuthorized["bastion"] = ["permitopen=\"192.0.2.7:22\" MADE"]
    try world.setUpMachine()
    #expect(MachinePlan.plan(world.machineFacts()).changes.isEmpty)
  }

  @Test func keyOfAJumpHostThatIsInNoFileIsOneStep() {
    let world = FakeMachine()
    world.isBehindThreeJumpHosts()
    world.unlisted = ["192.0.2.12"]
    #expect(
      MachinePlan.plan(world.machineFacts()).next?.line
        == "ssh -o UserKnownHostsFile=~/.ssh/known_hosts -o KnownHostsCommand=none -J ssh-user@a:2222 b")
  }

  /// A jump host behind `ssh -F FILE` is known to that file only.
  @Test func commandsForAJumpHostNameItsFile() {
    let world = FakeMachine()
    world.proxy = "proxycommand ssh -F /etc/jump.conf -W %h:%p bastion"
    world.addresses["bastion"] = "192.0.2.12"
    world.unlisted = ["192.0.2.12"]
    #expect(
      MachinePlan.plan(world.machineFacts()).next?.line
        == "ssh -o UserKnownHostsFile=~/.ssh/known_hosts -o KnownHostsCommand=none -F /etc/jump.conf bastion")
    var facts = world.machineFacts()
    let jump = facts.route.hops[0].jump
    facts.route = JumpRoute(fault: .unresolved(jump, sshConfig: "/etc/jump.conf", reason: "x"))
    #expect(MachinePlan.plan(facts).next?.line == "ssh -F /etc/jump.conf -G -- bastion")
  }

  /// ssh(1) keeps the quotes.
  @Test(arguments: ["\"a,b\"", "'a,b'", "'a',\"b\""]) func quotesOfAProxyJumpAreRemoved(_ value: String) {
    let world = FakeMachine()
    world.proxy = "proxyjump \(value)"
    #expect(world.machineFacts().route.hops.map(\.name) == ["a", "b"])
  }

  @Test(arguments: [
    ("proxycommand nc %h %p", [:], "give Host tethys a ProxyJump"),
    ("proxycommand ssh bastion nc %h %p", [:], "give Host tethys a ProxyJump"),
    ("proxyjump bastion", ["bastion": "proxycommand nc %h %p\n"], "give Host bastion a ProxyJump"),
    ("proxyjump bas$(id)tion", [:], "name that jump host by an alias"),
    ("proxyjump tethys", [:], "Host tethys / ProxyJump none"),
    ("proxyjump a", ["a": "proxyjump b\n", "b": "proxyjump a\n"], "Host a / ProxyJump none"),
    (
      "proxycommand ssh -W %h:%p a", ["a": "proxycommand ssh -W %h:%p a\n"], "Host a / ProxyJump none"
    ),
    ("proxyjump h1,h2,h3,h4,h5,h6,h7,h8,h9", [:], "name fewer"),
    ("proxyjump h1,h2,h3,h4,h5,h6,h7,h8", ["h1": "proxyjump h0\n"], "name fewer"),
  ])
  func otherWaysAreOneStepInSSHConfig(_ proxy: String, _ options: [String: String], _ why: String) {
    let world = FakeMachine()
    world.proxy = proxy
    world.jumpOptions = options
    let next = MachinePlan.plan(world.machineFacts()).next
    #expect(next?.line == "editor /home/person/.ssh/config")
    #expect(next?.why.contains(why) == true, "\(next?.why ?? "")")
  }

  @Test func eightJumpHostsAreNotTooMany() {
    let world = FakeMachine()
    world.proxy = "proxyjump h1,h2,h3,h4,h5,h6,h7,h8"
    let route = world.machineFacts().route
    #expect(route.fault == nil && route.hops.count == 8)
    #expect(route.hops.last?.through == "h1,h2,h3,h4,h5,h6,h7")
  }

  /// One host may be a hop twice, with other users or ports. Each has an alias of its own.
  @Test func aliasesOfTheServiceAreUnique() {
    let world = FakeMachine()
    world.proxy = "proxyjump u@a,ssh://v@a:2200,w@[2001:db8::1],%h"
    let hops = world.machineFacts().route.hops
    #expect(hops.map(\.name) == ["a", "a-2", "tethys-jump", "192.0.2.7"])
    #expect(hops.map(\.destination) == ["u@a", "ssh://v@a:2200", "w@2001:db8::1", "192.0.2.7"])
  }

  @Test(arguments: [
    ("ssh -W %h:%p jump", "jump"), ("exec /usr/bin/ssh -q jump -W '[%h]:%p'", "jump"),
    ("ssh -qaxT -W%h:%p -p 2200 -l ann jump", "ann@jump:2200"),
    ("ssh -W \"%h:%p\" ssh://b@jump:7", "b@jump:7"),
    ("ssh -F /etc/jump.conf -W %h:%p -- jump", "jump"),
  ])
  func forwardOfStandardInputIsAProxyJump(_ command: String, _ jump: String) {
    let forward = StdioForward(command)
    #expect(forward?.jump.description == jump)
    #expect(forward?.sshConfig == (command.contains("-F") ? "/etc/jump.conf" : nil))
  }

  @Test(arguments: [
    "ssh jump nc %h %p", "ssh -W %h:22 jump", "ssh -W db:%p jump", "ssh -o User=x -W %h:%p jump",
    "ssh -W %h:%p $JUMP", "ssh -W %h:%p jump | tee log", "ssh -W %h:%p jump 2>/dev/null", "ssh -W %h:%p",
    "autossh -W %h:%p jump", "ssh -i ~/.ssh/other -W %h:%p jump", "nc %h %p", "ssh -W", "ssh", "",
    "ssh -l a -W %h:%p b@jump", "./ssh -W %h:%p jump",
  ])
  func otherCommandsAreNoProxyJump(_ command: String) {
    #expect(StdioForward(command) == nil)
  }
}

extension FakeMachine {
  /// `ProxyJump a,b`, and a itself is behind gate.
  func isBehindThreeJumpHosts() {
    proxy = "proxyjump ssh-user@a:2222,b"
    jumpOptions["a"] = "proxyjump gate\n"
    jumpOptions["b"] = "proxyjump elsewhere\n"
    behind["b"] = "ssh-user@a:2222"
    hops = ["gate", "a", "b"]
  }
}
