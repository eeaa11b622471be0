internal import GuardTypes
internal import Health

/// Access to a machine. Facts are found and plans are executed through it only, so both can be tested without one.
package protocol SetupSystem {
  /// The user for whom the guard is set up.
  var person: SetupUser { get }
  /// The path of oceanid-guard.
  var guardProgram: String { get }

  func variable(_ name: String) -> String?
  /// The user with that name; nil if this machine has none.
  func user(named name: String) -> SetupUser?
  /// The same machine with the rights and files of another user. Only root may use it.
  func acting(as person: SetupUser) -> any SetupSystem
  /// True if the path has an entry, even a broken link.
  func exists(_ path: String) -> Bool
  func isFolder(_ path: String) -> Bool
  func names(in folder: String) -> [String]
  func contents(of path: String) -> FileContents
  /// Follows links; nil if there is nothing, or if the user may not look there.
  func status(of path: String) -> FileStatus?
  /// True if the user has the right now.
  func permits(_ right: FileRight, on path: String) -> Bool
  /// The reason why no file can be written at the path; nil if one can.
  func obstacle(toWriting path: String) -> WriteObstacle?
  /// True if the program is in PATH.
  func hasProgram(_ name: String) -> Bool
  /// Runs a program without a terminal.
  func run(_ call: CommandInvocation) -> CommandResult
  /// Runs a program that may ask on the terminal. Returns the reason if it fails.
  func runOnTerminal(_ words: [String]) -> SetupFailure?
  /// Calls `body` with the path of a file in memory.
  func withTemporaryFile<Result>(_ contents: [UInt8], _ body: (String) -> Result) -> Result?
  /// The process that listens on an address such as `127.0.0.1:16443`; nil if there is none.
  func listener(on listen: String) -> PortHolder?

  /// Whether a running guard has reached a cluster since its start; nil if it does not answer this user.
  func hasConnected(socket: String) -> Bool?

  /// Replaces a file as a whole.
  func write(_ contents: [UInt8], to path: String, mode: UInt32, owner: FileOwner?) throws(SetupFailure)
  func makeFolder(_ path: String, mode: UInt32, owner: FileOwner?) throws(SetupFailure)
  /// Creates the hard link `other`, which keeps the contents when `path` is replaced.
  func link(_ path: String, to other: String) throws(SetupFailure)
  func move(_ path: String, to other: String) throws(SetupFailure)
  func remove(_ path: String) throws(SetupFailure)
  /// Removes a folder if it is empty.
  func removeFolder(_ path: String)
}

extension SetupSystem {
  /// True if a link or a file is where a folder should be.
  func isOccupied(folder: String) -> Bool { exists(folder) && !isFolder(folder) }

  /// The command that leads on after a failed write.
  func command(afterFailureAt path: String) -> String {
    obstacle(toWriting: path)?.command ?? "namei -l \(path.shellWord)"
  }
}

/// One run of a program.
package struct CommandInvocation: Hashable, Sendable {
  let program: String
  let arguments: [String]
  var input: [UInt8]?
  /// `NAME=value`
  var variables: [String] = []
  var timeLimit: Duration = .seconds(20)

  init(_ program: String, _ arguments: [String]) {
    self.program = program
    self.arguments = arguments
  }

  /// As a command line of a shell.
  var shown: String { ([program] + arguments).asShellLine }
}

extension [String] {
  /// The words as a command line of a shell.
  var asShellLine: String { map(\.shellWord).joined(separator: " ") }
}

package struct CommandResult: Hashable, Sendable {
  /// nil if the program was not started or did not end in time.
  let status: Int32?
  let output: [UInt8]
  let errors: String

  package init(status: Int32?, output: [UInt8] = [], errors: String = "") {
    self.status = status
    self.output = output
    self.errors = errors
  }

  var isGood: Bool { status == 0 }
  var text: String { String(decoding: output, as: UTF8.self) }
  /// The last line on standard error, or else how the program ended.
  var reason: String {
    errors.split(separator: "\n").last.map(String.init) ?? status.map { "exit status \($0)" }
      ?? "it did not end in time"
  }
}

package enum FileContents: Hashable, Sendable {
  case absent
  case bytes([UInt8])
  case unreadable(String)

  /// nil if the file is not readable text.
  var text: String? {
    if case .bytes(let bytes) = self { String(validating: bytes, as: UTF8.self) } else { nil }
  }
}

/// The process that listens on a port.
package struct PortHolder: Hashable, Sendable {
  /// `ssh (pid 4242)`, or `a process of mallory (uid 1001)`.
  let words: String
  /// nil if the process is invisible to this user.
  let pid: Int32?
  let uid: UInt32?
}

/// The owner of a file.
package enum FileOwner: Hashable, Sendable {
  /// The user and the group of the system service.
  case service
  /// Root; the group of the system service may read it.
  case readers

  static let serviceName = "oceanid"
}

/// The reason why a step failed.
package struct SetupFailure: Error, Hashable, Sendable {
  let words: String
  /// The command that leads on.
  let next: String

  init(_ words: String, next: String) {
    self.words = words
    self.next = next
  }

  /// The user of the service is missing. systemd-sysusers(8) makes it from the file of the installation.
  static var noServiceUser: SetupFailure {
    SetupFailure("this machine has no user \(FileOwner.serviceName)", next: "systemd-sysusers")
  }
}
