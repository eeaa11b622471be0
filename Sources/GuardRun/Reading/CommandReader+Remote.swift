extension CommandReader {
  /// `ssh`: its options, a host, further options, and a command line for the shell of that host.
  mutating func remote(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    // The options with a value in ssh(1), and -M of autossh.
    let valued = "BbcDEeFIiJLlmOopPQRSWw" + (name == "autossh" ? "M" : "")
    var words = rest
    var found = CommandEffect.none
    var isSession = true
    var hasHost = false
    // OpenSSH reads options before and after the host, up to the first word of the command.
    while true {
      while let first = words.first, first.hasPrefix("-"), first != "--" {
        words.removeFirst()
        guard let letter = first.dropFirst().firstIndex(where: valued.contains) else {
          if first.contains("N") { isSession = false }
          continue
        }
        if first[..<letter].contains("N") { isSession = false }
        let joined = first[first.index(after: letter)...]
        let value = joined.isEmpty ? words.popFirst() ?? "" : String(joined)
        found = found.or(option(first[letter], value, name))
      }
      if words.first == "--" { words.removeFirst() }
      if hasHost || words.isEmpty { break }
      words.removeFirst()
      hasHost = true
    }
    let (wasRemote, outer) = (isRemote, folder)
    (isRemote, folder) = (true, "")
    defer { (isRemote, folder) = (wasRemote, outer) }
    if !words.isEmpty { return found.or(effect(ofScript: words.joined(separator: " "), input)) }
    return found.or(script(in: input, name, isSession: isSession))
  }

  private mutating func option(_ letter: Character, _ value: String, _ name: String) -> CommandEffect {
    switch letter {
    case "L", "R", "W", "D":
      guard value.contains(ObjectPolicy.serverPort) else { return .none }
      return .restricted(Restriction(.tunnel, "\(name) -\(letter) to port \(ObjectPolicy.serverPort)"))
    case "o":
      let key = value.prefix { !"= ".contains($0) }.lowercased()
      if ["localforward", "remoteforward", "dynamicforward"].contains(key),
        value.contains(ObjectPolicy.serverPort)
      {
        return .restricted(Restriction(.tunnel, "\(name) to port \(ObjectPolicy.serverPort)"))
      }
      guard key.contains("command"), let mark = value.firstIndex(where: { "= ".contains($0) }) else {
        return .none
      }
      let wasRemote = isRemote
      isRemote = isRemote || key == "remotecommand"
      defer { isRemote = wasRemote }
      return effect(ofScript: String(value[value.index(after: mark)...]))
    default: return .none
    }
  }

  /// Programs that open a connection: a request that they send, a port on which they listen, a command that they run.
  mutating func socket(_ name: String, _ rest: ArraySlice<String>, _ input: Input) -> CommandEffect {
    var found = CommandEffect.none
    let port = ObjectPolicy.serverPort
    let isListener = rest.contains {
      $0.uppercased().contains("LISTEN:") && $0.contains(port)
        || name != "openssl" && name != "socat" && $0.hasPrefix("-") && !$0.hasPrefix("--")
          && $0.contains("l")
    }
    if isListener, rest.contains(where: { $0.contains(port) }) {
      found = .restricted(Restriction(.tunnel, "\(name) on port \(port)"))
    }
    for index in rest.indices where !found.isChange {
      let word = rest[index]
      if ["-c", "-e", "--sh-exec", "--exec"].contains(word), index + 1 < rest.endIndex, name != "openssl" {
        found = found.or(effect(ofScript: rest[index + 1]))
      }
      for address in ["EXEC:", "SYSTEM:", "SHELL:"] where word.uppercased().hasPrefix(address) {
        found = found.or(effect(ofScript: String(word.dropFirst(address.count))))
      }
    }
    guard rest.contains(where: { $0.contains(port) || $0.contains("8001") }) else { return found }
    switch input {
    case .text(let text), .computed(let text):
      guard let method = text.firstMatch(of: /(?:^|\W)(DELETE|POST|PUT|PATCH)(?:\W|$)/) else { return found }
      return found.or(.change("\(name) \(method.output.1) to the API of the cluster"))
    case .other: return found
    }
  }

  /// A module that `ansible` runs on other machines.
  mutating func automation(_ rest: ArraySlice<String>) -> CommandEffect {
    func value(_ short: String, _ long: String) -> String {
      for index in rest.indices {
        let word = rest[index]
        if [short, long].contains(word), index + 1 < rest.endIndex { return rest[index + 1] }
        if word.hasPrefix(long + "=") { return String(word.dropFirst(long.count + 1)) }
      }
      return ""
    }
    let module = value("-m", "--module-name").split(separator: ".").last.map(String.init) ?? "command"
    let arguments = value("-a", "--args")
    if rest.contains("--check") || rest.contains("-C") { return .none }
    switch module {
    case "reboot", "shutdown": return .change("ansible \(module) of a node")
    case "systemd", "systemd_service", "service", "sysvinit":
      guard ["k3s", "kubelet", "rke2", "containerd"].contains(where: arguments.contains),
        arguments.contains("state=") || arguments.contains("enabled=") || arguments.contains("masked=")
      else { return .none }
      return .change("ansible \(module) of K3s")
    case "shell", "command", "raw":
      let wasRemote = isRemote
      isRemote = true
      defer { isRemote = wasRemote }
      return effect(ofScript: arguments)
    case "k8s", "helm", "k8s_scale", "k8s_drain", "k8s_exec", "k8s_json_patch", "k8s_rollback":
      return .change("ansible \(module)")
    default:
      guard !["stat", "setup", "ping", "slurp", "fetch", "find"].contains(module),
        ObjectPolicy.isState(arguments)
      else { return .none }
      return .change("ansible \(module) of files of K3s")
    }
  }
}
