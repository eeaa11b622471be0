internal import GuardAPI
internal import GuardTypes
internal import Health

/// Reverts the changes of a setup, in reverse order. A file that was changed since stays, and so does its entry in the
/// manifest.
package struct Undo {
  private let system: any SetupSystem
  private let root: RootCommand
  private let units: Units
  private let path: String
  private let manifest: Manifest

  /// nil if there is nothing to undo.
  package init?(_ system: any SetupSystem, _ place: SetupPlace, isUnattended: Bool) throws(SetupFailure) {
    self.system = system
    root = RootCommand(system: system, isUnattended: isUnattended)
    units = Units(system: system)
    path = place.record
    guard let manifest = try Manifest.load(system, path) else { return nil }
    self.manifest = manifest
  }

  /// The steps in the order of execution, for the user.
  package var plan: [String] { manifest.entries.reversed().compactMap(words) }

  private func words(_ entry: Manifest.Entry) -> String? {
    let person = system.person
    switch entry {
    case .file(let path, _, nil): return "remove \(person.shown(path))"
    case .file(let path, _, .some): return "restore \(person.shown(path))"
    case .folder: return nil
    case .state, .stateFiles, .keptFolder: return nil
    case .units(_, let enabled, let started, _):
      let names = Set(enabled + started).sorted().joined(separator: ", ")
      return names.isEmpty ? nil : "stop and disable \(names)"
    case .machineGuard: return "enable and start the machine's guard"
    case .manager(let uid): return "stop user@\(uid).service"
    case .linger(let user): return "loginctl disable-linger \(user)"
    case .key(let path, _): return "remove the key \(path)"
    case .authorized(let key, _): return "remove the key from authorized_keys of \(key.host)"
    case .member(let user): return "gpasswd -d \(user) \(FileOwner.serviceName)"
    }
  }

  /// - Parameter report: called with each result.
  /// - Returns: the reasons why entries could not be undone; empty if all changes were reverted.
  package func run(
    _ report: (_ words: String, _ isDone: Bool) -> Void
  ) throws(SetupFailure) -> [SetupFailure] {
    let folders = manifest.entries.filter { if case .folder = $0 { true } else { false } }
    var left = manifest
    // Without lingering the service manager of a user without a login session ends, so its units come first.
    let later = manifest.entries.filter(\.endsTheManager)
    left.entries = later + manifest.entries.filter { !folders.contains($0) && !later.contains($0) }
    var kept: [Manifest.Entry] = []
    var failures: [SetupFailure] = []
    while let entry = left.entries.popLast() {
      if let failure = undo(entry) {
        kept.insert(entry, at: 0)
        failures.append(failure)
        report(failure.words, false)
      } else if let words = words(entry) {
        report(words, true)
      }
      var rest = left
      rest.entries = folders + left.entries + kept
      try rest.save(system, path)
    }
    guard kept.isEmpty else { return failures }
    try system.remove(path)
    for case .folder(let folder) in folders.reversed() { system.removeFolder(folder) }
    return []
  }

  /// Returns nil if the entry was undone.
  private func undo(_ entry: Manifest.Entry) -> SetupFailure? {
    switch entry {
    case .file(let path, let checksums, let backup): return restore(path, checksums, backup)
    case .folder: return nil
    case .state(let folder):
      removeState(folder, except: [], removesFolder: true)
      return nil
    case .stateFiles(let folder, let kept, let mode):
      removeState(folder, except: Set(kept), removesFolder: false)
      return restore(mode, of: folder)
    case .keptFolder(let folder, let mode):
      do throws(SetupFailure) {
        if !system.exists(folder) { try system.makeFolder(folder, mode: 0o755, owner: nil) }
        return restore(mode, of: folder)
      } catch {
        return error
      }
    case .units(.user, let enabled, _, _) where !isUserManagerRunning:
      return enabled.isEmpty ? nil : failure(of: units.offline(["disable"] + enabled))
    case .units(let scope, let enabled, let started, let running):
      let stopped = started.isEmpty ? nil : failure(of: units.call(scope, ["stop"] + socketsFirst(started)))
      let disabled = enabled.isEmpty ? nil : failure(of: units.call(scope, ["disable"] + enabled))
      _ = system.run(units.call(scope, ["daemon-reload"]))
      let restarted = running.isEmpty ? nil : failure(of: units.call(scope, ["start"] + running))
      return stopped ?? disabled ?? restarted
    case .machineGuard(let enabled, let started):
      let failed = enabled.isEmpty ? nil : root.run(CommandInvocation("systemctl", ["enable"] + enabled))
      return failed ?? (started.isEmpty ? nil : root.run(CommandInvocation("systemctl", ["start"] + started)))
    case .manager(let uid):
      return failure(of: CommandInvocation("systemctl", ["stop", "user@\(uid).service"]))
    case .linger(let user):
      guard system.exists("/var/lib/systemd/linger/\(user)") else { return nil }
      let call = CommandInvocation("loginctl", ["disable-linger", user])
      return system.run(call).isGood ? nil : root.run(call)
    case .key(let path, let publicKey): return removeKey(path, publicKey)
    case .authorized(let key, let line):
      let caller =
        system.person.uid == key.caller ? system : SetupUser.known(key.caller).map(system.acting(as:))
      switch AuthorizedKey.answer((caller ?? system).run(key.call(.remove, line: line))) {
      case .absent: return nil
      case .present: return SetupFailure("\(key.host) did not remove the key", next: key.byHand)
      case .unable(let reason):
        return SetupFailure(
          "your login on \(key.host) did not remove the key (\(reason)); remove this line from authorized_keys there: \(line)",
          next: key.byHand)
      }
    case .member(let user):
      return failure(of: CommandInvocation("gpasswd", ["-d", user, FileOwner.serviceName]))
    }
  }

  /// Restores the mode of a folder that existed before.
  private func restore(_ mode: UInt32?, of folder: String) -> SetupFailure? {
    guard let mode, system.isFolder(folder), system.status(of: folder)?.mode != mode else { return nil }
    return failure(of: CommandInvocation("chmod", [String(mode, radix: 8), folder]))
  }

  private func removeKey(_ path: String, _ publicKey: String?) -> SetupFailure? {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path
    guard !system.isOccupied(folder: folder) else {
      return SetupFailure(
        "\(folder) is a link, so its files stay", next: "ls -ld \(folder.shellWord)")
    }
    let now = system.contents(of: "\(path).pub")
    guard now == .absent || publicKey == nil || now.text == publicKey else { return changed(path) }
    do throws(SetupFailure) {
      try system.remove(path)
      try system.remove("\(path).pub")
      return nil
    } catch {
      return error
    }
  }

  /// Sockets are stopped first, because a client that connects to one would start the service again.
  private func socketsFirst(_ units: [String]) -> [String] {
    units.filter { $0.hasSuffix(".socket") } + units.filter { !$0.hasSuffix(".socket") }
  }

  private func failure(of call: CommandInvocation) -> SetupFailure? {
    let answer = system.run(call)
    return answer.isGood ? nil : SetupFailure("\(call.shown): \(answer.reason)", next: call.shown)
  }

  private func restore(_ path: String, _ checksums: [Checksum], _ backup: String?) -> SetupFailure? {
    let now = system.contents(of: path)
    let isOurs = if case .bytes(let bytes) = now { checksums.contains(Checksum(of: bytes)) } else { false }
    do throws(SetupFailure) {
      guard let backup, system.exists(backup) else {
        // If the recorded backup was never made, a file that setup did not write is the original.
        if isOurs, backup == nil { try system.remove(path) }
        return isOurs && backup != nil || now != .absent && !isOurs && backup == nil ? changed(path) : nil
      }
      if isOurs || now == .absent {
        try system.move(backup, to: path)
      } else if now == system.contents(of: backup) {
        try system.remove(backup)
      } else {
        return changed(path)
      }
      return nil
    } catch {
      return error
    }
  }

  private func changed(_ path: String) -> SetupFailure {
    SetupFailure(
      "\(system.person.shown(path)) was changed since, so it stays", next: Undo.removal(of: path, system))
  }

  /// Setup of the machine runs as root; the reader may not be root.
  private static func removal(of path: String, _ system: any SetupSystem) -> String {
    let isOwn = path.hasPrefix("\(system.person.home)/") || system.variable("SUDO_UID") == nil
    return Tools.find(system, isRoot: isOwn).asRoot("rm -i \(path.shellWord)")
  }

  /// True if the service manager of the user runs. If not, none of its units does.
  private var isUserManagerRunning: Bool {
    units.environment() != nil || system.exists("\(system.person.runtimeDirectory)/systemd/private")
  }

  /// True for the guard's own files: by their names, and by how their contents begin, because a user may have a file
  /// `problems-todo` in the same folder. A name with a suffix, such as `problems-notes.md`, is only one of them if
  /// there is another file of that cluster: a cluster may be named after a domain.
  private func isState(_ name: String, in folder: String) -> Bool {
    guard name != StateFile.incidents else { return true }
    guard let kind = StateFile.allCases.first(where: { name.hasPrefix($0.prefix) }) else { return false }
    var cluster = String(name.dropFirst(kind.prefix.count))
    if cluster.hasSuffix(StateFile.damaged) { cluster.removeLast(StateFile.damaged.count) }
    guard beginsLikeState("\(folder)/\(name)") else { return false }
    return !cluster.contains(".")
      || StateFile.allCases.contains { $0 != kind && system.exists("\(folder)/\($0.name(of: cluster))") }
  }

  /// True for an empty file, an object of JSON, or lines that begin with a time or one of the words of the state files.
  private func beginsLikeState(_ path: String) -> Bool {
    guard case .bytes(let bytes) = system.contents(of: path) else { return false }
    guard let first = bytes.first else { return true }
    let word = String(decoding: bytes.prefix(16).prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    return first == UInt8(ascii: "{") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
      || StateFile.words.contains(word)
  }

  /// Removes the guard's own state: incidents, undelivered alerts and measurements. Other files stay.
  private func removeState(_ folder: String, except kept: Set<String>, removesFolder: Bool) {
    guard system.isFolder(folder) else {
      // systemd 254 and later may have created it as a link to the folder of the configuration.
      if removesFolder { try? system.remove(folder) }
      return
    }
    let alerts = StateFile.alerts
    // All names are judged before the first file is removed, because a name may depend on another.
    let files = StateFolderFacts.files(in: folder, system).filter { name in
      !kept.contains(name)
        && (name.hasPrefix("\(alerts)/") ? name.hasSuffix(".spool") : isState(name, in: folder))
    }
    for name in files { try? system.remove("\(folder)/\(name)") }
    if system.isFolder("\(folder)/\(alerts)"), !kept.contains(alerts) {
      system.removeFolder("\(folder)/\(alerts)")
    }
    if removesFolder { system.removeFolder(folder) }
  }
}

extension Manifest.Entry {
  /// True if the undoing may end the service manager of the user.
  fileprivate var endsTheManager: Bool {
    switch self {
    case .linger, .manager: true
    case .file, .folder, .state, .stateFiles, .keptFolder, .units, .machineGuard, .key, .authorized, .member:
      false
    }
  }
}
