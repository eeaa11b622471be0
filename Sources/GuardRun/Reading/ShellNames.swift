/// The names that a script defines. The order of its commands is ignored: a name has every value that it gets anywhere.
struct ShellNames {
  /// Values per name, so that a script cannot make the reading slow.
  private static let valueLimit = 8

  private(set) var values: [String: [ShellWord]] = [:]
  /// The words of loops: each field of a word is a value.
  private(set) var loops: [String: [ShellWord]] = [:]
  private(set) var functions: [String: ShellScript] = [:]
  var aliases: [String: String] = [:]
  /// Programs that the script copies, moves, links or hashes, by the name of the copy.
  var copies: [String: String] = [:]
  /// The texts that the script writes to files, by the path that it writes and by the name of the file.
  var files: [String: [String]] = [:]
  /// The words of commands whose output is written to files and cannot be known.
  var computedFiles: [String: String] = [:]
  /// The words of commands whose output `read` assigns to variables.
  var sources: [String: String] = [:]
  /// The arguments of the script or function, from `$1`; nil if they are unknown.
  var arguments: [String]?
  /// The functions that are being read, because a function may call itself.
  var active: Set<String> = []

  private mutating func set(_ name: String, _ words: [ShellWord]) {
    let known = values[name] ?? []
    values[name] = known + words.prefix(max(0, ShellNames.valueLimit - known.count))
  }

  private mutating func set(_ assignment: ShellAssignment) {
    let known = values[assignment.name] ?? []
    guard assignment.appends, !known.isEmpty else { return set(assignment.name, [assignment.value]) }
    // The assignment may be in a branch, so the values without it stay.
    let longer = known.map { assignment.appended(to: $0) }
    if known.count + longer.count <= ShellNames.valueLimit {
      values[assignment.name] = known + longer
    } else {
      values[assignment.name] = longer.suffix(ShellNames.valueLimit - 1) + [ShellWord(parts: [.computed([])])]
    }
  }

  mutating func set(_ name: String, _ text: String) {
    set(name, [ShellWord(parts: [.text(text, isQuoted: false)])])
  }

  /// The texts of a file. The same file has several paths, therefore only its name counts: `/tmp/a.sh`, `./a.sh`.
  func text(ofFile path: String) -> [String]? { files[path] ?? files[ShellNames.fileName(path)] }

  /// A file has a few texts, because copies of copies would multiply them.
  mutating func add(_ text: String, toFile file: String) {
    let known = files[file] ?? []
    if known.count < ShellNames.valueLimit, !known.contains(text) { files[file] = known + [text] }
  }

  static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Collects the definitions of a script, except for those of the scripts in its words.
  mutating func collect(_ script: ShellScript) {
    for command in script.pipelines.joined() {
      switch command.content {
      case .simple(let assignments, let words):
        for assignment in assignments { set(assignment) }
        collectAlias(words)
        collectCopy(words)
        collectArguments(words)
      case .group(let inner): collect(inner)
      case .loop(let variable, let values, let body):
        loops[variable, default: []] += values.prefix(64)
        collect(body)
      case .function(let name, let body):
        functions[name] = body
        collect(body)
      }
    }
  }

  /// `set -- words` and `set words` replace the arguments.
  private mutating func collectArguments(_ words: [ShellWord]) {
    guard words.first?.literal == "set" else { return }
    var rest = words.dropFirst()
    while let option = rest.first?.literal, option.hasPrefix("-") || option.hasPrefix("+") {
      rest.removeFirst()
      if option == "--" { break }
      // The name of a shell option.
      if option.hasSuffix("o") { rest = rest.dropFirst() }
    }
    guard !rest.isEmpty else { return }
    set(ShellAssignment(name: "@", values: Array(rest), isArray: true))
  }

  /// `ln -s "$(which kubectl)" k`, `cp /usr/bin/kubectl k`, `hash -p /usr/bin/kubectl k`
  private mutating func collectCopy(_ words: [ShellWord]) {
    var words = words.drop { ["sudo", "command", "doas"].contains($0.literal) }
    guard let name = words.popFirst()?.literal,
      ["ln", "cp", "mv", "install", "hash"].contains(ProgramName(name).name)
    else { return }
    let operands = words.filter { $0.literal?.hasPrefix("-") != true }.suffix(2)
    guard operands.count == 2, let source = operands.first?.programPath, let target = operands.last?.literal
    else { return }
    let copy = ShellNames.fileName(target)
    if !copy.isEmpty, copy != ShellNames.fileName(source) { copies[copy] = source }
  }

  /// `alias k=kubectl`
  private mutating func collectAlias(_ words: [ShellWord]) {
    guard words.first?.literal == "alias" else { return }
    for word in words.dropFirst() {
      guard let text = word.literal, let mark = text.firstIndex(of: "="), mark != text.startIndex else {
        continue
      }
      aliases[String(text[..<mark])] = String(text[text.index(after: mark)...])
    }
  }
}

extension ShellAssignment {
  private static var separator: ShellWord.Part {
    .text(String(ShellExpansion.separator), isQuoted: true)
  }

  /// The value; the elements of an array are separated like the arguments of a script.
  fileprivate var value: ShellWord {
    guard values.count != 1 else { return values[0] }
    return ShellWord(parts: Array(values.map(\.parts).joined(separator: [ShellAssignment.separator])))
  }

  fileprivate func appended(to word: ShellWord) -> ShellWord {
    ShellWord(parts: word.parts + (isArray ? [ShellAssignment.separator] : []) + value.parts)
  }
}

extension ShellWord {
  /// The path of a program: a text, or the output of `which kubectl` and `command -v kubectl`.
  fileprivate var programPath: String? {
    if let literal { return literal }
    let parts = parts.filter { part in
      if case .text("", _) = part { false } else { true }
    }
    guard parts.count == 1, case .output(let script, _) = parts[0] else { return nil }
    let commands = Array(script.pipelines.joined())
    guard commands.count == 1, case .simple(_, let words) = commands[0].content,
      ["which", "command", "type", "realpath", "readlink"].contains(words.first?.literal)
    else { return nil }
    return words.last?.programPath
  }
}
