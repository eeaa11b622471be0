internal import Platform
internal import SSH

/// The output of `ssh -vvv -G`: the options, and its messages while it read them.
struct ConfigurationAnswer {
  /// A command that ssh(1) ran for a `Match exec`.
  struct Execution: Hashable {
    let command: String
    /// nil: it did not end.
    var status: Int32?

    /// Its first word: the others may hold a secret.
    var shown: String {
      let words = command.split(whereSeparator: \.isWhitespace)
      return "\(PeerText.clean(words.first ?? ""))\(words.count > 1 ? " …" : "")"
    }
  }

  let output: String
  /// Files that it read, those of Include too.
  private(set) var files: [String] = []
  private(set) var executions: [Execution] = []
  /// Lines that are errors of its own, cleaned; of a command in them only what is shown of it.
  var errors: [String] {
    messages.map { line in
      executions.reduce(line) { $0.replacing($1.command.prefix(80), with: $1.shown) }
    }
  }
  private var messages: [String] = []
  /// A file of Include that it had begun to open, and not to read.
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

  // MARK: - What may be wrong with it

  /// The shell that runs the commands of `Match exec` can't be run.
  var shellRefusal: String? { errors.first { $0.hasPrefix("Shell \"") && $0.contains("is not executable") } }

  /// A command that was there and could not be run: 126 is the shell's own status (POSIX, Shell Command Language,
  /// 2.8.2). ssh(1) takes that for false in silence.
  var unrunnable: Execution? { executions.first { $0.status == 126 } }

  /// A command that was still running when ssh was ended.
  var unfinished: Execution? { executions.last.flatMap { $0.status == nil ? $0 : nil } }

  /// Remarks on the answer for the user: a command that does not exist on this machine counts as false.
  var notes: [String] {
    executions.filter { $0.status == 127 }.map {
      "the command of Match exec '\($0.shown)' was not found (status 127), so that Match does not apply"
    }
  }
}
