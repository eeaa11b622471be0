internal import Glibc
internal import GuardAPI
package import GuardClientDoctor
internal import GuardConnection
internal import GuardTypes
internal import Platform

/// Access to this machine.
package struct LocalSystem: SetupSystem {
  package let person: SetupUser
  package let guardProgram: String

  /// nil if the user database does not have this process's user.
  package init?(guardProgram: GuardProgram) {
    guard let person = SetupUser.current else { return nil }
    self.person = person
    self.guardProgram = guardProgram.path
  }

  /// True if another user started this process as root through sudo(8).
  package var isThroughSudo: Bool { person.isRoot && variable("SUDO_UID").map { $0 != "0" } ?? false }

  package func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  package func user(named name: String) -> SetupUser? { SetupUser.named(name) }

  package func acting(as person: SetupUser) -> any SetupSystem { DelegateSystem(self, person) }

  package func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  package func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  package func status(of path: String) -> FileStatus? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return FileStatus(
      owner: status.st_uid, ownerName: SetupUser.known(status.st_uid)?.name ?? "uid \(status.st_uid)",
      mode: status.st_mode & 0o7777, isFolder: status.st_mode & S_IFMT == S_IFDIR)
  }

  package func permits(_ right: FileRight, on path: String) -> Bool {
    switch right {
    case .read: access(path, R_OK) == 0
    case .search: access(path, X_OK) == 0
    }
  }

  /// The innermost folder of a path that exists.
  private func existingFolder(of path: String) -> String {
    var folder = path
    repeat {
      folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
    } while !folder.isEmpty
      && !exists(folder)
    return folder.isEmpty ? "/" : folder
  }

  package func obstacle(toWriting path: String) -> WriteObstacle? {
    let folder = existingFolder(of: path)
    if path.hasPrefix("\(person.home)/"), !exists(person.home) {
      return WriteObstacle(kind: .homeMissing, folder: person.home)
    }
    // A symbolic link to a folder counts as a folder; a dangling link does not.
    var target = stat()
    let isFound = stat(folder, &target) == 0
    let isHidden = !isFound && errno != ENOENT && errno != ELOOP
    guard isHidden || isFound && target.st_mode & S_IFMT == S_IFDIR else {
      return WriteObstacle(kind: .occupied, folder: folder)
    }
    var system = statvfs()
    guard statvfs(folder, &system) == 0 else { return WriteObstacle(kind: .denied, folder: folder) }
    if system.f_flag & UInt(ST_RDONLY) != 0 { return WriteObstacle(kind: .readOnly, folder: folder) }
    // Some file systems have no table of inodes, and report 0 of 0.
    let hasInodes = system.f_files == 0 || system.f_favail > 0
    guard UInt64(system.f_bavail) * UInt64(system.f_frsize) >= WriteObstacle.minFreeBytes, hasInodes else {
      return WriteObstacle(kind: .full, folder: folder)
    }
    return access(folder, W_OK | X_OK) == 0 ? nil : WriteObstacle(kind: .denied, folder: folder)
  }

  package func hasProgram(_ name: String) -> Bool { ProgramPath.has(name) }

  package func names(in folder: String) -> [String] { SmallFile.names(in: folder).sorted() }

  package func contents(of path: String) -> FileContents {
    do throws(SystemError) {
      return .bytes(try SmallFile.read(path, limit: 1 << 20))
    } catch {
      return error.isMissing ? .absent : .unreadable(error.reason)
    }
  }

  package func hasConnected(socket: String) -> Bool? {
    let client = DaemonClient(socket: .resolve(option: socket), timeout: .seconds(2))
    guard let status = try? client.status() else { return nil }
    return status.clusters.contains { $0.tunnel.state == .up || $0.poll.seenAt != nil }
  }

  package func run(_ call: CommandInvocation) -> CommandResult {
    let command = Command(
      program: call.program, arguments: call.arguments, variables: call.variables, input: call.input,
      outputLimit: 4 << 20)
    do throws(SystemError) {
      let outcome = try command.run(until: .now + call.timeLimit, isCancelled: { false })
      let status: Int32? = if case .exited(let code) = outcome.end { code } else { nil }
      return CommandResult(status: status, output: outcome.output, errors: outcome.errors)
    } catch {
      return CommandResult(status: nil, errors: "\(error)")
    }
  }

  package func runOnTerminal(_ words: [String]) -> SetupFailure? {
    guard let program = words.first else { return nil }
    do throws(SystemError) {
      let status = try ForegroundProgram.run(program, Array(words.dropFirst()))
      return status == 0
        ? nil : SetupFailure("\(program) ended with exit status \(status)", next: words.asShellLine)
    } catch {
      return SetupFailure("\(error)", next: words.asShellLine)
    }
  }

  package func withTemporaryFile<Result>(_ contents: [UInt8], _ body: (String) -> Result) -> Result? {
    guard let draft = try? MemoryFile(contents) else { return nil }
    return withExtendedLifetime(draft) { body(draft.path) }
  }

  package func listener(on listen: String) -> PortHolder? {
    guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...])
    else { return nil }
    let host = listen[..<colon].filter { $0 != "[" && $0 != "]" }
    guard PortListener.isListening(port: port, host: host) else { return nil }
    let uid = PortListener.user(port: port, host: host)
    guard let found = PortListener.find(port: port, host: host) else {
      return PortHolder(words: PortListener.owner(port: port, host: host) ?? "a process", pid: nil, uid: uid)
    }
    let pid = found.split(separator: " ").last.flatMap { Int32($0.dropLast()) }
    return PortHolder(words: found, pid: pid, uid: uid)
  }

  package func write(
    _ contents: [UInt8], to path: String, mode: UInt32, owner: FileOwner?
  ) throws(SetupFailure) {
    do throws(SystemError) {
      try SmallFile.replace(path, with: contents, mode: mode)
    } catch {
      throw failure(error, at: path)
    }
    if let owner { try changeOwner(path, to: owner) }
  }

  package func makeFolder(_ path: String, mode: UInt32, owner: FileOwner?) throws(SetupFailure) {
    do throws(SystemError) {
      try SmallFile.makeFolder(path, mode: mode)
    } catch {
      throw failure(error, at: path)
    }
    if let owner { try changeOwner(path, to: owner) }
  }

  private func changeOwner(_ path: String, to owner: FileOwner) throws(SetupFailure) {
    guard let service = SetupUser.named(FileOwner.serviceName) else {
      throw .noServiceUser
    }
    let uid: UInt32 =
      switch owner {
      case .service: service.uid
      case .readers: 0
      }
    guard lchown(path, uid, service.gid) == 0 else {
      throw failure(.last("chown \(path)"), at: path)
    }
  }

  package func link(_ path: String, to other: String) throws(SetupFailure) {
    guard Glibc.link(path, other) == 0 else { throw failure(.last("link \(path)"), at: path) }
  }

  package func move(_ path: String, to other: String) throws(SetupFailure) {
    guard rename(path, other) == 0 else { throw failure(.last("rename \(path)"), at: path) }
  }

  package func remove(_ path: String) throws(SetupFailure) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw failure(.last("unlink \(path)"), at: path)
    }
  }

  package func removeFolder(_ path: String) { rmdir(path) }

  private func failure(_ error: SystemError, at path: String) -> SetupFailure {
    let kind: WriteObstacle.Kind? =
      switch error.code {
      case ENOSPC, EDQUOT: .full
      case EROFS: .readOnly
      default: nil
      }
    let obstacle = kind.map { WriteObstacle(kind: $0, folder: existingFolder(of: path)) }
    return SetupFailure("\(error)", next: obstacle?.command ?? command(afterFailureAt: path))
  }
}
