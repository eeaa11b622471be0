import Glibc

/// The processes that a tunnel and a node need, and which of them a pattern can match.
enum ProcessPolicy {
  enum Target: Hashable {
    /// The guard, or another program that keeps a tunnel.
    case tunnel
    /// K3s and its parts.
    case node
  }

  private struct Process {
    let name: String
    /// Its possible command lines.
    let lines: [String]
    let target: Target
  }

  private static let protected: [Process] = [
    Process(
      name: "oceanid-guard",
      lines: ["/usr/bin/oceanid-guard --config /etc/oceanid-guard/guard.yaml", "oceanid-guard guard.yaml"],
      target: .tunnel),
    Process(
      name: "ssh",
      lines: [
        "ssh -N -L 16443:localhost:6443 tethys", "ssh -NL 16443:127.0.0.1:6443 root@tethys",
        "ssh -fNL 6443:localhost:6443 tethys", "ssh tethys -N -L 16443:localhost:6443",
        "ssh -L 16443:localhost:6443",
        "/usr/bin/ssh -N -T tethys",
      ], target: .tunnel),
    Process(name: "autossh", lines: ["autossh -M 0 -N -L 16443:localhost:6443 tethys"], target: .tunnel),
    Process(name: "k3s", lines: ["/usr/local/bin/k3s server", "k3s agent"], target: .node),
    Process(name: "k3s-server", lines: ["k3s server --config /etc/rancher/k3s/config.yaml"], target: .node),
    Process(
      name: "containerd", lines: ["containerd -c /var/lib/rancher/k3s/agent/etc/containerd"], target: .node),
    Process(
      name: "containerd-shim-runc-v2", lines: ["containerd-shim-runc-v2 -namespace k8s.io -id 0"],
      target: .node),
    Process(name: "kubelet", lines: ["kubelet --config=/var/lib/kubelet/config.yaml"], target: .node),
    Process(
      name: "etcd", lines: ["etcd --config-file=/var/lib/rancher/k3s/server/db/etcd/config"], target: .node),
  ]

  /// The processes that `pkill`, `pgrep`, `killall`, `skill` or `pidof` finds with these arguments.
  static func targets(_ name: String, _ words: [String]) -> Set<Target> {
    let isWhole = name == "pidof" || name == "skill" || name == "killall" && !has("r", "--regexp", words)
    let isFull = !isWhole && name != "killall" && has("f", "--full", words)
    let isExact = isWhole || has("x", "--exact", words)
    let flags = has("i", "--ignore-case", words) || has("I", "--ignore-case", words) ? REG_ICASE : 0
    if owner(words) { return [.tunnel] }
    var found: Set<Target> = []
    for pattern in patterns(words) {
      for process in protected {
        let subjects = isFull ? process.lines : [process.name]
        if subjects.contains(where: { matches(pattern, $0, isWhole: isWhole, isExact: isExact, flags) }) {
          found.insert(process.target)
        }
      }
    }
    return found
  }

  /// True for a group of short options with the letter, or the long option.
  private static func has(_ letter: Character, _ long: String, _ words: [String]) -> Bool {
    words.contains { $0 == long || $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains(letter) }
  }

  /// True if the processes are chosen by the guard's user.
  private static func owner(_ words: [String]) -> Bool {
    zip(words, words.dropFirst()).contains {
      ["-u", "-U", "--euid", "--uid"].contains($0) && $1.contains("oceanid")
    }
      || words.contains {
        ["-u", "-U", "--euid=", "--uid="].contains(where: $0.hasPrefix) && $0.contains("oceanid")
      }
  }

  /// The words that are no options and no values of options.
  private static func patterns(_ words: [String]) -> [String] {
    let valued: Set<String> = [
      "-u", "-U", "-g", "-G", "-P", "-s", "-t", "-F", "--signal", "--euid", "--uid", "--parent",
    ]
    return words.indices.filter { index in
      !words[index].hasPrefix("-") && (index == 0 || !valued.contains(words[index - 1]))
    }.map { words[$0] }
  }

  /// pkill(1) and pgrep(1) search for an extended regular expression, and it may match a part.
  private static func matches(
    _ pattern: String, _ subject: String, isWhole: Bool, isExact: Bool, _ flags: Int32
  ) -> Bool {
    if pattern.isEmpty || pattern.isComputed { return false }
    if isWhole, flags == 0 { return subject == pattern.split(separator: "/").last.map(String.init) }
    // The time and memory of other expressions have no bound.
    guard pattern.utf8.count <= 200, !pattern.contains("{") else { return true }
    var expression = regex_t()
    guard regcomp(&expression, isExact ? "^(\(pattern))$" : pattern, REG_EXTENDED | REG_NOSUB | flags) == 0
    else {
      return subject.contains(pattern)
    }
    defer { regfree(&expression) }
    return regexec(&expression, subject, 0, nil, 0) == 0
  }

  /// The processes that a text names, for example a filter for the output of ps(1).
  static func targets(in text: String) -> Set<Target> {
    var found: Set<Target> = []
    // `[s]sh` keeps grep from finding itself.
    let text = text.replacing(/\[(\w)\]/) { $0.output.1 }
    if ["oceanid", "guard.yaml", ObjectPolicy.serverPort].contains(where: text.contains) {
      found.insert(.tunnel)
    }
    let others = ["ssh-agent", "ssh-add", "ssh-keygen", ".ssh/"].reduce(text) { $0.replacing($1, with: "") }
    if others.contains("ssh") { found.insert(.tunnel) }
    if ["k3s", "containerd", "kubelet"].contains(where: text.contains) { found.insert(.node) }
    return found
  }

  /// A text that names the processes, for commands that end them.
  static func text(_ targets: Set<Target>) -> String {
    (targets.contains(.tunnel) ? "oceanid-guard " : "") + (targets.contains(.node) ? "k3s" : "")
  }
}
