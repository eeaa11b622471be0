import GuardAPI
import Health

@testable import GuardSetup

/// A machine in memory: files, service managers and the programs that setup runs.
struct FakeSystem: SetupSystem {
  let world: FakeMachine
  let person: SetupUser
  var guardProgram: String { "/usr/bin/oceanid-guard" }

  static let owner = SetupUser(uid: 1500, name: "person", home: "/home/person")
  static let root = SetupUser(uid: 0, name: "root", home: "/root")
  static let service = SetupUser(uid: 999, name: "oceanid", home: MachineFacts.home)

  init(_ world: FakeMachine, _ person: SetupUser = owner) {
    self.world = world
    self.person = person
  }

  func variable(_ name: String) -> String? { world.variables[name] }
  func user(named name: String) -> SetupUser? {
    name == "oceanid" && world.hasServiceUser ? Self.service : nil
  }
  func acting(as person: SetupUser) -> any SetupSystem { FakeSystem(world, person) }
  func exists(_ path: String) -> Bool { world.files[path] != nil || world.folders.contains(path) }
  func hasConnected(socket: String) -> Bool? { world.hasConnected }
  func isFolder(_ path: String) -> Bool { world.folders.contains(path) }

  func names(in folder: String) -> [String] {
    (Array(world.files.keys) + world.folders).filter { $0.hasPrefix(folder + "/") }.map {
      String($0.dropFirst(folder.count + 1))
    }.filter { !$0.contains("/") }.sorted()
  }

  func contents(of path: String) -> FileContents {
    guard mayReach(path) else { return .unreadable("Permission denied") }
    guard let file = world.files[path] else { return .absent }
    return permits(.read, on: path) ? .bytes(Array(file.text.utf8)) : .unreadable("Permission denied")
  }

  func status(of path: String) -> FileStatus? {
    guard mayReach(path), world.files[path] != nil || world.folders.contains(path) else { return nil }
    let owner = world.owners[path] ?? person.uid
    return FileStatus(
      owner: owner, ownerName: owner == 0 ? "root" : owner == person.uid ? person.name : "uid \(owner)",
      mode: world.files[path]?.mode ?? world.folderModes[path] ?? 0o755,
      isFolder: world.folders.contains(path))
  }

  func permits(_ right: FileRight, on path: String) -> Bool {
    guard let status = status(of: path) else { return false }
    let bits = status.owner == person.uid ? status.mode >> 6 : status.mode
    return person.isRoot || bits & (right == .read ? 4 : 1) != 0
  }

  /// True if the user may enter all folders on the way.
  private func mayReach(_ path: String) -> Bool {
    let folder = path.folder
    guard !folder.isEmpty else { return true }
    return mayReach(folder) && (!world.folders.contains(folder) || permits(.search, on: folder))
  }

  func obstacle(toWriting path: String) -> WriteObstacle? {
    world.obstacles.first { path.hasPrefix("\($0.folder)/") }
      ?? world.obstacle.map { WriteObstacle(kind: $0, folder: path.folder.folder) }
  }

  func hasProgram(_ name: String) -> Bool { world.programs.contains(name) }

  func run(_ call: CommandInvocation) -> CommandResult { FakePrograms(system: self).run(call) }

  func runOnTerminal(_ words: [String]) -> SetupFailure? {
    let answer = run(CommandInvocation(words[0], Array(words.dropFirst())))
    return answer.isGood ? nil : SetupFailure(answer.reason, next: "")
  }

  func withTemporaryFile<Result>(_ contents: [UInt8], _ body: (String) -> Result) -> Result? {
    world.files["/draft"] = FakeMachine.File(text: String(decoding: contents, as: UTF8.self), mode: 0o600)
    defer { world.files["/draft"] = nil }
    return body("/draft")
  }

  func listener(on listen: String) -> PortHolder? {
    if world.userUnits.active.contains("oceanid-forward.socket") {
      return PortHolder(words: "systemd (pid 200)", pid: 200, uid: 1500)
    }
    if world.machineUnits.active.contains("oceanid-forward.socket") {
      return PortHolder(words: "a process of root (uid 0)", pid: nil, uid: 0)
    }
    return world.foreignHolder
  }

  func write(_ contents: [UInt8], to path: String, mode: UInt32, owner: FileOwner?) throws(SetupFailure) {
    try world.spend()
    guard world.folders.contains(path.folder) else {
      throw SetupFailure("\(path.folder) does not exist", next: "")
    }
    world.files[path] = FakeMachine.File(
      text: String(decoding: contents, as: UTF8.self), mode: mode, owner: owner)
  }

  func makeFolder(_ path: String, mode: UInt32, owner: FileOwner?) throws(SetupFailure) {
    try world.spend()
    guard world.folders.contains(path.folder) else {
      throw SetupFailure("\(path.folder) does not exist", next: "")
    }
    world.folders.insert(path)
  }

  func link(_ path: String, to other: String) throws(SetupFailure) {
    try world.spend()
    world.files[other] = world.files[path]
  }

  func move(_ path: String, to other: String) throws(SetupFailure) {
    try world.spend()
    func moved(_ place: String) -> String? {
      place == path || place.hasPrefix("\(path)/") ? other + place.dropFirst(path.count) : nil
    }
    for place in world.files.keys {
      if let new = moved(place) { world.files[new] = world.files.removeValue(forKey: place) }
    }
    world.folders = Set(world.folders.map { moved($0) ?? $0 })
  }

  func remove(_ path: String) throws(SetupFailure) {
    try world.spend()
    world.files[path] = nil
  }

  func removeFolder(_ path: String) {
    guard names(in: path).isEmpty, (try? world.spend()) != nil else { return }
    world.folders.remove(path)
  }
}

/// The state of that machine.
final class FakeMachine {
  struct File: Hashable {
    var text: String
    var mode: UInt32
    var owner: FileOwner?
  }

  struct UnitStates: Hashable {
    var enabled: Set<String> = []
    var active: Set<String> = []
    var restarts = 0
    /// The address that oceanid-forward.socket binds when it starts, as of the last daemon-reload.
    var loaded = GuardFile.usualListen
    /// The address that it has bound.
    var bound = GuardFile.usualListen
  }

  enum Login: Hashable {
    case works, unreachable, refused
    /// The login works only with the agent.
    case agent
  }

  var files: [String: File] = [:]
  var folders: Set<String> = [
    "", "/home", "/root", "/var", "/home/person", "/home/person/.ssh", "/home/person/.kube", "/etc",
    "/var/lib",
  ]
  var variables: [String: String] = [:]
  /// The owners of files and folders that do not belong to the user.
  var owners: [String: UInt32] = [:]
  /// Modes of folders other than 0755.
  var folderModes: [String: UInt32] = [:]
  var obstacle: WriteObstacle.Kind?
  /// Obstacles in single folders.
  var obstacles: [WriteObstacle] = []
  var programs: Set<String> = ["editor", "kubectl", "ss", "ssh", "sudo", "apt-get"]
  var userUnits = UnitStates()
  var machineUnits = UnitStates()
  /// The status text of the machine's guard.
  var machineText = ""
  /// nil: it does not answer the caller.
  var hasConnected: Bool?
  var managerRuns = true
  /// True if the user is logged in, so that the manager stays without lingering.
  var hasSession = true
  var foreignHolder: PortHolder?
  /// True if ssh_config has the alias.
  var hasAlias = true
  var isHostKnown = true
  /// False if the key is in no file that ssh-keygen(1) finds, for example with KnownHostsCommand.
  var isHostKeyListed = true
  var login = Login.works
  var isKeyEncrypted = false
  /// The error of ssh-keygen(1) for a file that is not a private key.
  var keyFault: String?
  var hasServiceUser = true
  /// The finding of the guard at a step, and its advice.
  var found: [String: String] = [:]
  var advice: [String: NextStep] = [:]
  /// The finding with the caller's agent; nil: the same.
  var foundWithAgent: String?
  var identityFile = "~/.ssh/id_ed25519"
  /// The argument of setup.
  var wantedHost: String?
  /// Further lines of `ssh -G`.
  var sshOptions = ""
  var agentStatus: Int32 = 2
  var isCertificateExpired = false
  /// True if the API answers through the tunnel.
  var clusterAnswers = true
  /// True if sudo does not ask for a password.
  var hasSudo = true
  /// A line of `ssh -G tethys`: `proxyjump bastion`.
  var proxy: String?
  /// The jump hosts of the route, nearest first.
  var hops: [String] = []
  /// Further lines of `ssh -G` for a jump host.
  var jumpOptions: [String: String] = [:]
  var addresses = ["gate": "192.0.2.10", "a": "192.0.2.11", "b": "192.0.2.12"]
  /// The argument of `ssh -J` without which a jump host cannot be reached.
  var behind: [String: String] = [:]
  /// The names of hosts whose keys are in no file.
  var unlisted: Set<String> = []
  /// authorized_keys of each jump host.
  var jumpAuthorized: [String: [String]] = [:]
  var jumpRunsCommands = true
  /// The error of `ssh -G`.
  var sshFailure: String?
  var isMember = false
  /// The server's authorized_keys, besides the caller's own key.
  var authorized: [String] = ["ssh-ed25519 AAAA owner"]
  var runsCommands = true
  /// authorized_keys of a jump host; nil: of the server.
  subscript(keysOn jump: String?) -> [String] {
    get { jump.map { jumpAuthorized[$0] ?? [] } ?? authorized }
    set { if let jump { jumpAuthorized[jump] = newValue } else { authorized = newValue } }
  }
  /// Mutations until the machine "loses power"; nil: never.
  var budget: Int?

  static let kubeconfig = """
    apiVersion: v1
    clusters:
    - cluster:
        certificate-authority-data: Q0E=
        server: https://127.0.0.1:6443
      name: default
    current-context: default

    """

  /// A kubeconfig with two clusters, as kubectl writes it.
  static func twoClusters(current: String?, server: String) -> String {
    """
    apiVersion: v1
    clusters:
    - cluster:
        server: https://192.0.2.9:6443
      name: other
    - cluster:
        server: \(server)
      name: k3s
    contexts:
    - context:
        cluster: other
        user: other
      name: staging
    - context:
        cluster: k3s
        user: admin
      name: prod
    \(current.map { "current-context: \($0)\n" } ?? "")
    """
  }

  /// The same in JSON; the context of the server is not selected.
  static let twoClustersInJSON =
    #"{"apiVersion":"v1","clusters":[{"name":"other","cluster":{"server":"https://192.0.2.9:6443"}},"#
    + #"{"name":"k3s","cluster":{"server":"https:\/\/192.0.2.7:6443"}}],"contexts":["#
    + #"{"name":"staging","context":{"cluster":"other","user":"o"}},"#
    + #"{"name":"prod","context":{"cluster":"k3s","user":"a"}}],"current-context":"staging"}"#

  /// The machine of a user who works with ssh and kubectl.
  init() {
    files["/home/person/.ssh/id_ed25519"] = File(text: "KEY", mode: 0o600)
    files["/home/person/.ssh/id_ed25519.pub"] = File(text: "ssh-ed25519 AAAA", mode: 0o644)
    files["/home/person/.ssh/known_hosts"] = File(text: "192.0.2.7 ssh-ed25519 HOST\n", mode: 0o600)
    files["/home/person/.kube/k3s-config.yaml"] = File(text: Self.kubeconfig, mode: 0o600)
    files["/usr/lib/systemd/user/oceanid-guard.service"] = File(text: "", mode: 0o644)
    files["/usr/lib/systemd/system/oceanid-guard.service"] = File(text: "", mode: 0o644)
    for path in ["/run/systemd/system", "/run/systemd/seats", "/run/dbus/system_bus_socket"] {
      files[path] = File(text: "", mode: 0o644)
    }
  }

  func spend() throws(SetupFailure) {
    guard let left = budget else { return }
    guard left > 0 else { throw SetupFailure("power failure", next: "") }
    budget = left - 1
  }

  /// Everything that a setup may change, one line per item.
  var state: Set<String> {
    var lines = Set(files.map { "file \($0.key) \($0.value)" })
    lines.formUnion(folders.map { "folder \($0)" })
    lines.formUnion(folderModes.filter { folders.contains($0.key) }.map { "mode of \($0.key): \($0.value)" })
    for (scope, units) in [("user", userUnits), ("machine", machineUnits)] {
      lines.formUnion(units.enabled.map { "\(scope) \($0) enabled" })
      lines.formUnion(units.active.map { "\(scope) \($0) active" })
    }
    lines.formUnion(authorized.map { "authorized \($0)" })
    for (host, keys) in jumpAuthorized { lines.formUnion(keys.map { "\(host): authorized \($0)" }) }
    if managerRuns { lines.insert("manager") }
    if isMember { lines.insert("member") }
    return lines
  }
}

extension String {
  /// The folder of a path.
  var folder: String { lastIndex(of: "/").map { String(self[..<$0]) } ?? "" }
}

extension FakeMachine {
  /// The facts about the guard of the whole machine.
  func machineFacts(host: String? = nil) -> MachineFacts {
    MachineFactsSearch(FakeSystem(self, FakeSystem.root), caller: FakeSystem.owner).find(host: host)
  }

  /// Performs every change that the guard of the whole machine needs.
  func setUpMachine() throws {
    let facts = machineFacts()
    var execution = try SetupExecution(
      FakeSystem(self, FakeSystem.root), .machine(facts), isUnattended: true)
    for change in MachinePlan.plan(facts).changes { try execution.perform(change) }
  }
}
