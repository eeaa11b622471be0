internal import GuardTypes
internal import Health

/// Makes changes. The manifest has an entry for each before it is made.
package struct SetupExecution {
  private let system: any SetupSystem
  private let place: SetupPlace
  private let isUnattended: Bool
  private let units: Units
  package private(set) var manifest: Manifest

  /// - Parameter isUnattended: true if no program may ask on the terminal.
  package init(
    _ system: any SetupSystem, _ place: SetupPlace, isUnattended: Bool
  ) throws(SetupFailure) {
    self.system = system
    self.place = place
    self.isUnattended = isUnattended
    units = Units(system: system)
    manifest = try Manifest.load(system, place.record) ?? Manifest()
    try begin()
  }

  /// Records the folders as they are before the first write, and creates those that the record needs.
  private mutating func begin() throws(SetupFailure) {
    let known = Set(manifest.entries)
    let states = place.states.filter { !manifest.hasState(in: $0.path) }.map { state -> Manifest.Entry in
      state.exists
        ? .stateFiles(path: state.path, kept: state.files, mode: state.mode) : .state(path: state.path)
    }
    let entries =
      place.missingFolders.map { Manifest.Entry.folder(path: $0) } + states
      // An earlier setup may have created them.
      + (known.isEmpty
        ? place.keptFolders.map { Manifest.Entry.keptFolder(path: $0, mode: system.status(of: $0)?.mode) }
        : [])
    manifest.entries += entries.filter { !known.contains($0) }
    if let folder = place.newFolder, !system.exists(folder) {
      try RecordDraft(system, place).create(folder, manifest)
    } else if manifest.entries.count > known.count {
      try save()
    }
  }

  package mutating func perform(_ change: Change) throws(SetupFailure) {
    switch change {
    case .file(let file): try write(file)
    case .stopMachineGuard: try stopMachineGuard()
    case .startManager(let uid):
      try record(.manager(uid: uid))
      try need(CommandInvocation("systemctl", ["start", "user@\(uid).service"]))
    case .start(let scope, let names): try start(scope, names)
    case .restart(let scope): try restart(scope)
    case .linger(let user):
      try record(.linger(user: user))
      let call = CommandInvocation("loginctl", ["enable-linger", user])
      do throws(SetupFailure) {
        // Without polkit, a user may not enable lingering.
        if !system.run(call).isGood { try asRoot(call) }
      } catch {
        manifest.entries.removeAll { $0 == .linger(user: user) }
        try save()
        throw error
      }
    case .key(let path): try makeKey(path)
    case .authorize(let key): try authorize(key)
    case .member(let user):
      try record(.member(user: user))
      do throws(SetupFailure) {
        try need(CommandInvocation("usermod", ["-a", "-G", FileOwner.serviceName, user]))
      } catch {
        manifest.entries.removeAll { $0 == .member(user: user) }
        try save()
        throw error
      }
    }
  }

  private func save() throws(SetupFailure) { try manifest.save(system, place.record) }

  private mutating func record(_ entry: Manifest.Entry) throws(SetupFailure) {
    guard !manifest.entries.contains(entry) else { return }
    manifest.entries.append(entry)
    try save()
  }

  private mutating func settle() throws(SetupFailure) {
    guard manifest.isRestartPending else { return }
    manifest.isRestartPending = false
    try save()
  }

  private func need(_ call: CommandInvocation, next: String? = nil) throws(SetupFailure) {
    let answer = system.run(call)
    guard answer.isGood else {
      throw SetupFailure("\(call.shown): \(answer.reason)", next: next ?? call.shown)
    }
  }

  // MARK: - Files

  private mutating func write(_ file: Change.FileChange) throws(SetupFailure) {
    let checksum = Checksum(of: file.contents)
    var backup: String?
    if let known = manifest.file(file.path), !isChanged(file.path, since: known.checksums, known.backup) {
      backup = known.backup
      manifest.entries[known.index] = .file(
        path: file.path, checksums: known.checksums + [checksum], backup: backup)
    } else {
      if system.exists(file.path) { backup = freeBackup(of: file.path) }
      manifest.entries.append(.file(path: file.path, checksums: [checksum], backup: backup))
    }
    manifest.isRestartPending = true
    try save()
    if let backup, !system.exists(backup), system.exists(file.path) {
      try system.link(file.path, to: backup)
    }
    try makeFolders(above: file.path, owner: file.owner)
    let writer = file.owner == .service ? try service() : system
    try writer.write(file.contents, to: file.path, mode: file.mode, owner: file.owner)
  }

  /// True if the user has edited the file since setup wrote it.
  private func isChanged(_ path: String, since checksums: [Checksum], _ backup: String?) -> Bool {
    guard case .bytes(let now) = system.contents(of: path), !checksums.contains(Checksum(of: now)) else {
      return false
    }
    guard let backup else { return true }
    // If the backup is missing or equals the file, the recorded write was never made.
    return system.exists(backup) && system.contents(of: backup) != .bytes(now)
  }

  private func freeBackup(of path: String) -> String {
    var backup = "\(path).before-setup"
    while system.exists(backup) { backup += "-again" }
    return backup
  }

  private func makeFolders(above path: String, owner: FileOwner?) throws(SetupFailure) {
    let names = path.split(separator: "/").dropLast()
    for folder in names.indices.map({ "/" + names[...$0].joined(separator: "/") })
    where !system.exists(folder) {
      switch owner {
      case .service: try system.makeFolder(folder, mode: 0o700, owner: .service)
      case .readers, nil: try system.makeFolder(folder, mode: 0o755, owner: nil)
      }
    }
  }

  // MARK: - The key

  private func service() throws(SetupFailure) -> any SetupSystem {
    guard let user = system.user(named: FileOwner.serviceName) else {
      throw .noServiceUser
    }
    return system.acting(as: user)
  }

  private mutating func makeKey(_ path: String) throws(SetupFailure) {
    try record(.key(path: path, publicKey: nil))
    manifest.isRestartPending = true
    try makeFolders(above: path, owner: .service)
    let comment = "oceanid-guard"
    let call = CommandInvocation("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path])
    let answer = try service().run(call)
    guard answer.isGood, let made = system.contents(of: "\(path).pub").text else {
      throw SetupFailure("\(call.shown): \(answer.reason)", next: system.command(afterFailureAt: path))
    }
    manifest.entries = manifest.entries.map {
      $0 == .key(path: path, publicKey: nil) ? .key(path: path, publicKey: made) : $0
    }
    try save()
  }

  private mutating func authorize(_ key: AuthorizedKey) throws(SetupFailure) {
    let answer = try service().run(CommandInvocation("ssh-keygen", ["-y", "-P", "", "-f", MachineFacts.key]))
    guard answer.isGood else {
      throw SetupFailure(
        "\(MachineFacts.key): \(answer.reason)", next: "namei -l \(MachineFacts.key)")
    }
    let line = key.line(answer.text.split(separator: "\n").first.map(String.init) ?? "")
    manifest.isRestartPending = true
    try record(.authorized(key, line: line))
    let caller =
      system.person.uid == key.caller ? system : SetupUser.known(key.caller).map(system.acting(as:))
    let result = (caller ?? system).run(key.call(.add, line: line))
    switch AuthorizedKey.answer(result) {
    case .present: return
    case .absent: throw SetupFailure("\(key.host) did not add the key", next: key.byHand)
    case .unable(let reason):
      throw SetupFailure(
        "your login on \(key.host) did not add the key (\(reason)); add this line to authorized_keys there: \(line)",
        next: "oceanid-ctl setup \((key.server ?? key.host).shellWord) --machine")
    }
  }

  // MARK: - Units

  private mutating func start(_ scope: Units.Scope, _ names: [String]) throws(SetupFailure) {
    try need(units.call(scope, ["daemon-reload"]))
    let states = units.states(scope, names) ?? [:]
    let stopped = names.filter { states[$0]?.isActive != true }
    try record(
      .units(
        scope: scope, enabled: names.filter { states[$0]?.isEnabled != true }, started: stopped,
        running: names.filter { states[$0]?.isActive == true }))
    try need(units.call(scope, ["enable"] + names))
    // A socket unit does not start while its service is active, because the service then holds the port itself.
    if stopped != [], !stopped.contains(SetupFacts.service) {
      try need(units.call(scope, ["stop", SetupFacts.service]))
    }
    // The last start of the socket unit may have failed, because the port was in use.
    _ = system.run(units.call(scope, ["reset-failed"] + names))
    let flag = scope == .user ? "--user " : ""
    try need(
      units.call(scope, ["start"] + names.filter { $0.hasSuffix(".socket") } + [SetupFacts.service]),
      next: "systemctl \(flag)status oceanid-guard.service oceanid-forward.socket")
    try settle()
  }

  private mutating func restart(_ scope: Units.Scope) throws(SetupFailure) {
    let bound = units.addresses(scope, SetupFacts.sockets)
    // A generator derives the addresses of the socket units from guard.yaml.
    try need(units.call(scope, ["daemon-reload"]))
    let wanted = units.addresses(scope, SetupFacts.sockets)
    if bound == wanted {
      try need(units.call(scope, ["restart", SetupFacts.service]))
    } else {
      // A socket unit binds its new address only if it starts while the service is inactive, which no client may start
      // again through the other unit.
      try need(units.call(scope, ["stop"] + SetupFacts.sockets + [SetupFacts.service]))
      try need(units.call(scope, ["start"] + SetupFacts.sockets + [SetupFacts.service]))
    }
    try settle()
  }

  private mutating func stopMachineGuard() throws(SetupFailure) {
    let states = units.states(.machine, Change.machineUnits) ?? [:]
    try record(
      .machineGuard(
        enabled: Change.machineUnits.filter { states[$0]?.isEnabled != false },
        started: Change.machineUnits.filter { states[$0]?.isActive != false }))
    try asRoot(Change.stopCommand)
  }

  /// Runs a command as root: directly, or through sudo.
  private func asRoot(_ call: CommandInvocation) throws(SetupFailure) {
    let failure = RootCommand(system: system, isUnattended: isUnattended).run(call)
    if let failure { throw failure }
  }
}
