import GuardTypes
import Health
import Testing

@testable import GuardSetup

/// The next step ends what it is for, and destroys nothing.
@Suite struct NextStepTests {
  private static let kubeconfig = "/home/person/.kube/k3s-config.yaml"

  private func next(_ prepare: (FakeMachine) -> Void) throws -> Plan.Next {
    let world = FakeMachine()
    prepare(world)
    return try #require(PersonalPlan.plan(PersonalFacts(FakeSystem(world)).find(host: nil)).next)
  }

  /// A new copy of the file has neither the context nor the files that are missing.
  @Test(arguments: [
    ("has no context named gone; there are: default", "Set kubernetes.context to one of these"),
    ("has no user named gone; there are: default", "Check it"),
    (
      ":4:5: client-certificate /media/x.pem does not exist",
      "Create the file, readable for the guard's user."
    ),
    (":4:5: proxy-url is not supported", "Remove proxy-url, or use a context without it."),
  ])
  func flawThatNoCopyMendsLeadsToTheFile(_ flaw: String, _ note: String) throws {
    let step = try next {
      $0.found["kubeconfig"] = "kubeconfig \(Self.kubeconfig) \(flaw)"
      $0.advice["kubeconfig"] = NextStep(note: note)
    }
    #expect(step.line == "editor \(Self.kubeconfig)")
    #expect(step.why.hasSuffix("; then repeat oceanid-ctl setup") && !step.why.contains(".;"))
  }

  /// ssh does not read HOME.
  @Test func sshFilesAreThoseOfTheUserDatabasesHome() {
    let person = SetupUser(uid: 1500, name: "person", home: "/tmp/other", sshHome: "/home/person")
    let facts = SetupFacts(
      person: person, guardProgram: "/usr/bin/oceanid-guard", host: "tethys",
      guardFile: GuardFile(cluster: "tethys", host: "tethys"))
    #expect(facts.sshConfigPath == "/home/person/.ssh/config")
    #expect(facts.person.shown(facts.sshConfigPath) == "/home/person/.ssh/config")
  }

  @Test func contextOfGuardYAMLIsCorrectedThere() throws {
    let step = try next { world in
      var file = GuardFile(cluster: "tethys", host: "tethys")
      file.context = "prod"
      IncompleteSetups.configure(world, file.yaml)
      world.found["kubeconfig"] =
        "kubeconfig \(Self.kubeconfig) has no context named prod; there are: default"
      world.advice["kubeconfig"] = NextStep(note: "Set kubernetes.context to one of these")
    }
    #expect(step.line == "editor /home/person/.config/oceanid/guard.yaml")
  }

  /// A file with other clusters is not that of K3s, even if its certificate expired.
  @Test func fileWithOtherClustersIsNotReplaced() throws {
    let step = try next { world in
      world.files[Self.kubeconfig]?.text = FakeMachine.twoClusters(
        current: "prod", server: "https://127.0.0.1:16443")
      world.isCertificateExpired = true
    }
    #expect(step.line == "editor \(Self.kubeconfig)")
  }

  @Test func ownFileWithSeveralServersIsNotReadAndWrittenAtOnce() throws {
    let step = try next { world in
      let text = FakeMachine.twoClusters(current: "prod", server: "https://192.0.2.7:6443")
      world.folders.formUnion(["/home/person/.config", "/home/person/.config/oceanid"])
      world.files[Self.kubeconfig]?.text = text
      world.files["/home/person/.config/oceanid/own.kubeconfig.yaml"] = .init(text: text, mode: 0o600)
    }
    #expect(step.line == "editor /home/person/.config/oceanid/own.kubeconfig.yaml")
  }

  /// The guard takes a list, and kubectl omits its missing and empty entries.
  @Test func listsOfKubeconfigs() throws {
    for list in [":/home/person/a.yaml", "/none/b:/home/person/a.yaml:", "/home/person/a.yaml"] {
      let world = FakeMachine()
      world.files["/home/person/a.yaml"] = world.files.removeValue(forKey: Self.kubeconfig)
      world.variables["KUBECONFIG"] = list
      let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
      guard case .copy("/home/person/a.yaml", _, _, _) = facts.kubeconfig else {
        Issue.record("\(list): \(facts.kubeconfig)")
        continue
      }
    }
    let world = FakeMachine()
    var file = GuardFile(cluster: "tethys", host: "tethys")
    file.kubeconfig = "\(Self.kubeconfig):/home/person/b.yaml"
    IncompleteSetups.configure(world, file.yaml)
    let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
    #expect(facts.kubeconfig == .fits("\(Self.kubeconfig):/home/person/b.yaml"))
    #expect(facts.configuration == .fits)
  }

  /// A list is not a file that a copy could replace, or that an editor could open.
  @Test(arguments: [
    (":/home/person/b.yaml:2:3: x", "/home/person/b.yaml"),
    (": none of these files exists", "/home/person/.config/oceanid/guard.yaml"),
  ])
  func flawInAListLeadsToItsFile(_ flaw: String, _ file: String) throws {
    let step = try next { world in
      var guardFile = GuardFile(cluster: "tethys", host: "tethys")
      guardFile.kubeconfig = "/home/person/a.yaml:/home/person/b.yaml"
      IncompleteSetups.configure(world, guardFile.yaml)
      world.found["kubeconfig"] = "kubeconfig \(flaw)"
      world.advice["kubeconfig"] = NextStep(note: "copy it \(KubeconfigAdvice.source)")
    }
    #expect(step.line == "editor \(file)")
  }

  /// Only the service has the file of a credential, so nothing that setup finds is wrong with it.
  @Test func credentialAsKubeconfigIsLeftToTheService() throws {
    let world = FakeMachine()
    var file = GuardFile(cluster: "tethys", host: "tethys")
    file.kubeconfig = "credential:kc"
    IncompleteSetups.configure(world, file.yaml)
    let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
    let step = try #require(PersonalPlan.plan(facts).steps.first { $0.name == "kubeconfig" })
    #expect(step.outcome == .good && step.found == "credential:kc, which only the service can read")
    #expect(facts.configuration == .fits)
  }

  /// A colon in the name of a folder does not separate paths.
  @Test func kubeconfigWithAColonInItsPathIsOneFile() throws {
    let world = FakeMachine()
    world.folders.insert("/srv/a:b")
    world.files["/srv/a:b/config"] = .init(text: FakeMachine.kubeconfig, mode: 0o600)
    var file = GuardFile(cluster: "tethys", host: "tethys")
    file.kubeconfig = "/srv/a:b/config"
    IncompleteSetups.configure(world, file.yaml)
    let facts = PersonalFacts(FakeSystem(world)).find(host: nil)
    guard case .copy(let source, _, _, _) = facts.kubeconfig else {
      Issue.record("\(facts.kubeconfig)")
      return
    }
    #expect(source == "/srv/a:b/config")
    world.files["/srv/a:b/config"] = nil
    #expect(PersonalFacts(FakeSystem(world)).find(host: nil).kubeconfig == .absent("/srv/a:b/config"))
  }

  /// The guard of the machine has its kubeconfig from the service manager already.
  @Test func credentialInTheMachinesConfigurationStays() throws {
    let world = FakeMachine()
    var file = GuardFile(cluster: "tethys", host: "tethys")
    file.kubeconfig = "credential:kc"
    world.folders.insert(MachineFacts.folder)
    world.files[MachineFacts.configurationPath] = .init(text: file.yaml, mode: 0o644)
    let facts = world.machineFacts()
    #expect(!facts.isConfigurationForeign && facts.configuration.wanted == nil)
    let plan = MachinePlan.plan(facts)
    #expect(plan.steps.first { $0.name == "kubeconfig" }?.outcome == .good)
  }

  @Test func tagsAreNoPartOfAServer() {
    let text =
      "clusters:\n- cluster: { server: !!str \"https://127.0.0.1:6443\" }\n  name: !!str default\n"
      + "contexts:\n- context:\n    cluster: !!str default\n  name: &n here\ncurrent-context: !!str here\n"
    let found = KubeconfigText(text)
    #expect(found.servers == ["https://127.0.0.1:6443"])
    #expect(found.context == "here")
    #expect(found.with(server: "https://x").contains("server: !!str \"https://x\""))
  }

  // MARK: - Keys

  private func login(_ identityFile: String, keys: [String: String] = [:]) throws -> Plan.Next {
    try next { world in
      world.files["/home/person/.ssh/id_ed25519"] = nil
      world.files["/home/person/.ssh/id_ed25519.pub"] = nil
      for (name, text) in keys { world.files["/home/person/.ssh/\(name)"] = .init(text: text, mode: 0o600) }
      world.identityFile = identityFile
      world.login = .refused
    }
  }

  /// ssh does not look for a key in another place than IdentityFile names.
  @Test func newKeyIsMadeWhereIdentityFileNamesIt() throws {
    #expect(
      try login("~/.ssh/work").line
        == "ssh-keygen -t ed25519 -f /home/person/.ssh/work && ssh-copy-id -i /home/person/.ssh/work tethys")
    #expect(try login("/media/usb/key").line == "editor /home/person/.ssh/config")
    #expect(try login("none").line == "editor /home/person/.ssh/config")
  }

  @Test func usualKeyBesideAMissingIdentityFileIsToBeNamed() throws {
    for name in ["id_ed25519", "id_rsa"] {
      let step = try login("~/.ssh/work", keys: [name: "KEY"])
      #expect(step.line == "editor /home/person/.ssh/config")
      #expect(step.why.contains("IdentityFile ~/.ssh/\(name)"))
    }
  }

  @Test func publicHalfAsIdentityFileNeedsTheAgent() throws {
    let step = try login("~/.ssh/work", keys: ["work": "ssh-ed25519 AAAA me"])
    #expect(step.line == "ssh-add -L")
    #expect(step.why.contains("/home/person/.ssh/work is a public key alone"))
  }
}
