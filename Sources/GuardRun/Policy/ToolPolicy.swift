import Glibc

/// A program that can change a cluster, with the verbs that change it. The tools are declared in
/// `ToolPolicy.all`.
///
/// A rule is a verb, or a verb followed by its possible next words: `rollout restart undo`.
struct ToolPolicy: Sendable {
  typealias Rules = [String: Set<String>]

  let names: [String]
  /// Verbs that change something.
  let changes: Rules
  /// Verbs that only read, and words with which a changing verb only reads.
  private let reads: Rules
  /// Verbs that only a person may use.
  private let restricted: [(kind: Restriction.Kind, rules: Rules)]
  /// Options with which the tool shows credentials.
  private let revealing: Set<String>
  /// Options that take the next word as their value.
  private let valued: Set<String>
  /// Options with which a change is only shown, each with its verbs; an empty set means all verbs.
  private let shows: Rules
  let otherVerbs: OtherVerbs
  /// Options that undo those in `shows`.
  private let unshows: Set<String>
  /// False for a tool that ignores its arguments, so that `--help` does what the tool does.
  private let hasHelp: Bool

  /// The meaning of a verb without a rule, or of a missing verb.
  enum OtherVerbs {
    case look
    /// It is the name of an unknown plugin.
    case plugin
    /// The tool has no plugins: the verb is unknown.
    case unknown
    /// The program is interactive: its changes are not visible here.
    case change
  }

  init(
    _ names: String, changes: [String], reads: [String] = [],
    restricted: [(Restriction.Kind, [String])] = [], revealing: String = "", valued: String = "",
    shows: [String] = [], unshows: String = "", hasHelp: Bool = true, otherVerbs: OtherVerbs = .look
  ) {
    func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
    func rules(_ rules: [String]) -> Rules {
      rules.reduce(into: [:]) { all, rule in
        let words = words(rule)
        if let verb = words.first { all[verb, default: []].formUnion(words.dropFirst()) }
      }
    }
    self.names = words(names)
    self.changes = rules(changes)
    self.reads = rules(reads)
    self.restricted = restricted.map { ($0, rules($1)) }
    self.revealing = Set(words(revealing))
    self.valued = Set(words(valued))
    self.shows = rules(shows)
    self.unshows = Set(words(unshows))
    self.hasHelp = hasHelp
    self.otherVerbs = otherVerbs
  }

  /// A tool with its name on the command line.
  struct Named {
    let tool: ToolPolicy
    let name: String

    func effect(_ words: [String]) -> CommandEffect {
      tool.effect(name, words[...]).or(ObjectPolicy.effect(name, tool, words))
    }

    /// The tool and its verb if the words contain a change at any position.
    func change(amid words: ArraySlice<String>) -> String? {
      if tool.otherVerbs == .change { return name }
      for index in words.indices {
        guard let parts = tool.changes[words[index]] else { continue }
        if parts.isEmpty { return "\(name) \(words[index])" }
        if let part = words[(index + 1)...].first(where: { ToolPolicy.names(parts, $0) }) {
          return "\(name) \(words[index]) \(part)"
        }
      }
      return nil
    }
  }

  private func effect(_ program: String, _ words: ArraySlice<String>) -> CommandEffect {
    // Words after `--` belong to another program, except for `minikube kubectl --`.
    let own = (words.first == "--" ? words.dropFirst() : words).prefix { $0 != "--" }
    let options = options(in: own)
    if hasHelp, options.contains(where: { $0 == "--help" || $0 == "-h" }) { return .none }
    let shown: CommandEffect =
      options.first {
        revealing.contains($0) || $0.hasSuffix("=true") && revealing.contains(String($0.dropLast(5)))
      }
      .map { .restricted(Restriction(.credentials, "\(program) \($0)")) } ?? .none
    return verb(program, own, options).or(shown)
  }

  /// The effect of the first verb that has a rule.
  private func verb(_ program: String, _ own: ArraySlice<String>, _ options: [String]) -> CommandEffect {
    let verbs = verbs(in: own)
    if verbs.isEmpty { return otherVerbs == .change ? other(program, "", own, options) : .none }
    var reads = false
    for (index, verb) in verbs.enumerated() {
      let rest = verbs[(index + 1)...].map(\.word)
      if verb.word.isComputed {
        guard verb.isSure, !reads else { continue }
        // Before a verb, a variable holds options: kubectl $OPTS get pods.
        if verb.word == String(Character.computed), let next = rest.first, self.reads[next]?.isEmpty == true,
          changes[next] == nil
        {
          continue
        }
        // If all changes concern named objects, one of them must be there.
        let objects = changes.values.allSatisfy { !$0.isEmpty } ? changes.values.flatMap(\.self) : []
        if !objects.isEmpty, !rest.contains(where: { ToolPolicy.names(Set(objects), $0) }) { return .none }
        return .change("\(program) with a computed verb", isScript: true)
      }
      if let parts = self.reads[verb.word], parts.isEmpty || rest.first.map(parts.contains) == true {
        // The word may be the value of an unknown option; then a later word is the verb.
        if verb.isSure { return restriction(program, verb.word, rest) ?? .none }
        reads = true
        continue
      }
      if let restriction = restriction(program, verb.word, rest) { return restriction }
      guard let parts = changes[verb.word] else {
        // The shell replaces a pattern by the name of a file.
        if let change = changes.keys.first(where: { ToolPolicy.names([$0], verb.word) }) {
          return .change("\(program) \(change)")
        }
        if verb.isSure, !reads { return other(program, verb.word, own, options) }
        continue
      }
      if isShown(verb.word, options) { return .none }
      if parts.isEmpty { return .change("\(program) \(verb.word)") }
      if let part = rest.first(where: { ToolPolicy.names(parts, $0) }) {
        return .change("\(program) \(verb.word) \(part.shown)")
      }
      if let next = rest.first, next.isComputed, !changes.values.allSatisfy({ !$0.isEmpty }) {
        return .change("\(program) \(verb.word) with a computed verb", isScript: true)
      }
      if verb.isSure { return .none }
    }
    return .none
  }

  private func restriction(_ program: String, _ verb: String, _ rest: [String]) -> CommandEffect? {
    for (kind, rules) in restricted {
      guard let parts = rules[verb] else { continue }
      if parts.isEmpty { return .restricted(Restriction(kind, "\(program) \(verb)")) }
      if let part = rest.first(where: { ToolPolicy.names(parts, $0) }) {
        return .restricted(Restriction(kind, "\(program) \(verb) \(part.shown)"))
      }
    }
    return nil
  }

  /// True if the word is one of the names, or a pattern that one of them matches.
  private static func names(_ names: Set<String>, _ word: String) -> Bool {
    if names.contains(word) { return true }
    guard word.contains(where: { "*?[".contains($0) }) else { return false }
    return names.contains { fnmatch(word, $0, 0) == 0 }
  }

  private func other(
    _ program: String, _ verb: String, _ words: ArraySlice<String>, _ options: [String]
  ) -> CommandEffect {
    // A path, an image or a version is not a verb.
    let isVerb = verb.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
    guard isVerb else { return otherVerbs == .change ? .change(program) : .none }
    switch otherVerbs {
    case .look: return .none
    case .unknown: return .restricted(Restriction(.unknownVerb, "\(program) \(verb.shown)"))
    case .change:
      if isShown(verb, options) { return .none }
      return .change(program + (shows.keys.first.map { " without \($0)" } ?? ""))
    case .plugin:
      // A tool that runs as a plugin of another one has the same verbs: kubectl flux reconcile.
      guard let (tool, before) = ToolPolicy.find(verb), tool.tool.names != names,
        let place = words.firstIndex(of: verb)
      else { return plugin(program, verb, words) }
      return tool.effect(before + words[(place + 1)...])
    }
  }

  /// The effect of an unknown plugin: it reads if its verb is one that reads.
  private func plugin(_ program: String, _ verb: String, _ words: ArraySlice<String>) -> CommandEffect {
    // A word after an option may be its value, for example a namespace that is called events.
    let verbs = verbs(in: words.drop { $0 != verb }.dropFirst()).filter(\.isSure).map(\.word)
    let place = verbs.first.map(ToolPolicy.pluginNouns.contains) == true ? 1 : 0
    if verbs.count > place, ToolPolicy.lookingVerbs.contains(verbs[place]) {
      return .unseen("the plugin \(program) \(verb.shown)")
    }
    return .restricted(Restriction(.unknownVerb, "\(program) \(verb.shown)"))
  }

  /// Words that come before the verb of a plugin: kubectl argo rollouts get web.
  private static let pluginNouns: Set<String> = [
    "rollouts", "cluster", "clusters", "volume", "volumes", "node", "nodes", "policy", "app", "apps",
    "report",
    "backup", "backups", "schedule", "restore",
  ]

  private static let lookingVerbs: Set<String> = [
    "get", "list", "ls", "show", "status", "describe", "logs", "version", "view", "tree", "top", "diff",
    "help",
    "inspect", "check", "lint", "validate", "info", "events", "history", "explain",
  ]

  /// If an option is repeated, the last one counts.
  private func isShown(_ verb: String, _ options: [String]) -> Bool {
    func name(_ option: String) -> Substring { option.prefix { $0 != "=" } }
    guard !options.contains(where: { unshows.contains(String(name($0))) && !$0.hasSuffix("=false") }) else {
      return false
    }
    let shown = shows.filter { $0.value.isEmpty || $0.value.contains(verb) }
    let names = Set(shown.keys.map(name))
    guard let last = options.last(where: { names.contains(name($0)) }) else { return false }
    return shown[last] != nil || last.hasSuffix("=true") && shown[String(name(last))] != nil
  }

  /// The options that are not the value of the option before.
  func options(in words: ArraySlice<String>) -> [String] {
    var options: [String] = []
    var takesNext = false
    for word in words {
      if takesNext {
        takesNext = false
      } else if word.hasPrefix("-") {
        options.append(word)
        takesNext = valued.contains(word)
      }
    }
    return options
  }

  /// Words that may be the verb or a part of it. After an unknown option, the next word may be its value, so
  /// it is not certain.
  func verbs(in words: ArraySlice<String>) -> [(word: String, isSure: Bool)] {
    var verbs: [(String, Bool)] = []
    var before = ""
    for word in words {
      if valued.contains(before) {
        before = ""
        continue
      }
      defer { before = word }
      if word.hasPrefix("-") || word.isEmpty { continue }
      let isOption = before.hasPrefix("-") && !before.contains("=") && before != "-"
      verbs.append((word, !isOption))
    }
    return verbs
  }
}
