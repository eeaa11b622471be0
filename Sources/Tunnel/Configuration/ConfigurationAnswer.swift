internal import GuardTypes
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
  /// The paths and patterns of Include in the files of ssh_config.
  var includes: [String] = []
  private(set) var executions: [Execution] = []
  /// True if a command of `Match exec` wrote to standard error, which ssh passes to it.
  let hasNoise: Bool
  /// The error lines of ssh, cleaned. Commands in them are shortened to `shown`.
  var errors: [String] { messages.map(shown) }
  private var messages: [String] = []
  /// The last file of Include, if ssh did not report that it read it.
  private(set) var unread: String?

  /// - Parameters:
  ///   - log: the messages of ssh, without what the commands of `Match exec` wrote.
  ///   - noise: what they wrote to standard error. Their standard output is /dev/null.
  init(output: String, errors log: String, noise: String = "") {
    self.output = output
    hasNoise = !noise.allSatisfy(\.isWhitespace)
    for line in log.split(whereSeparator: \.isNewline) {
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
        messages.append(String(line))
      }
    }
  }

  private func shown(_ line: String) -> String {
    executions.reduce(PeerText.clean(line)) { $0.replacing($1.command.prefix(80), with: $1.shown) }
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

  /// True for a line that is not an error. All lines of the log, and no option, begin like this.
  static func isDebugging(_ line: Substring) -> Bool {
    ["debug1:", "debug2:", "debug3:", "OpenSSH_", "Pseudo-terminal will not"].contains { line.hasPrefix($0) }
  }

  // MARK: - Problems with the answer

  /// The message that ssh cannot execute the shell for `Match exec`; nil if there is none.
  var shellRefusal: String? {
    messages.first { $0.hasPrefix("Shell \"") && $0.contains("is not executable") }.map(shown)
  }

  /// The file of ssh_config that ssh(1) does not use because of its owner or mode (readconf.c).
  var exposedFile: String? {
    let start = "Bad owner or permissions on "
    return messages.first { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
  }

  /// A command that exists but could not be executed: the shell returns 126 then (POSIX, Shell Command Language,
  /// 2.8.2). ssh(1) silently treats that as false.
  var unrunnable: Execution? { executions.first { $0.status == 126 } }

  /// The command that was still running when ssh ended.
  var unfinished: Execution? { executions.last.flatMap { $0.status == nil ? $0 : nil } }

  /// The commands that wrote to standard error, or one of which did.
  var noisy: String? {
    guard hasNoise, let last = executions.last else { return nil }
    let names = executions.reduce(into: [String]()) { if !$0.contains($1.shown) { $0.append($1.shown) } }
    return names.count == 1
      ? "the command '\(last.shown)' of a Match exec wrote to standard error"
      : "one of the commands of Match exec (\(names.listed())) wrote to standard error"
  }

  /// Warnings for the user: ssh silently takes a command that cannot be run for false (POSIX, Shell Command Language,
  /// 2.8.2).
  var notes: [String] {
    executions.compactMap { execution in
      switch execution.status {
      case 126:
        "the command of Match exec '\(execution.shown)' cannot be executed (status 126), so that Match does not apply"
      case 127:
        "the command of Match exec '\(execution.shown)' was not found (status 127), so that Match does not apply"
      case _: nil
      }
    }
  }
}

/// The paths and patterns of Include in files of ssh_config. A file that appears there later changes the configuration.
enum IncludedPaths {
  /// ssh is not asked about larger files of ssh_config.
  static let maxBytes = 4 << 20

  /// - Parameter home: the folder for `~`.
  static func find(in files: [String], home: String) -> [String] {
    let paths = Set(files).flatMap { file in
      find(in: (try? SmallFile.read(file, limit: maxBytes)) ?? [], of: file, home: home)
    }
    return Set(paths).sorted()
  }

  /// - Parameter bytes: the content of this file.
  static func find(in bytes: [UInt8], of file: String, home: String) -> [String] {
    String(decoding: bytes, as: UTF8.self).lines.map(ConfigurationLine.init)
      .filter { $0.keyword.lowercased() == "include" }.flatMap(\.arguments)
      .compactMap { path($0, in: file, home: home) }
  }

  /// nil if only ssh can expand it.
  private static func path(_ word: String, in file: String, home: String) -> String? {
    if word.hasPrefix("~/") { return home + word.dropFirst() }
    if word.hasPrefix("/") { return word }
    guard !word.isEmpty, !word.hasPrefix("~"), !word.hasPrefix("$"), !word.hasPrefix("%") else { return nil }
    // ssh_config(5), Include: the folder depends on whose file it is.
    return (file.hasPrefix("/etc/ssh/") ? "/etc/ssh/" : home + "/.ssh/") + word
  }
}

/// A line of ssh_config: its keyword and arguments, without quotes and comments.
struct ConfigurationLine {
  let keyword: String
  let arguments: [String]

  init(_ line: Substring) {
    let line = line.drop { $0.isWhitespace }
    let keyword = line.prefix { !$0.isWhitespace && $0 != "=" }
    self.keyword = keyword.filter { $0 != "\"" }
    var words: [String] = []
    var word: String?
    var quote: Character?
    // ssh(1) accepts one = after the keyword.
    let rest = line.dropFirst(keyword.count).drop { $0.isWhitespace }
    for character in rest.hasPrefix("=") ? rest.dropFirst() : rest {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character.isWhitespace {
        words += [word].compactMap(\.self)
        word = nil
      } else if quote == nil, character == "#", word == nil {
        break
      } else {
        word = (word ?? "") + String(character)
      }
    }
    arguments = words + [word].compactMap(\.self)
  }
}
