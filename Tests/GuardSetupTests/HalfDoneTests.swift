import Testing

@testable import GuardSetup

/// A machine that is not ready: setup writes nothing and names one next step.
@Suite struct HalfDoneTests {
  struct State: CustomTestStringConvertible {
    let name: String
    let next: String
    let prepare: (FakeWorld) -> Void
    var testDescription: String { name }

    init(_ name: String, next: String, _ prepare: @escaping (FakeWorld) -> Void) {
      self.name = name
      self.next = next
      self.prepare = prepare
    }
  }

  static let fetch =
    "(umask 077; mkdir -p /home/person/.kube; ssh tethys sudo cat /etc/rancher/k3s/k3s.yaml >/home/person/.kube/k3s-config.yaml.new && mv /home/person/.kube/k3s-config.yaml.new /home/person/.kube/k3s-config.yaml)"

  /// The same with a copy of the file that is replaced.
  static let replace = fetch.replacing(
    "&& mv", with: "&& cp -p /home/person/.kube/k3s-config.yaml /home/person/.kube/k3s-config.yaml.old && mv")

  private static func configure(_ world: FakeWorld, _ text: String) {
    world.folders.formUnion(["/home/person/.config", "/home/person/.config/oceanid"])
    world.files["/home/person/.config/oceanid/guard.yaml"] = FakeWorld.File(text: text, mode: 0o644)
  }

  nonisolated(unsafe) static let states: [State] = [
    State("nothing there", next: "editor ~/.ssh/config") { world in
      world.files = world.files.filter { !$0.key.hasPrefix("/home/") }
      world.hasAlias = false
      world.login = .refused
      world.isHostKnown = false
    },
    State("alias without an address", next: "editor ~/.ssh/config") { $0.hasAlias = false },
    State("sshd unreachable", next: "ssh -v tethys") { $0.login = .unreachable },
    State("host key unknown", next: "ssh tethys") { $0.isHostKnown = false },
    State("key missing", next: "ssh-keygen -t ed25519 && ssh-copy-id tethys") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.login = .refused
    },
    State("key not accepted", next: "ssh-copy-id -i /home/person/.ssh/id_ed25519 tethys") {
      $0.login = .refused
    },
    State(
      "agent absent", next: "eval \"$(ssh-agent -s)\" && ssh-add /home/person/.ssh/id_ed25519"
    ) { world in
      world.isKeyEncrypted = true
      world.login = .refused
    },
    State("agent empty", next: "ssh-add /home/person/.ssh/id_ed25519") { world in
      world.isKeyEncrypted = true
      world.login = .refused
      world.agentStatus = 1
      world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
    },
    State("agent's keys refused", next: "ssh -v tethys") { world in
      world.login = .refused
      world.agentStatus = 0
      world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
    },
    State("kubeconfig missing", next: fetch) { $0.files["/home/person/.kube/k3s-config.yaml"] = nil },
    State("kubeconfig empty", next: replace) { $0.files["/home/person/.kube/k3s-config.yaml"]?.text = "" },
    State("certificate expired", next: replace) { $0.isCertificateExpired = true },
    State(
      "several servers and another cluster's context",
      next:
        "(umask 077; mkdir -p /home/person/.config/oceanid; kubectl --kubeconfig /home/person/.kube/k3s-config.yaml config view --minify --flatten"
        + " --context prod >/home/person/.config/oceanid/own.kubeconfig.yaml) && oceanid-ctl setup tethys"
    ) {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeWorld.twoClusters(
        current: "prod", server: "https://192.0.2.7:6443")
    },
    State(
      "several servers and no context",
      next: "kubectl --kubeconfig /home/person/.kube/k3s-config.yaml config get-contexts"
    ) {
      $0.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeWorld.twoClusters(
        current: nil, server: "https://192.0.2.7:6443")
    },
    State("guard.yaml of the user for another host", next: "editor /home/person/.config/oceanid/guard.yaml") {
      configure($0, "clusters:\n  - name: a\n    tunnel:\n      host: a\n")
      $0.wantedHost = "tethys"
    },
    State("key that others may read", next: "chmod 600 /home/person/.ssh/id_ed25519") { world in
      world.files["/home/person/.ssh/id_ed25519"]?.mode = 0o644
      world.login = .refused
    },
    State("public key alone", next: "ssh-add -L") { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/hardware.pub"] = .init(text: "ssh-ed25519 AAAA", mode: 0o644)
      world.identityFile = "~/.ssh/hardware.pub"
      world.login = .refused
    },
    State("public key beside its private key", next: "ssh-copy-id -i /home/person/.ssh/work tethys") {
      world in
      world.files["/home/person/.ssh/work.pub"] = .init(text: "ssh-ed25519 AAAA", mode: 0o644)
      world.files["/home/person/.ssh/work"] = .init(text: "KEY", mode: 0o600)
      world.identityFile = "~/.ssh/work.pub"
      world.login = .refused
    },
    State(
      "guard.yaml with an error",
      next: "/usr/bin/oceanid-guard --check-config --config /home/person/.config/oceanid/guard.yaml"
    ) {
      configure($0, "nonsense\n")
    },
    State("guard.yaml with another cluster", next: "editor /home/person/.config/oceanid/guard.yaml") {
      configure(
        $0,
        "clusters:\n  - name: a\n    tunnel:\n      host: a\n  - name: b\n    tunnel:\n      host: b\n")
    },
    State("guard.yaml with expectations", next: "editor /home/person/.config/oceanid/guard.yaml") {
      configure(
        $0,
        "clusters:\n  - name: tethys\n    tunnel:\n      host: tethys\n    expect: { nodes: [calypso] }\n")
    },
    State(
      "port held by the service manager",
      next: "systemctl list-sockets --all; systemctl --user list-sockets --all"
    ) { $0.foreignHolder = PortHolder(words: "systemd (pid 900)", pid: 900, uid: 1500) },
    State("port held by a visible program", next: "kill 4242") {
      $0.foreignHolder = PortHolder(words: "ssh (pid 4242)", pid: 4242, uid: 1500)
    },
    State("port held by an invisible program", next: "sudo ss -ltnp 'sport = :16443'") {
      $0.foreignHolder = PortHolder(words: "a process of mallory (uid 1001)", pid: nil, uid: 1001)
    },
    State(
      "the machine's guard serves the cluster", next: "oceanid-ctl status --socket /run/oceanid/guard.sock"
    ) { world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = "healthy: tethys: 3/3 nodes Ready; tunnel up since 2026-11-23 08:23 UTC"
    },
    State(
      "the machine's guard serves several clusters",
      next: "oceanid-ctl status --socket /run/oceanid/guard.sock"
    ) { world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = "1 of 2 clusters is critical; tunnel up in 1 of 2 clusters"
    },
    State(
      "the machine's guard is reconnecting", next: "oceanid-ctl status --socket /run/oceanid/guard.sock"
    ) { world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = "critical: SSH tunnel to tethys is down"
    },
    State("the machine's guard is starting", next: "oceanid-ctl status --socket /run/oceanid/guard.sock") {
      world in
      world.machineUnits.active = ["oceanid-forward.socket", "oceanid-guard.service"]
      world.machineText = ""
    },
    State("no service manager", next: "sudo loginctl enable-linger person") { $0.managerRuns = false },
    State("no systemd", next: "/usr/bin/oceanid-guard --config /home/person/.config/oceanid/guard.yaml") {
      world in
      world.managerRuns = false
      world.files["/run/systemd/system"] = nil
    },
    State("no units", next: "systemd/install --user") {
      $0.files["/usr/lib/systemd/user/oceanid-guard.service"] = nil
    },
  ]

  @Test(arguments: states.indices) func stateEndsWithOneNextStep(_ index: Int) throws {
    let state = Self.states[index]
    let world = FakeWorld()
    state.prepare(world)
    let before = world.state
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: world.wantedHost))
    #expect(plan.next?.command == state.next, "\(state.name)")
    #expect(plan.next?.command.contains("\n") == false)
    #expect(plan.changes.isEmpty)
    #expect(world.state == before)
  }

  /// A file whose values setup wrote is replaced for another host, because none of them is the user's.
  @Test func fileOfSetupIsReplacedForAnotherHost() {
    let world = FakeWorld()
    Self.configure(world, GuardFile(cluster: "a", host: "a").yaml)
    func configuration(_ isOurs: Bool) -> SetupFacts.ConfigurationFact {
      PersonalFacts(FakeSystem(world), isWrittenBySetup: isOurs).find(host: "tethys").configuration
    }
    #expect(configuration(true) == .differs("its host is a, not tethys"))
    if case .foreign = configuration(false) { return }
    Issue.record("values of the user are replaced")
  }

  @Test func selectedServerOfSeveralMayBeTheForward() {
    let world = FakeWorld()
    world.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeWorld.twoClusters(
      current: "prod", server: "https://127.0.0.1:16443")
    let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
    #expect(facts.kubeconfig == .fits("/home/person/.kube/k3s-config.yaml"))
    #expect(facts.guardFile.context == "prod")
  }

  /// The command of the next step makes a file, which the next run uses.
  @Test func fileOfTheSelectedContextEndsTheStep() {
    let world = FakeWorld()
    world.folders.formUnion(["/home/person/.config", "/home/person/.config/oceanid"])
    world.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeWorld.twoClusters(
      current: "prod", server: "https://192.0.2.7:6443")
    world.files["/home/person/.config/oceanid/own.kubeconfig.yaml"] = .init(
      text: FakeWorld.kubeconfig, mode: 0o600)
    let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
    let plan = PersonalPlan.plan(facts)
    #expect(plan.next == nil)
    #expect(facts.guardFile.kubeconfig == "/home/person/.config/oceanid/tethys.kubeconfig.yaml")
  }

  @Test func agentsOtherKeysAreNotPromisedWithIdentitiesOnly() {
    let world = FakeWorld()
    world.login = .refused
    world.agentStatus = 0
    world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
    world.sshOptions = "identitiesonly yes\n"
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    #expect(plan.next?.why.contains("IdentitiesOnly") == true)
  }

  @Test func userInTheServersAddressIsNotShown() {
    let world = FakeWorld()
    world.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeWorld.kubeconfig.replacing(
      "https://127", with: "https://ann:pw@127")
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    let found = plan.steps.first { $0.name == "kubeconfig" }?.found
    #expect(found?.contains("https://…@127.0.0.1:6443") == true)
    #expect(plan.steps.allSatisfy { !$0.found.contains("pw@") })
  }

  /// A socket unit keeps its old address until it starts again.
  @Test func changedAddressRestartsTheSocketUnits() throws {
    let world = FakeWorld()
    world.userUnits.active = Set(Change.machineUnits)
    let system = FakeSystem(world)
    let facts = PersonalFacts(system).find(host: nil)
    var execution = try SetupExecution(system, .own(facts), isUnattended: true)
    try execution.perform(.restart(.user))
    #expect(world.userUnits.restarts == 1)
    var file = facts.guardFile
    file.listen = "127.0.0.1:26443"
    try execution.perform(
      .file(.init(path: system.person.configuration, contents: Array(file.yaml.utf8), purpose: "")))
    try execution.perform(.restart(.user))
    #expect(world.userUnits.bound == "127.0.0.1:26443")
    #expect(world.userUnits.active == Set(Change.machineUnits))
    #expect(world.userUnits.restarts == 1)
  }

  /// ssh-keygen could replace the key.
  @Test(arguments: [FakeWorld.Login.refused, .agent, .unreachable], [false, true])
  func newKeyIsNeverSuggestedIfOneExists(_ login: FakeWorld.Login, _ isEncrypted: Bool) {
    for (name, agent) in ["id_ed25519", "id_rsa", "id_ecdsa_sk"].flatMap({ name in
      (0...2).map { (name, Int32($0)) }
    }) {
      let world = FakeWorld()
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/\(name)"] = FakeWorld.File(text: "KEY", mode: 0o600)
      world.login = login
      world.isKeyEncrypted = isEncrypted
      world.agentStatus = agent
      let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
      #expect(plan.next?.command.contains("ssh-keygen") == false)
    }
  }

  @Test func readyMachineNeedsNoNextStep() {
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(FakeWorld())).find(host: nil))
    #expect(plan.next == nil)
    #expect(
      plan.steps.map(\.name) == [
        "host", "connection", "host key", "login", "kubeconfig", "cluster", "port", "guard.yaml", "units",
        "linger",
      ])
  }

  /// The guard reports a failing cluster and waits for it.
  @Test func clusterThatDoesNotAnswerPreventsNothing() {
    let world = FakeWorld()
    world.clusterAnswers = false
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    #expect(plan.next == nil)
    #expect(plan.steps.first { $0.name == "cluster" }?.outcome == .note)
  }

  @Test func unknownHostShowsTheFingerprintThatItOffers() {
    let world = FakeWorld()
    world.isHostKnown = false
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    #expect(plan.steps.first { $0.name == "host key" }?.found.contains("SHA256:offered (ED25519)") == true)
  }
}
