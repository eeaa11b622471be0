internal import Glibc

/// Expands the tokens of ssh_config(5), TOKENS, environment variables as `${NAME}`, and the tilde.
struct ConfigurationTokens {
  /// Why a value can't be expanded, as a sentence's end. ssh(1) ends with an error in each case.
  struct ExpansionError: Error, Hashable {
    let reason: String
    /// The token that is not known here.
    var token: Character?
  }

  let environment: LocalEnvironment
  /// The value of each token.
  private(set) var values: [Character: String]

  init(environment: LocalEnvironment, values: [Character: String]) {
    self.environment = environment
    self.values = values.merging(["%": "%"]) { $1 }
  }

  /// The name of a file as ssh(1) expands it: the tilde first, then tokens and variables (ssh.c,
  /// load_public_identity_files).
  ///
  /// - Parameter home: what `~` stands for; nil: the home that the user database has, as for ssh(1).
  func expand(path: String, home: String? = nil) throws(ExpansionError) -> String {
    guard path.hasPrefix("~") else { return try expand(path) }
    let end = path.firstIndex(of: "/") ?? path.endIndex
    let name = path[path.index(after: path.startIndex)..<end]
    let folder =
      name.isEmpty ? home ?? values["d"] ?? environment.home : try Self.home(of: String(name))
    let rest = path[end...].drop { $0 == "/" }
    return try expand(folder + (folder.hasSuffix("/") ? "" : "/") + rest)
  }

  private static func home(of user: String) throws(ExpansionError) -> String {
    guard let entry = getpwnam(user) else { throw ExpansionError(reason: "there is no user \(user)") }
    return String(cString: entry.pointee.pw_dir)
  }

  /// A command for the shell: it fills in the variables itself, so that none of their values is taken for code or
  /// shows among the arguments of a process. What is no token stays as it is.
  func expand(command: String) -> String {
    var result = ""
    var rest = command[...]
    while let character = rest.popFirst() {
      guard character == "%", let token = rest.popFirst() else {
        result.append(character)
        continue
      }
      result += values[token] ?? "%\(token)"
    }
    return result
  }

  func expand(_ text: String) throws(ExpansionError) -> String {
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      if character == "$", rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else {
          throw ExpansionError(reason: "a variable lacks its closing }")
        }
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        guard let value = environment.variables[name] else {
          throw ExpansionError(reason: "the environment has no variable \(name)")
        }
        result += value
        rest = rest[rest.index(after: end)...]
      } else if character == "%" {
        guard let token = rest.popFirst() else { throw ExpansionError(reason: "it ends with a single %") }
        guard let value = values[token] else {
          throw ExpansionError(reason: "%\(token) is no token", token: token)
        }
        result += value
      } else {
        result.append(character)
      }
    }
    return result
  }
}

/// Asks `ssh -G` what tokens stand for: of all values that it prints, ControlPath is one that it expands with the same
/// function as IdentityFile, which it prints as it stands (ssh.c). A shared connection is never looked for here, so the
/// real ControlPath is of no use.
struct TokenQuestion {
  /// The tokens of an IdentityFile that every ssh has since OpenSSH 8.4.
  static let usual = TokenQuestion(["C", "L", "d", "h", "i", "k", "l", "n", "p", "r", "u"])
  /// A separator (ASCII) that no value has.
  private static let mark: Character = "\u{1f}"

  let tokens: [Character]

  init(_ tokens: [Character]) { self.tokens = tokens }

  /// Arguments of ssh(1).
  var arguments: [String] {
    ["-o", "ControlPath=" + tokens.map { "\(Self.mark)%\($0)" }.joined()]
  }

  /// - Parameter controlPath: as ssh printed it.
  func values(_ controlPath: String) -> [Character: String] {
    let parts = controlPath.split(separator: Self.mark, omittingEmptySubsequences: false).dropFirst()
    guard parts.count == tokens.count else { return [:] }
    return Dictionary(zip(tokens, parts.map(String.init))) { $1 }
  }
}
