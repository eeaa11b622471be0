internal import Health

extension Configuration {
  /// The effective configuration as YAML in the shape of guard.yaml; reading it gives the same values.
  package var yaml: String {
    var out = "control:\n  socket: \(Self.scalar(control.socket))\nclusters:\n"
    for cluster in clusters {
      out += "  - name: \(Self.scalar(cluster.name))\n"
      out += Self.section("tunnel", cluster.tunnel.lines)
      out += Self.section("kubernetes", cluster.kubernetes.lines)
      out += Self.section("expect", cluster.expect.lines)
    }
    if let metricsTextfile { out += "metrics:\n  textfile: \(Self.scalar(metricsTextfile))\n" }
    guard !alerts.isEmpty else { return out + "alerts: []\n" }
    return out + "alerts:\n" + alerts.map(\.text).joined()
  }

  private static func section(_ name: String, _ lines: [String]) -> String {
    "    \(name):\n" + lines.map { "      \($0)\n" }.joined()
  }

  /// A YAML scalar: plain where that can't be taken for anything but this text, else in double quotes.
  static func scalar(_ text: String) -> String {
    let isPlain =
      text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "/._-".utf8.contains(byte)
        }
      } && (text.utf8.first.map { $0 != UInt8(ascii: "-") } ?? false)
      && !["null", "Null", "NULL"].contains(text)
    return isPlain ? text : quoted(text)
  }

  fileprivate static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  static func list(_ texts: [String]) -> String {
    "[\(texts.map(scalar).joined(separator: ", "))]"
  }
}

extension Configuration.Tunnel {
  fileprivate var lines: [String] {
    var lines = ["host: \(Configuration.scalar(host))"]
    if let user { lines.append("user: \(Configuration.scalar(user))") }
    if let port { lines.append("port: \(port)") }
    if let identityFiles { lines.append("identityFiles: \(Configuration.list(identityFiles))") }
    if let passphrase { lines.append("passphrase: \(passphrase.text)") }
    if let knownHostsFiles { lines.append("knownHostsFiles: \(Configuration.list(knownHostsFiles))") }
    if let sshConfig { lines.append("sshConfig: \(Configuration.scalar(sshConfig))") }
    lines.append("forwards:")
    for forward in forwards {
      let (listen, target) = (
        Configuration.quoted("\(forward.listen)"), Configuration.quoted("\(forward.target)")
      )
      lines.append("  - { listen: \(listen), target: \(target) }")
    }
    let alive = keepalive ?? .standard
    let (interval, timeout) = (alive.interval.configurationText, alive.timeout.configurationText)
    let line = "keepalive: { interval: \(interval), timeout: \(timeout) }"
    // Written as a key it would be somebody's choice, and no longer follow ssh_config.
    lines.append(keepalive == nil ? "# \(line)  or ServerAliveInterval of ssh_config where shorter" : line)
    let (initial, max) = (backoff.initial.configurationText, backoff.max.configurationText)
    lines.append("backoff: { initial: \(initial), max: \(max) }")
    lines.append("hold: \(hold.configurationText)")
    lines.append(sessions.map { "sessions: \($0)" } ?? "# sessions: one for each processor")
    lines.append("windowBudget: \(ByteSize(bytes: windowBudget).configurationText)")
    return lines
  }
}

extension Configuration.Kubernetes {
  fileprivate var lines: [String] {
    let (interval, timeout) = (poll.interval.configurationText, poll.timeout.configurationText)
    return [
      "kubeconfig: \(Configuration.scalar(kubeconfig))", "context: \(Configuration.scalar(context))",
      "poll: { interval: \(interval), timeout: \(timeout) }",
    ]
  }
}

extension Expectations {
  fileprivate var lines: [String] {
    let counts = gpus.sorted { $0.key < $1.key }.map { "\(Configuration.scalar($0.key)): \($0.value)" }
    var flux = "namespace: \(Configuration.scalar(fluxNamespace))"
    if let fluxVersion { flux = "version: \(Configuration.scalar(fluxVersion)), " + flux }
    return [
      "nodes: \(Configuration.list(nodes))", "gpu: { \(counts.joined(separator: ", ")) }",
      "flux: { \(flux) }", "workloads: \(Configuration.list(workloads.map(\.description)))",
      "secrets: \(Configuration.list(secrets.map(\.description)))",
    ]
  }
}
