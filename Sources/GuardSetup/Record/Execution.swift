internal import Health

/// Carries out changes, each after its entry in the manifest.
package struct Execution {
  private let system: any SetupSystem
  private let path: String
  private let isUnattended: Bool
  private let units: Units
  package private(set) var manifest: Manifest

  /// - Parameter isUnattended: no program may ask on the terminal.
  package init(_ system: any SetupSystem, isUnattended: Bool) throws(SetupFailure) {
    self.system = system
    self.isUnattended = isUnattended
    path = Manifest.path(for: system.person)
    units = Units(system: system)
    manifest = try Manifest.load(system, path) ?? Manifest()
  }

  /// Records folders that do not exist, and makes those that the manifest needs.
  package mutating func begin(_ missing: [String]) throws(SetupFailure) {
    for folder in missing where system.person.folder.isBelow(folder) {
      try system.makeFolder(folder, mode: 0o755, owner: nil)
    }
    let known = Set(manifest.entries)
    // A folder that an interrupted setup made is empty.
    manifest.entries += missing.map { .folder(path: $0) }.filter { !known.contains($0) }
    let state = Manifest.Entry.state(path: system.person.folder)
    // Before systemd 254, the guard's state is in the folder of its configuration.
    if missing.contains(system.person.folder), !known.contains(state) { manifest.entries.append(state) }
    if manifest.entries.count > known.count { try save() }
  }

  package mutating func perform(_ change: Change) throws(SetupFailure) {
    switch change {
    case .file(let file): try write(file)
    case .stopMachineGuard: try stopMachineGuard()
    case .startManager(let uid):
      try record(.manager(uid: uid))
      try need(ProgramCall("systemctl", ["start", "user@\(uid).service"]))
    case .start(let scope, let names): try start(scope, names)
    case .restart(let scope):
      try need(units.call(scope, ["daemon-reload"]))
      try need(units.call(scope, ["restart", SetupFacts.service]))
      try settle()
    case .linger(let user):
      try record(.linger(user: user))
      let call = ProgramCall("loginctl", ["enable-linger", user])
      // Without polkit, a user may not do it.
      if !system.run(call).isGood { try asRoot(call) }
    }
  }

  private func save() throws(SetupFailure) { try manifest.save(system, path) }

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

  private func need(_ call: ProgramCall, next: String? = nil) throws(SetupFailure) {
    let answer = system.run(call)
    guard answer.isGood else {
      throw SetupFailure("\(call.shown): \(answer.reason)", next: next ?? call.shown)
    }
  }

  // MARK: - Files

  private mutating func write(_ file: Change.FileChange) throws(SetupFailure) {
    let checksum = Checksum(of: file.contents)
    var backup: String?
    if let known = manifest.file(file.path) {
      backup = known.backup
      manifest.entries[known.index] = .file(path: file.path, checksum: checksum, backup: backup)
    } else {
      if system.exists(file.path) { backup = "\(file.path).before-setup" }
      manifest.entries.append(.file(path: file.path, checksum: checksum, backup: backup))
    }
    manifest.isRestartPending = true
    try save()
    if let backup, !system.exists(backup), system.exists(file.path) {
      try system.link(file.path, to: backup)
    }
    for folder in folders(above: file.path) where !system.exists(folder) {
      try system.makeFolder(folder, mode: 0o755, owner: nil)
    }
    try system.write(file.contents, to: file.path, mode: file.mode, owner: file.owner)
  }

  private func folders(above path: String) -> [String] {
    let names = path.split(separator: "/").dropLast()
    return names.indices.map { "/" + names[...$0].joined(separator: "/") }
  }

  // MARK: - Units

  private mutating func start(_ scope: Units.Scope, _ names: [String]) throws(SetupFailure) {
    try need(units.call(scope, ["daemon-reload"]))
    let states = units.states(scope, names) ?? [:]
    let stopped = names.filter { states[$0]?.isActive != true }
    if scope == .user { try recordState() }
    try record(
      .units(scope: scope, enabled: names.filter { states[$0]?.isEnabled != true }, started: stopped))
    try need(units.call(scope, ["enable"] + names))
    // A socket unit does not start beside its service, which holds the port itself then.
    if stopped != [], !stopped.contains(SetupFacts.service) {
      try need(units.call(scope, ["stop", SetupFacts.service]))
    }
    // The port may have been taken when the socket unit started last.
    _ = system.run(units.call(scope, ["reset-failed"] + names))
    let flag = scope == .user ? "--user " : ""
    try need(
      units.call(scope, ["start"] + names.filter { $0.hasSuffix(".socket") } + [SetupFacts.service]),
      next: "systemctl \(flag)status oceanid-guard.service oceanid-forward.socket")
    try settle()
  }

  private mutating func recordState() throws(SetupFailure) {
    let state = "\(system.person.stateHome)/oceanid"
    if !system.exists(state) { try record(.state(path: state)) }
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
  private func asRoot(_ call: ProgramCall) throws(SetupFailure) {
    let failure = RootCommand(system: system, isUnattended: isUnattended).run(call)
    if let failure { throw failure }
  }
}

extension String {
  /// `/a/b` is below `/a` and below itself.
  fileprivate func isBelow(_ folder: String) -> Bool { self == folder || hasPrefix(folder + "/") }
}
