import GuardAPI
import GuardTypes
import Health

@testable import GuardSetup

/// The programs of a machine in memory, as far as setup runs them.
struct FakePrograms {
  let system: FakeSystem
  private var world: FakeMachine { system.world }

  init(system: FakeSystem) {
    self.system = system
  }

  func run(_ call: CommandInvocation) -> CommandResult {
    let words = call.arguments
    switch call.program {
    case "/usr/bin/oceanid-guard": return runGuard(call)
    case "ssh" where words.contains("-G"): return describe(words.last ?? "")
    case "ssh": return authorize(call)
    case "ssh-keygen": return keygen(words)
    case "ssh-keyscan":
      return world.login == .unreachable ? bad("no route") : good("192.0.2.7 ssh-ed25519 HOST\n")
    case "ssh-add": return CommandResult(status: world.agentStatus)
    case "systemctl" where words.first == "--user":
      let isOffline = call.variables.contains("SYSTEMD_OFFLINE=1") && words.contains("disable")
      guard world.managerRuns || isOffline else { return bad("Failed to connect to bus") }
      return systemctl(Array(words.dropFirst()), \.userUnits)
    case "systemctl": return systemctl(words, \.machineUnits)
    case "loginctl": return linger(words)
    case "sudo":
      guard world.hasSudo else { return bad("sudo: a password is required") }
      let rest = words.drop { $0 == "-n" }
      guard let program = rest.first else { return good("") }
      return FakePrograms(system: FakeSystem(world, FakeSystem.root)).run(
        CommandInvocation(program, Array(rest.dropFirst())))
    case "usermod", "gpasswd":
      return change { world.isMember = call.program == "usermod" }
    case "id": return good(world.isMember ? "person oceanid\n" : "person\n")
    case "true": return good("")
    case "chmod":
      return change { world.folderModes[words.last ?? ""] = words.first.flatMap { UInt32($0, radix: 8) } }
    default: return CommandResult(status: nil, errors: "\(call.program): No such file or directory")
    }
  }

  private func good(_ text: String) -> CommandResult { CommandResult(status: 0, output: Array(text.utf8)) }
  private func bad(_ text: String) -> CommandResult { CommandResult(status: 1, errors: text) }

  private func change(_ body: () -> Void) -> CommandResult {
    guard (try? world.spend()) != nil else { return bad("power failure") }
    body()
    return good("")
  }

  // MARK: - The guard

  private func runGuard(_ call: CommandInvocation) -> CommandResult {
    if call.arguments.first == "--print-config" {
      let text = world.files[call.arguments.last ?? ""]?.text ?? ""
      guard !text.contains("nonsense") else { return bad("guard.yaml:1:1: unknown key 'nonsense'") }
      let home = system.person.uid == 0 ? MachineFacts.home : system.person.home
      return good(FakeGuardYAML.json(FakeGuardYAML.clusters(in: text), home: home))
    }
    let text = String(decoding: call.input ?? [], as: UTF8.self)
    guard let file = FakeGuardYAML.clusters(in: text).first else { return bad("no cluster") }
    let hasAgent = call.variables.contains { $0.hasPrefix("SSH_AUTH_SOCK=/") }
    let lines = findings(file, hasAgent: hasAgent).compactMap { try? DocumentCoding.encode($0) }
    return good(lines.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined())
  }

  private func findings(_ file: GuardFile, hasAgent: Bool) -> [FindingDocument] {
    let isService = system.person == FakeSystem.service
    let login: Bool =
      isService
      ? world.authorized.contains { $0.contains("MADE") }
        && world.hops.allSatisfy { world.jumpAuthorized[$0]?.contains { $0.contains("MADE") } == true }
      : world.login == .works || world.login == .agent && hasAgent
    let steps: [(String, Bool)] = [
      ("ssh_config", world.found["ssh_config"] == nil && world.sshFailure == nil),
      ("address", world.hasAlias), ("connection", world.login != .unreachable),
      ("host key", world.isHostKnown), ("login", login),
    ]
    var findings: [FindingDocument] = []
    var isBroken = false
    for (step, isGood) in steps {
      let outcome: FindingOutcome = isBroken ? .skipped : isGood ? .ok : .failed
      let words =
        outcome == .failed ? hasAgent ? world.foundWithAgent ?? world.found[step] : world.found[step] : nil
      findings.append(
        FindingDocument(
          step, of: file.cluster, outcome, words ?? "\(step) \(outcome.rawValue)",
          next: outcome == .failed ? world.advice[step] : nil))
      isBroken = isBroken || !isGood
    }
    let path = file.kubeconfig ?? "\(system.person.home)/.kube/k3s-config.yaml"
    let exists = world.files[path] != nil
    findings.append(
      FindingDocument(
        "kubeconfig", of: file.cluster,
        exists && !world.isCertificateExpired && world.found["kubeconfig"] == nil ? .ok : .failed,
        world.found["kubeconfig"]
          ?? (exists ? "\(path): its client certificate expired" : "\(path) does not exist"),
        next: world.advice["kubeconfig"]
          ?? NextStep(note: exists ? "copy a new one \(KubeconfigAdvice.source)" : "copy it there")))
    findings.append(
      FindingDocument(
        "API", of: file.cluster, isBroken ? .skipped : world.clusterAnswers ? .ok : .failed, "v1.33.4+k3s1"))
    return findings
  }

  // MARK: - ssh

  private func describe(_ host: String) -> CommandResult {
    guard world.programs.contains("ssh") else {
      return CommandResult(status: nil, errors: "ssh: No such file or directory")
    }
    if let failure = world.sshFailure { return bad(failure) }
    if host != "tethys", let jump = JumpHost(host) {
      let address = world.addresses[jump.host] ?? "192.0.2.1"
      return good(
        "user \(jump.user ?? "jumper")\nhostname \(address)\nport \(jump.port ?? 22)\n"
          + "userknownhostsfile ~/.ssh/known_hosts\n\(world.jumpOptions[jump.host] ?? "")")
    }
    let proxy = world.proxy.map { "\($0)\n" } ?? ""
    return good(
      "user tunnel\n\(world.sshOptions)hostname \(world.hasAlias ? "192.0.2.7" : "tethys")\nport 22\nidentityfile \(world.identityFile)\n"
        + "userknownhostsfile ~/.ssh/known_hosts\n\(proxy)")
  }

  private func keygen(_ words: [String]) -> CommandResult {
    let file = words.last ?? ""
    switch words.first {
    case "-F":
      let name = words.dropFirst().first ?? ""
      return world.isHostKnown && world.isHostKeyListed && !world.unlisted.contains(name)
        ? good("# Host found\n\(name) ssh-ed25519 HOST\n") : bad("")
    case "-l": return good("256 SHA256:offered tethys (ED25519)\n")
    case "-y":
      if let fault = world.keyFault { return bad("Load key \"\(file)\": \(fault)") }
      return world.isKeyEncrypted ? bad("incorrect passphrase") : good("ssh-ed25519 MADE oceanid-guard\n")
    default:
      guard world.files[file] == nil else { return bad("\(file) already exists") }
      return change {
        world.files[file] = .init(text: "PRIVATE", mode: 0o600)
        world.files["\(file).pub"] = .init(text: "ssh-ed25519 MADE oceanid-guard\n", mode: 0o644)
      }
    }
  }

  private func authorize(_ call: CommandInvocation) -> CommandResult {
    let words = call.arguments
    let destination = words.firstIndex(of: "--").map { words[$0 + 1] } ?? ""
    let jump = destination == "tethys" ? nil : JumpHost(destination)
    guard world.login == .works, jump == nil ? world.runsCommands : world.jumpRunsCommands else {
      return bad("Permission denied (publickey).")
    }
    if let jump {
      let through = words.firstIndex(of: "-J").map { words[$0 + 1] }
      guard world.behind[jump.host] == through else { return bad("No route to host") }
    }
    let line =
      String(decoding: call.input ?? [], as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
    let list: ReferenceWritableKeyPath<FakeMachine, [String]> = \.[keysOn: jump?.host]
    if call.arguments.last?.hasSuffix(" add") == true, !world[keyPath: list].contains(line) {
      let answer = change { world[keyPath: list].append(line) }
      guard answer.isGood else { return answer }
    }
    if call.arguments.last?.hasSuffix(" remove") == true {
      let answer = change { world[keyPath: list].removeAll { $0 == line } }
      guard answer.isGood else { return answer }
    }
    return good("Welcome\noceanid:\(world[keyPath: list].contains(line) ? "present" : "absent")\n")
  }

  // MARK: - systemd

  private func systemctl(
    _ words: [String], _ units: ReferenceWritableKeyPath<FakeMachine, FakeMachine.UnitStates>
  ) -> CommandResult {
    let names = Set(words.dropFirst().filter { !$0.hasPrefix("-") })
    switch words.first {
    case "show-environment": return good("PATH=/usr/bin\n")
    case "show" where words.contains("--property=Id,Listen"):
      return good(
        names.sorted().map { name in
          "Id=\(name)\nListen=\(name == "oceanid-forward.socket" ? world[keyPath: units].loaded : "/run/guard.sock") (Stream)\n"
        }.joined(separator: "\n"))
    case "show":
      let text = names.sorted().map { name in
        "Id=\(name)\nActiveState=\(world[keyPath: units].active.contains(name) ? "active" : "inactive")\n"
          + "UnitFileState=\(world[keyPath: units].enabled.contains(name) ? "enabled" : "disabled")\n"
          + "MainPID=0\nEnvironment=\(environment)\nStatusText=\(world.machineText)\n"
      }
      return good(text.joined(separator: "\n"))
    case "daemon-reload":
      world[keyPath: units].loaded = configuredListen
      return good("")
    case "reset-failed": return good("")
    case "enable": return change { world[keyPath: units].enabled.formUnion(names) }
    case "disable":
      return change {
        world[keyPath: units].enabled.subtract(names)
        if words.contains("--now") { world[keyPath: units].active.subtract(names) }
      }
    case "start" where names.contains("user@0.service"): return change { world.managerRuns = true }
    case "stop" where names.contains("user@0.service"): return change { world.managerRuns = false }
    case "start":
      if world.foreignHolder != nil { return bad("Job for oceanid-forward.socket failed") }
      return change {
        if !world[keyPath: units].active.contains("oceanid-forward.socket"),
          names.contains("oceanid-forward.socket")
        {
          world[keyPath: units].bound = world[keyPath: units].loaded
        }
        world[keyPath: units].active.formUnion(names)
      }
    case "stop": return change { world[keyPath: units].active.subtract(names) }
    case "restart": return change { world[keyPath: units].restarts += 1 }
    default: return bad("unknown verb")
    }
  }

  /// The environment that the drop-in of the user's service sets.
  private var environment: String {
    let dropIn =
      world.files["/home/person/.config/systemd/user/oceanid-guard.service.d/setup.conf"]?.text ?? ""
    return dropIn.split(separator: "\"").first { $0.hasPrefix("SSH_AUTH_SOCK=") }.map(String.init) ?? ""
  }

  /// The address that the generator derives from the user's guard.yaml.
  private var configuredListen: String {
    let text = world.files["/home/person/.config/oceanid/guard.yaml"]?.text ?? ""
    return FakeGuardYAML.clusters(in: text).first?.listen ?? GuardFile.usualListen
  }

  private func linger(_ words: [String]) -> CommandResult {
    let path = "/var/lib/systemd/linger/\(words.last ?? "")"
    return change {
      let isOn = words.first == "enable-linger"
      world.files[path] = isOn ? .init(text: "", mode: 0o644) : nil
      // logind ends the manager of a user without a session.
      if !isOn, !world.hasSession { world.managerRuns = false }
    }
  }
}
