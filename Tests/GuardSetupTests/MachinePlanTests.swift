import Testing

@testable import GuardSetup

/// The obstacles to the guard of a whole machine, and the files that it gets.
@Suite struct MachinePlanTests {
  enum Obstacle: String, CaseIterable {
    case unitsMissing, jumpHost, portHeld, ownGuard, hostKeyUnknown, sshdUnreachable, kubeconfigMissing
    case otherConfigurationServes, hostKeyUnlisted, homeIsALink, userMissing,
      keyEncrypted, keyOfRoot, foreignConfiguration

    func prepare(_ world: FakeMachine) {
      switch self {
      case .unitsMissing: world.files["/usr/lib/systemd/system/oceanid-guard.service"] = nil
      case .jumpHost: world.proxy = "proxycommand nc %h %p"
      case .keyEncrypted: keepsKey(world, "incorrect passphrase supplied to decrypt private key")
      case .keyOfRoot: keepsKey(world, "Permission denied")
      case .userMissing: world.hasServiceUser = false
      case .portHeld:
        world.foreignHolder = PortHolder(words: "ssh (pid 4242)", pid: 4242, uid: 1500)
      case .ownGuard:
        world.userUnits.active = [SetupFacts.service, "oceanid-forward.socket"]
      case .hostKeyUnknown: world.isHostKnown = false
      case .sshdUnreachable: world.login = .unreachable
      case .otherConfigurationServes:
        world.folders.insert("/etc/oceanid")
        world.files["/etc/oceanid/guard.yaml"] = FakeMachine.File(
          text: "clusters:\n  - name: main\n    tunnel:\n      host: tethys\n", mode: 0o644)
        world.machineUnits.active = Set(Change.machineUnits)
        world.machineText = "healthy: main; tunnel up since 2026-11-23 08:23 UTC"
      case .kubeconfigMissing: world.files["/home/person/.kube/k3s-config.yaml"] = nil
      case .hostKeyUnlisted: world.isHostKeyListed = false
      case .homeIsALink:
        world.folders.insert(MachineFacts.home)
        world.files["\(MachineFacts.home)/.ssh"] = FakeMachine.File(text: "a link", mode: 0o777)
      case .foreignConfiguration:
        world.folders.insert("/etc/oceanid")
        world.files["/etc/oceanid/guard.yaml"] = FakeMachine.File(
          text:
            "clusters:\n  - name: main\n    tunnel:\n      host: tethys\n    expect: { nodes: [calypso] }\n",
          mode: 0o644)
      }
    }

    /// The service has a key from before, which it cannot use.
    private func keepsKey(_ world: FakeMachine, _ fault: String) {
      world.folders.formUnion([MachineFacts.home, "\(MachineFacts.home)/.ssh"])
      world.files[MachineFacts.key] = FakeMachine.File(text: "KEY", mode: 0o600)
      world.keyFault = fault
    }

    var next: String {
      switch self {
      case .unitsMissing: "sudo systemd/install"
      case .jumpHost: "editor /home/person/.ssh/config"
      case .keyEncrypted:
        "sudo mv -i /var/lib/oceanid/.ssh/id_ed25519 /var/lib/oceanid/.ssh/id_ed25519.before"
      case .keyOfRoot: "sudo chown oceanid: /var/lib/oceanid/.ssh/id_ed25519"
      case .userMissing: "sudo systemd-sysusers"
      case .portHeld: "kill 4242"
      case .ownGuard:
        "systemctl --user disable --now oceanid-guard.socket oceanid-forward.socket oceanid-guard.service"
      case .hostKeyUnknown: "ssh tethys"
      case .sshdUnreachable: "ssh -v tethys"
      case .kubeconfigMissing: IncompleteSetups.fetch
      case .otherConfigurationServes: "oceanid-ctl status"
      case .hostKeyUnlisted:
        "ssh -o UserKnownHostsFile=~/.ssh/known_hosts -o KnownHostsCommand=none tethys"
      case .homeIsALink: "sudo ls -ld /var/lib/oceanid /var/lib/oceanid/.ssh"
      case .foreignConfiguration: "sudo editor /etc/oceanid/guard.yaml"
      }
    }
  }

  @Test(arguments: Obstacle.allCases) func obstacleEndsWithOneNextStep(_ obstacle: Obstacle) {
    let world = FakeMachine()
    obstacle.prepare(world)
    let before = world.state
    let plan = MachinePlan.plan(world.machineFacts())
    #expect(plan.next?.line == obstacle.next)
    #expect(plan.changes.isEmpty)
    #expect(world.state == before)
  }

  @Test func filesHaveTheRightOwnersAndModes() throws {
    let world = FakeMachine()
    try world.setUpMachine()
    let kubeconfig = try #require(world.files["/etc/oceanid/tethys.kubeconfig.yaml"])
    #expect(kubeconfig.owner == .readers && kubeconfig.mode == 0o640)
    #expect(kubeconfig.text == FakeMachine.kubeconfig.replacing("6443", with: "16443"))
    for name in ["config", "known_hosts"] {
      let file = try #require(world.files["/var/lib/oceanid/.ssh/\(name)"])
      #expect(file.owner == .service && file.mode == 0o600)
    }
    #expect(world.files["/var/lib/oceanid/.ssh/known_hosts"]?.text == "192.0.2.7 ssh-ed25519 HOST\n")
    #expect(world.files["/etc/oceanid/guard.yaml"]?.owner == nil)
    #expect(world.files["/home/person/.kube/k3s-config.yaml"]?.text == FakeMachine.kubeconfig)
    #expect(
      world.authorized.last
        == "restrict,port-forwarding,permitopen=\"localhost:6443\",command=\"/bin/false\" ssh-ed25519 MADE oceanid-guard"
    )
  }

  @Test func loginThatRunsNoCommandsShowsTheLineToAdd() throws {
    let world = FakeMachine()
    world.runsCommands = false
    #expect {
      try world.setUpMachine()
    } throws: { error in
      let failure = error as? SetupFailure
      return failure?.words.contains("permitopen=\"localhost:6443\"") == true
        && failure?.next == "oceanid-ctl setup tethys --machine"
    }
    // The next run finds that the key is accepted.
    world.authorized.append(
      AuthorizedKey(host: "tethys", sshConfig: nil, caller: 0).line("ssh-ed25519 MADE oceanid-guard"))
    #expect(world.machineFacts().authorization == .present)
    try world.setUpMachine()
    #expect(MachinePlan.plan(world.machineFacts()).changes.isEmpty)
  }

  /// Root without sudo(8), and a user without it, get commands that they can run.
  @Test func commandsNeedNoSudoWhereThereIsNone() throws {
    let world = FakeMachine()
    world.programs.remove("sudo")
    world.variables["SSH_AUTH_SOCK"] = "/run/user/1500/agent"
    #expect {
      try AsRoot(FakeSystem(world), .asked).words("/usr/bin/oceanid-ctl", ["setup", "--machine"])
    } throws: { error in
      (error as? SetupStop)?.next
        == "su -c 'env SUDO_UID=1500 SSH_AUTH_SOCK=/run/user/1500/agent /usr/bin/oceanid-ctl setup --machine'"
    }
    world.files["/usr/lib/systemd/system/oceanid-guard.service"] = nil
    #expect(MachinePlan.plan(world.machineFacts()).next?.line == "su -c systemd/install")
    let asRoot = MachineFactsSearch(FakeSystem(world, FakeSystem.root), caller: FakeSystem.root).find(
      host: nil)
    #expect(MachinePlan.plan(asRoot).next?.line == "systemd/install")
  }

  /// A credential of the caller's own service is not a file that can be copied.
  @Test func credentialAsKubeconfigIsNotCopied() throws {
    let world = FakeMachine()
    var file = GuardFile(cluster: "tethys", host: "tethys")
    file.kubeconfig = "credential:kc"
    IncompleteSetups.configure(world, file.yaml)
    let step = try #require(
      MachinePlan.plan(world.machineFacts()).steps.first { $0.name == "kubeconfig" })
    guard case .blocked(let next) = step.outcome else {
      Issue.record("\(step)")
      return
    }
    #expect(next.line.hasSuffix(" to /etc/oceanid/tethys.kubeconfig.yaml, as root"))
  }

  /// The advice leads on: once it is followed, the plan has no obstacle.
  @Test func kubeconfigOfAnotherUserIsTakenOrCopied() throws {
    let world = FakeMachine()
    world.owners["/home/person/.kube/k3s-config.yaml"] = 0
    #expect(
      MachinePlan.plan(world.machineFacts()).next?.line
        == "sudo chown person: /home/person/.kube/k3s-config.yaml")
    world.files["/home/person/.kube/k3s-config.yaml"] = nil
    world.variables["KUBECONFIG"] = "/etc/rancher/k3s/k3s.yaml"
    world.folders.formUnion(["/etc/rancher", "/etc/rancher/k3s"])
    world.files["/etc/rancher/k3s/k3s.yaml"] = FakeMachine.File(text: FakeMachine.kubeconfig, mode: 0o600)
    world.owners["/etc/rancher/k3s/k3s.yaml"] = 0
    #expect(
      MachinePlan.plan(world.machineFacts()).next?.line
        == "mkdir -p /home/person/.config/oceanid && sudo install -m 600 -o person -g 1500 /etc/rancher/k3s/k3s.yaml /home/person/.config/oceanid/own.kubeconfig.yaml"
    )
    world.folders.formUnion(["/home/person/.config", "/home/person/.config/oceanid"])
    world.files["/home/person/.config/oceanid/own.kubeconfig.yaml"] = FakeMachine.File(
      text: FakeMachine.kubeconfig, mode: 0o600)
    #expect(MachinePlan.plan(world.machineFacts()).next == nil)
  }

  /// Once the guard's own login works, the caller's login is not needed, because the caller's agent may have ended.
  @Test func secondRunNeedsNoLoginOfTheCaller() throws {
    let world = FakeMachine()
    try world.setUpMachine()
    world.login = .refused
    let plan = MachinePlan.plan(world.machineFacts())
    #expect(plan.next == nil)
    #expect(plan.changes.isEmpty)
  }

  @Test func sudoThatAsksForAPasswordFailsAtOnce() throws {
    let world = FakeMachine()
    #expect(
      try AsRoot(FakeSystem(world), .given).words("/usr/bin/oceanid-ctl", ["setup", "--machine", "--yes"])
        == ["sudo", "-n", "env", "/usr/bin/oceanid-ctl", "setup", "--machine", "--yes"])
    world.hasSudo = false
    #expect {
      try AsRoot(FakeSystem(world), .given).words("/usr/bin/oceanid-ctl", ["setup", "--machine", "--yes"])
    } throws: { error in
      (error as? SetupStop)?.next == "sudo oceanid-ctl setup --machine --yes"
    }
    #expect(AsRoot(FakeSystem(world, FakeSystem.root), .given).isNeeded == false)
  }
}
