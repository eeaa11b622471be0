import Testing

@testable import GuardSetup

/// A machine that is not ready: setup writes nothing and names one next step.
@Suite struct IncompleteSetupTests {
  @Test(arguments: IncompleteSetups.states.indices) func stateEndsWithOneNextStep(_ index: Int) throws {
    let state = IncompleteSetups.states[index]
    let world = FakeMachine()
    state.prepare(world)
    let before = world.state
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: world.wantedHost))
    #expect(plan.next?.line == state.next, "\(state.name)")
    #expect(plan.next?.line.contains("\n") == false)
    #expect(plan.changes.isEmpty)
    #expect(world.state == before)
  }

  /// A file whose values setup wrote is replaced for another host, because none of them is the user's.
  @Test func fileOfSetupIsReplacedForAnotherHost() {
    let world = FakeMachine()
    IncompleteSetups.configure(world, GuardFile(cluster: "a", host: "a").yaml)
    func configuration(_ isOurs: Bool) -> SetupFacts.ConfigurationFact {
      PersonalFacts(FakeSystem(world), isWrittenBySetup: isOurs).find(host: "tethys").configuration
    }
    #expect(configuration(true) == .differs("its host is a, not tethys"))
    if case .foreign = configuration(false) { return }
    Issue.record("values of the user are replaced")
  }

  @Test func selectedServerOfSeveralMayBeTheForward() {
    let world = FakeMachine()
    world.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClusters(
      current: "prod", server: "https://127.0.0.1:16443")
    let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
    #expect(facts.kubeconfig == .fits("/home/person/.kube/k3s-config.yaml"))
    #expect(facts.guardFile.context == "prod")
  }

  /// The command of the next step makes a file, which the next run uses.
  @Test func fileOfTheSelectedContextEndsTheStep() {
    let world = FakeMachine()
    world.folders.formUnion(["/home/person/.config", "/home/person/.config/oceanid"])
    world.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.twoClusters(
      current: "prod", server: "https://192.0.2.7:6443")
    world.files["/home/person/.config/oceanid/own.kubeconfig.yaml"] = .init(
      text: FakeMachine.kubeconfig, mode: 0o600)
    let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
    let plan = PersonalPlan.plan(facts)
    #expect(plan.next == nil)
    #expect(facts.guardFile.kubeconfig == "/home/person/.config/oceanid/tethys.kubeconfig.yaml")
  }

  @Test func agentsOtherKeysAreNotPromisedWithIdentitiesOnly() {
    let world = FakeMachine()
    world.login = .refused
    world.agentStatus = 0
    world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
    world.sshOptions = "identitiesonly yes\n"
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    #expect(plan.next?.why.contains("IdentitiesOnly") == true)
  }

  /// The guard of another ssh_config is tested with that file.
  @Test func commandsNameTheSSHConfigOfTheGuard() {
    let world = FakeMachine()
    IncompleteSetups.configure(
      world, "clusters:\n  - name: tethys\n    tunnel:\n      host: tethys\n      sshConfig: /etc/own.conf\n")
    world.files["/etc/own.conf"] = .init(text: "", mode: 0o644)
    world.login = .unreachable
    func next() -> String? { PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil)).next?.line }
    #expect(next() == "ssh -v -F /etc/own.conf tethys")
    world.login = .refused
    #expect(next() == "ssh-copy-id -i /home/person/.ssh/id_ed25519 -F /etc/own.conf tethys")
    world.isHostKnown = false
    #expect(next() == "ssh -F /etc/own.conf tethys")
  }

  @Test func userInTheServersAddressIsNotShown() {
    let world = FakeMachine()
    world.files["/home/person/.kube/k3s-config.yaml"]?.text = FakeMachine.kubeconfig.replacing(
      "https://127", with: "https://ann:pw@127")
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    let found = plan.steps.first { $0.name == "kubeconfig" }?.found
    #expect(found?.contains("https://…@127.0.0.1:6443") == true)
    #expect(plan.steps.allSatisfy { !$0.found.contains("pw@") })
  }

  /// A socket unit keeps its old address until it starts again.
  @Test func changedAddressRestartsTheSocketUnits() throws {
    let world = FakeMachine()
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
  @Test(arguments: [FakeMachine.Login.refused, .agent, .unreachable], [false, true])
  func newKeyIsNeverSuggestedIfOneExists(_ login: FakeMachine.Login, _ isEncrypted: Bool) {
    for (name, agent) in ["id_ed25519", "id_rsa", "id_ecdsa_sk"].flatMap({ name in
      (0...2).map { (name, Int32($0)) }
    }) {
      let world = FakeMachine()
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/\(name)"] = FakeMachine.File(text: "KEY", mode: 0o600)
      world.login = login
      world.isKeyEncrypted = isEncrypted
      world.agentStatus = agent
      let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
      #expect(plan.next?.line.contains("ssh-keygen -t") == false)
    }
  }

  /// Setup itself writes nothing there.
  @Test func readyMachineNeedsNoWritableSSHFolder() {
    let world = FakeMachine()
    world.obstacles = ["/home/person/.ssh", "/home/person/.kube"].map {
      WriteObstacle(kind: .denied, folder: $0)
    }
    #expect(PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil)).next == nil)
  }

  @Test func readyMachineNeedsNoNextStep() {
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(FakeMachine())).find(host: nil))
    #expect(plan.next == nil)
    #expect(
      plan.steps.map(\.name) == [
        "host", "connection", "host key", "login", "kubeconfig", "cluster", "port", "guard.yaml", "units",
        "linger",
      ])
  }

  /// The guard reports a failing cluster and waits for it.
  @Test func clusterThatDoesNotAnswerPreventsNothing() {
    let world = FakeMachine()
    world.clusterAnswers = false
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    #expect(plan.next == nil)
    #expect(plan.steps.first { $0.name == "cluster" }?.outcome == .note)
  }

  @Test func unknownHostShowsTheFingerprintThatItOffers() {
    let world = FakeMachine()
    world.isHostKnown = false
    let plan = PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil))
    #expect(plan.steps.first { $0.name == "host key" }?.found.contains("SHA256:offered (ED25519)") == true)
  }
}
