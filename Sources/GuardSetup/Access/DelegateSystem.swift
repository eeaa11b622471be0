internal import Glibc

/// Access to a machine with the rights of another user, for root. Programs run and files are read as that user, because
/// the user may have replaced a file by a link to one that only root may read. Writes are made as root.
struct DelegateSystem: SetupSystem {
  private let base: any SetupSystem
  let person: SetupUser
  var guardProgram: String { base.guardProgram }

  init(_ base: any SetupSystem, _ person: SetupUser) {
    self.base = base
    self.person = person
  }

  func run(_ call: CommandInvocation) -> CommandResult {
    // setpriv(1) changes only the user and group ids, so env(1) sets the variables.
    var words = ["--reuid=\(person.uid)", "--regid=\(person.gid)", "--init-groups", "env"]
    words += ["HOME=\(person.home)", "USER=\(person.name)", "XDG_RUNTIME_DIR=\(person.runtimeDirectory)"]
    var delegated = CommandInvocation("setpriv", words + call.variables + [call.program] + call.arguments)
    delegated.input = call.input
    delegated.timeLimit = call.timeLimit
    return base.run(delegated)
  }

  func contents(of path: String) -> FileContents {
    guard exists(path) else { return .absent }
    let answer = run(CommandInvocation("cat", ["--", path]))
    return answer.isGood ? .bytes(answer.output) : .unreadable(answer.reason)
  }

  /// The draft is a file of the user, because a file in memory would belong to root.
  func withTemporaryFile<Result>(_ contents: [UInt8], _ body: (String) -> Result) -> Result? {
    var template = Array("/run/oceanid-setup.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { return nil }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let file = "\(folder)/kubeconfig"
    defer {
      try? base.remove(file)
      base.removeFolder(folder)
    }
    guard (try? base.write(contents, to: file, mode: 0o600, owner: nil)) != nil,
      chown(file, person.uid, person.gid) == 0, chown(folder, person.uid, person.gid) == 0
    else { return nil }
    return body(file)
  }

  func variable(_ name: String) -> String? { base.variable(name) }
  func user(named name: String) -> SetupUser? { base.user(named: name) }
  func acting(as person: SetupUser) -> any SetupSystem { base.acting(as: person) }
  func exists(_ path: String) -> Bool { base.exists(path) }
  func hasConnected(socket: String) -> Bool? { base.hasConnected(socket: socket) }
  func isFolder(_ path: String) -> Bool { base.isFolder(path) }
  func status(of path: String) -> FileStatus? { base.status(of: path) }

  func permits(_ right: FileRight, on path: String) -> Bool {
    let test: CommandInvocation =
      switch right {
      case .read: CommandInvocation("test", ["-r", path])
      case .search: CommandInvocation("test", ["-x", path])
      }
    return run(test).isGood
  }

  func obstacle(toWriting path: String) -> WriteObstacle? { base.obstacle(toWriting: path) }
  func hasProgram(_ name: String) -> Bool { base.hasProgram(name) }
  func names(in folder: String) -> [String] { base.names(in: folder) }
  func runOnTerminal(_ words: [String]) -> SetupFailure? { base.runOnTerminal(words) }
  func listener(on listen: String) -> PortHolder? { base.listener(on: listen) }

  /// Writes with the rights of the user, whose folder may be a link to a foreign one.
  func write(_ contents: [UInt8], to path: String, mode: UInt32, owner: FileOwner?) throws(SetupFailure) {
    // `cat` reads the pipe that it inherits. Opening /dev/stdin would need the rights of the pipe's creator.
    let script =
      "umask 077 && rm -f -- \"$1\" && cat >\"$1\" && chmod \"$3\" \"$1\" && mv -f -T -- \"$1\" \"$2\""
    var call = CommandInvocation("sh", ["-c", script, "sh", "\(path).new", path, String(mode, radix: 8)])
    call.input = contents
    let answer = run(call)
    guard answer.isGood else {
      throw SetupFailure("\(path): \(answer.reason)", next: command(afterFailureAt: path))
    }
  }

  func makeFolder(_ path: String, mode: UInt32, owner: FileOwner?) throws(SetupFailure) {
    try base.makeFolder(path, mode: mode, owner: owner)
  }

  func link(_ path: String, to other: String) throws(SetupFailure) { try base.link(path, to: other) }
  func move(_ path: String, to other: String) throws(SetupFailure) { try base.move(path, to: other) }
  func remove(_ path: String) throws(SetupFailure) { try base.remove(path) }
  func removeFolder(_ path: String) { base.removeFolder(path) }
}
