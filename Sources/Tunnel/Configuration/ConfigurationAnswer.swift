internal import Platform
internal import SSH

/// The output of `ssh -vvv -G`: the options on standard output, and debug messages on standard error.
struct ConfigurationAnswer {
  /// A command that ssh(1) ran for a `Match exec`.
  struct Execution: Hashable {
    let command: String
    /// nil if the command had not ended when ssh exited.
    var status: Int32?

    /// Only the first word of the command. Its arguments may contain a secret.
    var shown: String {
      let words = command.split(whereSeparator: \.isWhitespace)
      return "\(PeerText.clean(words.first ?? ""))\(words.count > 1 ? " …" : "")"
    }
  }

  let output: String
  /// The files that ssh read, including those of Include.
  private(set) var files: [String] = []
  private(set) var executions: [Execution] = []
  /// The error lines of ssh, cleaned. Commands in them are shortened to `shown`.
  var errors: [String] {
    messages.map { line in
      executions.reduce(line) { $0.replacing($1.command.prefix(80), with: $1.shown) }
    }
  }
  private var messages: [String] = []
  /// The last file of Include, if ssh did not report that it read it.
  private(set) var unread: String?

  init(output: String, errors text: String) {
    self.output = output
    for line in text.split(whereSeparator: \.isNewline) {
      if let file = Self.rest(line, after: "debug1: Reading configuration data ") {
        files.append(String(file))
        unread = nil
      } else if let command = Self.rest(line, after: "debug1: Executing command: '") {
        executions.append(Execution(command: String(command.dropLast())))
      } else if let file = Self.included(line) {
        unread = file
      } else if let status = Self.rest(line, after: "debug3: command returned status ") {
        if !executions.isEmpty { executions[executions.count - 1].status = Int32(status) }
      } else if !Self.isDebugging(line) {
        messages.append(PeerText.clean(line))
      }
    }
  }

  private static func rest(_ line: Substring, after start: String) -> Substring? {
    line.hasPrefix(start) ? line.dropFirst(start.count) : nil
  }

  /// `debug3: /etc/ssh/ssh_config line 3: Including file /x depth 0` (readconf.c).
  private static func included(_ line: Substring) -> String? {
    guard line.hasPrefix("debug3: "), let start = line.firstRange(of: ": Including file "),
      let end = line.ranges(of: " depth ").last, start.upperBound <= end.lowerBound
    else { return nil }
    return String(line[start.upperBound..<end.lowerBound])
  }

  private static func isDebugging(_ line: Substring) -> Bool {
    ["debug1:", "debug2:", "debug3:", "OpenSSH_", "Pseudo-terminal will not"].contains { line.hasPrefix($0) }
  }

  // MARK: - Problems with the answer

  /// The message that ssh cannot execute the shell for `Match exec`; nil if there is none.
  var shellRefusal: String? { errors.first { $0.hasPrefix("Shell \"") && $0.contains("is not executable") } }

  /// A command that exists but could not be executed: the shell returns 126 then (POSIX, Shell Command Language,
  /// 2.8.2). ssh(1) silently treats that as false.
  var unrunnable: Execution? { executions.first { $0.status == 126 } }

  /// The command that was still running when ssh ended.
  var unfinished: Execution? { executions.last.flatMap { $0.status == nil ? $0 : nil } }

  /// Warnings for the user: a command that does not exist on this machine counts as false.
  var notes: [String] {
    executions.filter { $0.status == 127 }.map {
      "the command of Match exec '\($0.shown)' was not found (status 127), so that Match does not apply"
    }
  }
}
