internal import GuardTypes

/// A ProxyCommand of the form `ssh -W %h:%p jump`, which does the same as `ProxyJump jump`.
struct StdioForward: Hashable, Sendable {
  let jump: JumpHost
  /// The argument of `-F`; nil: the default files.
  let sshConfig: String?

  /// nil if the command does more than to forward its input and output to the host.
  init?(_ command: String) {
    var words = command.split(whereSeparator: \.isWhitespace).map(StdioForward.unquoted)[...]
    if words.first == "exec" { words.removeFirst() }
    guard let program = words.popFirst(), ["ssh", "/usr/bin/ssh", "/bin/ssh"].contains(program) else {
      return nil
    }
    var options: [Character: String] = [:]
    var destination: String?
    while let word = words.popFirst() {
      guard word.hasPrefix("-"), word.count > 1 else {
        guard destination == nil else { return nil }
        destination = word
        continue
      }
      guard word != "--" else { continue }
      var letters = word.dropFirst()
      while let letter = letters.popFirst() {
        // Without a command, these options change nothing that the forward needs.
        if "aqTxN".contains(letter) { continue }
        guard "WlpF".contains(letter), options[letter] == nil else { return nil }
        let value = letters.isEmpty ? words.popFirst() : StdioForward.unquoted(letters)
        guard let value else { return nil }
        options[letter] = value
        letters = ""
      }
    }
    guard let destination, let target = options["W"], ["%h:%p", "[%h]:%p"].contains(target),
      let named = JumpHost(destination), named.port == nil || destination.hasPrefix("ssh://")
    else { return nil }
    // ssh(1) takes the first of several users, and the last of several ports.
    guard options["l"] == nil || named.user == nil, options["p"] == nil || named.port == nil else {
      return nil
    }
    let name = named.host.contains(":") ? "[\(named.host)]" : named.host
    let user = (options["l"] ?? named.user).map { "\($0)@" } ?? ""
    let port = (options["p"] ?? named.port.map(String.init)).map { ":\($0)" } ?? ""
    guard let jump = JumpHost(user + name + port), jump.isPlain else { return nil }
    self.jump = jump
    sshConfig = options["F"]
  }

  private static func unquoted(_ word: some StringProtocol) -> String {
    for mark in ["'", "\""] where word.count > 1 && word.hasPrefix(mark) && word.hasSuffix(mark) {
      return String(word.dropFirst().dropLast())
    }
    return String(word)
  }
}
