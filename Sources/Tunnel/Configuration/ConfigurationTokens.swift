internal import Glibc
internal import Platform

/// Expands the tokens (ssh_config(5), TOKENS), environment variables (`${NAME}`) and the tilde.
struct ConfigurationTokens {
  /// The reason why a value cannot be expanded, as the end of a sentence. ssh(1) exits with an error in each case.
  struct ExpansionError: Error, Hashable {
    let reason: String
    /// The unknown token, if that is the reason.
    var token: Character?
    /// The missing variable, if that is the reason.
    var variable: String?
  }

  let environment: LocalEnvironment
  /// The value of each token.
  private(set) var values: [Character: String]

  init(environment: LocalEnvironment, values: [Character: String]) {
    self.environment = environment
    self.values = values.merging(["%": "%"]) { $1 }
  }

  /// Expands a file name in the same order as ssh(1): the tilde first, then tokens and variables (ssh.c,
  /// load_public_identity_files).
  ///
  /// - Parameter home: the folder for `~`; nil selects the home in the user database, as ssh(1) does.
  func expand(path: String, home: String? = nil) throws(ExpansionError) -> String {
    try expand(expandTilde(path, home: home))
  }

  /// Expands the tilde and nothing else.
  func expandTilde(_ path: String, home: String? = nil) throws(ExpansionError) -> String {
    guard path.hasPrefix("~") else { return path }
    let end = path.firstIndex(of: "/") ?? path.endIndex
    let name = path[path.index(after: path.startIndex)..<end]
    let folder =
      name.isEmpty ? home ?? values["d"] ?? environment.home : try Self.home(of: String(name))
    let rest = path[end...].drop { $0 == "/" }
    return folder + (folder.hasSuffix("/") ? "" : "/") + rest
  }

  private static func home(of user: String) throws(ExpansionError) -> String {
    guard let account = UserAccount(named: user) else {
      throw ExpansionError(reason: "there is no user \(user)")
    }
    return account.home
  }

  /// Expands the tokens of a shell command. Variables are left to the shell, so that their values are not run as code
  /// and do not appear in a process's arguments. Unknown tokens are kept as they are.
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
          throw ExpansionError(reason: "the environment has no variable \(name)", variable: name)
        }
        result += value
        rest = rest[rest.index(after: end)...]
      } else if character == "%" {
        guard let token = rest.popFirst() else { throw ExpansionError(reason: "it ends with a single %") }
        guard let value = values[token] else {
          throw ExpansionError(reason: "%\(token) is not a token", token: token)
        }
        result += value
      } else {
        result.append(character)
      }
    }
    return result
  }
}

/// Gets the values of tokens from `ssh -G`. ssh prints IdentityFile unexpanded, but expands ControlPath, with the same
/// function (ssh.c). The real ControlPath is not needed, because the guard does not use shared connections.
struct TokenQuery {
  /// The tokens of IdentityFile that each ssh since OpenSSH 8.4 supports.
  static let usual = TokenQuery(["C", "L", "d", "h", "i", "k", "l", "n", "p", "r", "u"])
  /// An ASCII separator that occurs in no value.
  private static let mark: Character = "\u{1f}"

  let tokens: [Character]

  init(_ tokens: [Character]) { self.tokens = tokens }

  /// Arguments of ssh(1).
  var arguments: [String] {
    ["-o", "ControlPath=" + tokens.map { "\(Self.mark)%\($0)" }.joined()]
  }

  /// - Parameter controlPath: the value that ssh printed.
  func values(_ controlPath: String) -> [Character: String] {
    let parts = controlPath.split(separator: Self.mark, omittingEmptySubsequences: false).dropFirst()
    guard parts.count == tokens.count else { return [:] }
    return Dictionary(zip(tokens, parts.map(String.init))) { $1 }
  }
}
