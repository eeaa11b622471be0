/// A command that changes the cluster by hand: `kubectl delete`.
///
/// It keeps people from a slip, not from a purpose: a script, an alias or a plugin can do what is not seen here.
struct ClusterChange: Hashable {
  /// The tool and its verb, without anything that could be secret.
  let words: String

  /// The change that a command line makes, also behind `env`, `sudo` or `sh -c`; nil where none is seen.
  static func find(in command: [String]) -> ClusterChange? {
    find(command[...], depth: 0)
  }

  private static func find(_ command: ArraySlice<String>, depth: Int) -> ClusterChange? {
    guard let program = command.first.map(name) else { return nil }
    let rest = command.dropFirst()
    if let tool = Tool.all[program] { return tool.change(program, rest) }
    if shells.contains(program) { return script(of: rest).flatMap { find(script: $0, depth: depth) } }
    if shellsOfWords.contains(program),
      let change = find(script: rest.joined(separator: " "), depth: depth)
    {
      return change
    }
    return runners.contains(program) || shellsOfWords.contains(program)
      ? firstTool(in: rest, depth: depth) : nil
  }

  /// Behind a program that runs others: wherever its own options end, a tool's name begins the command.
  private static func firstTool(in words: ArraySlice<String>, depth: Int) -> ClusterChange? {
    for index in words.indices {
      let word = words[index]
      // env -S, su -c and flock -c take a whole command line as one word.
      if word.contains(where: \.isWhitespace), let change = find(script: line(word), depth: depth) {
        return change
      }
      guard Tool.all[name(word)] != nil || shells.contains(name(word)) else { continue }
      if let change = find(words[index...], depth: depth) { return change }
    }
    return nil
  }

  /// The command line in a word that may be glued to its option: `-Skubectl get nodes`, `--split-string=…`.
  private static func line(_ word: String) -> String {
    if word.hasPrefix("--") { return String(word.drop { $0 != "=" }.dropFirst()) }
    return word.hasPrefix("-") ? String(word.dropFirst(2)) : word
  }

  /// Programs that run the command in their arguments.
  private static let runners: Set = [
    "env", "sudo", "doas", "nice", "ionice", "nohup", "time", "timeout", "setsid", "stdbuf", "command",
    "exec", "xargs",
    "chronic", "flock", "script", "unshare", "runuser", "su", "find", "strace", "k3s", "microk8s", "minikube",
    "busybox",
  ]
  /// Programs that hand their words to a shell.
  private static let shellsOfWords: Set = ["eval", "watch", "parallel", "trap"]
  private static let shells: Set = ["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish"]

  /// `/usr/bin/kubectl` and `\kubectl` are kubectl.
  private static func name(_ word: String) -> String {
    var name = word[(word.lastIndex(of: "/").map { word.index(after: $0) } ?? word.startIndex)...]
    if name.hasPrefix("\\") { name = name.dropFirst() }
    return String(name)
  }

  /// What stands after `-c`, also as `-ec` or `-lc`.
  private static func script(of words: ArraySlice<String>) -> String? {
    guard
      let option = words.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("c") })
    else { return nil }
    return words[words.index(after: option)...].first { !$0.hasPrefix("-") }
  }

  private static func find(script: String, depth: Int) -> ClusterChange? {
    // Deeper than any sensible command: what can't be looked through is not let through.
    guard depth < 5 else { return ClusterChange(words: "a command that hides another") }
    for command in ShellScript.commands(of: script) {
      // Assignments and keywords may stand before the program, and a function's name before its body.
      let words = (command.first == "function" ? command.dropFirst(2) : command[...]).drop { word in
        ShellScript.keywords.contains(word)
          || (word.contains("=") && !word.hasPrefix("-") && !word.hasPrefix("="))
      }
      if let change = find(words, depth: depth + 1) { return change }
    }
    return nil
  }
}
