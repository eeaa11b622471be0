/// What ssh_config(5), TOKENS, lets stand in a value, `${NAME}` of the environment, and the tilde.
struct ConfigurationTokens {
  let environment: LocalEnvironment
  let hostName: String
  /// What was asked for, before HostName.
  let alias: String
  let user: String
  let port: UInt16
  let hostKeyName: String

  /// A file's name.
  func expand(path: String) -> String {
    if path == "~" || path.hasPrefix("~/") { return environment.home + expand(String(path.dropFirst())) }
    return expand(path)
  }

  /// A command for the shell: it fills in the variables itself, so that none of their values is taken for code or
  /// shows among the arguments of a process.
  func expand(command: String) -> String { expand(command, variables: false) }

  /// What is no token stays as it is.
  func expand(_ text: String) -> String { expand(text, variables: true) }

  private func expand(_ text: String, variables: Bool) -> String {
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      if variables, character == "$", rest.first == "{", let end = rest.firstIndex(of: "}") {
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        // Without the variable the whole stays, and the failure that follows shows its name.
        result += environment.variables[name] ?? "${\(name)}"
        rest = rest[rest.index(after: end)...]
      } else if character == "%", let token = rest.popFirst() {
        result += value(of: token) ?? "%\(token)"
      } else {
        result.append(character)
      }
    }
    return result
  }

  private func value(of token: Character) -> String? {
    switch token {
    case "%": "%"
    case "d": environment.home
    case "h": hostName
    case "k": hostKeyName
    case "n": alias
    case "p": String(port)
    case "r": user
    case "u": environment.localUser
    default: nil
    }
  }
}
