/// A program that can change a cluster, with the verbs that change it. The tools are declared in
/// `ToolPolicy.all`.
///
/// A rule is a verb, or a verb followed by its possible next words: `rollout restart undo`.
struct ToolPolicy: Sendable {
  let names: [String]
  /// Verbs that change something.
  private let changes: [String: Set<String>]
  /// Verbs that only read, and words with which a changing verb only reads.
  private let looks: [String: Set<String>]
  /// Options that take the next word as their value.
  private let valued: Set<String>
  /// Options with which a change is only shown, each with its verbs; an empty set means all verbs.
  private let shows: [String: Set<String>]
  private let otherVerbs: OtherVerbs

  /// The meaning of a verb without a rule, or of a missing verb.
  enum OtherVerbs {
    case look
    /// It is the name of an unknown plugin.
    case plugin
    /// The program is interactive: its changes are not visible here.
    case change
  }

  init(
    _ names: String, changes: [String], looks: [String] = [], valued: String = "", shows: [String] = [],
    otherVerbs: OtherVerbs = .look
  ) {
    func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
    func rules(_ rules: [String]) -> [String: Set<String>] {
      rules.reduce(into: [:]) { all, rule in
        let words = words(rule)
        if let verb = words.first { all[verb, default: []].formUnion(words.dropFirst()) }
      }
    }
    self.names = words(names)
    self.changes = rules(changes)
    self.looks = rules(looks)
    self.valued = Set(words(valued))
    self.shows = rules(shows)
    self.otherVerbs = otherVerbs
  }

  /// The tool of that name, and the words that are part of the name: `kubectl-flux` is `kubectl flux`.
  static func find(_ word: String) -> (tool: ToolPolicy.Named, words: [String])? {
    let program = ProgramName(word)
    for tool in all {
      for name in tool.names where program.isVersion(of: name) {
        return (Named(tool: tool, name: program.name), [])
      }
      for name in tool.names where tool.otherVerbs == .plugin && program.name.hasPrefix(name + "-") {
        let plugin = program.name.dropFirst(name.count + 1)
        return (Named(tool: tool, name: name), [String(plugin.replacing("_", with: "-"))])
      }
    }
    return nil
  }

  /// A tool with its name on the command line.
  struct Named {
    let tool: ToolPolicy
    let name: String

    func effect(_ words: [String]) -> CommandEffect { tool.effect(name, words[...]) }

    /// The tool and its verb if the words contain a change at any position.
    func change(amid words: ArraySlice<String>) -> String? {
      if tool.otherVerbs == .change { return name }
      for index in words.indices {
        guard let parts = tool.changes[words[index]] else { continue }
        if parts.isEmpty { return "\(name) \(words[index])" }
        if let part = words[(index + 1)...].first(where: parts.contains) {
          return "\(name) \(words[index]) \(part)"
        }
      }
      return nil
    }
  }

  private func effect(_ program: String, _ words: ArraySlice<String>) -> CommandEffect {
    // Words after `--` belong to another program, except for `minikube kubectl --`.
    let own = (words.first == "--" ? words.dropFirst() : words).prefix { $0 != "--" }
    if own.contains(where: { $0 == "--help" || $0 == "-h" }) { return .none }
    let verbs = verbs(in: own)
    if verbs.isEmpty {
      return otherVerbs == .change ? other(program, "", own) : .none
    }
    for (index, verb) in verbs.enumerated() {
      let next = verbs[(index + 1)...].first
      if let looks = looks[verb.word], looks.isEmpty || next.map({ looks.contains($0.word) }) == true {
        return .none
      }
      guard let parts = changes[verb.word] else {
        if verb.isSure { return other(program, verb.word, own) }
        continue
      }
      if isShown(verb.word, own) { return .none }
      if parts.isEmpty { return .change("\(program) \(verb.word)") }
      if let part = verbs[(index + 1)...].first(where: { parts.contains($0.word) }) {
        return .change("\(program) \(verb.word) \(part.word)")
      }
      if verb.isSure { return .none }
    }
    return .none
  }

  private func other(_ program: String, _ verb: String, _ words: ArraySlice<String>) -> CommandEffect {
    switch otherVerbs {
    case .look: return .none
    case .change:
      if isShown(verb, words) { return .none }
      return .change(program + (shows.keys.first.map { " without \($0)" } ?? ""))
    case .plugin:
      // A tool that runs as a plugin of another one has the same verbs: kubectl flux reconcile.
      guard let (tool, before) = ToolPolicy.find(verb), tool.tool.names != names,
        let place = words.firstIndex(of: verb)
      else { return .unseen("the plugin \(program) \(verb)") }
      return tool.effect(before + words[(place + 1)...])
    }
  }

  /// If an option is repeated, the last one counts.
  private func isShown(_ verb: String, _ words: ArraySlice<String>) -> Bool {
    func name(_ option: String) -> Substring { option.prefix { $0 != "=" } }
    let shown = shows.filter { $0.value.isEmpty || $0.value.contains(verb) }
    let names = Set(shown.keys.map(name))
    guard let last = words.last(where: { names.contains(name($0)) }) else { return false }
    return shown[last] != nil || last.hasSuffix("=true") && shown[String(name(last))] != nil
  }

  /// Words that may be the verb or a part of it. After an unknown option, the next word may be its value, so
  /// it is not certain.
  private func verbs(in words: ArraySlice<String>) -> [(word: String, isSure: Bool)] {
    var verbs: [(String, Bool)] = []
    var before = ""
    for word in words {
      defer { before = word }
      if word.hasPrefix("-") { continue }
      if valued.contains(before) { continue }
      let isOption = before.hasPrefix("-") && !before.contains("=") && before != "-"
      verbs.append((word, !isOption))
    }
    return verbs
  }
}
