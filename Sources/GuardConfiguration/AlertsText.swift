internal import Health

// How --print-config writes the entries of `alerts`.

extension Configuration.AlertChannel {
  /// A list's entry. Of an address only the host is shown: its path may be a secret.
  var text: String {
    var lines = [
      "name: \(Configuration.scalar(name))", "\(means.word): { \(means.parts.joined(separator: ", ")) }",
    ]
    lines.append("severity: \(filter.least.rawValue)")
    if !filter.clusters.isEmpty { lines.append("clusters: \(Configuration.list(filter.clusters))") }
    if !filter.kinds.isEmpty { lines.append("kinds: \(Configuration.list(filter.kinds.map(\.rawValue)))") }
    return "  - " + lines.joined(separator: "\n    ") + "\n"
  }
}

extension Configuration.SecretPlace {
  var text: String {
    switch self {
    case .credential(let name): "{ credential: \(Configuration.scalar(name)) }"
    case .file(let path): "{ file: \(Configuration.scalar(path)) }"
    }
  }
}

extension Configuration.AlertChannel.Means {
  fileprivate var parts: [String] {
    switch self {
    case .webhook(let webhook):
      webhook.target.parts + (webhook.key.map { ["key: \($0.text)"] } ?? [])
    case .alertmanager(let alertmanager):
      ["urls: [\(alertmanager.targets.map { $0.location.text(isPathShown: true) }.joined(separator: ", "))]"]
        + (alertmanager.targets.first?.commonParts ?? [])
        + ["resolveAfter: \(alertmanager.resolveAfter.configurationText)"]
    case .ntfy(let target): target.parts
    case .email(let email):
      ["to: \(Configuration.list(email.to))"]
        + (email.from.map { ["from: \(Configuration.scalar($0))"] } ?? [])
        + ["sendmail: \(Configuration.scalar(email.sendmail))"]
    case .ping(let ping): ping.target.parts + ["interval: \(ping.interval.configurationText)"]
    case .command(let program):
      [
        "run: \(Configuration.list(program.run))",
        "timeout: \(program.timeout.configurationText)",
      ]
    }
  }
}

extension Configuration.WebTarget {
  fileprivate var parts: [String] { ["url: \(location.text(isPathShown: false))"] + commonParts }

  fileprivate var commonParts: [String] {
    var parts: [String] = []
    switch login {
    case .token(let place): parts.append("token: \(place.text)")
    case .password(let user, let place):
      parts += ["user: \(Configuration.scalar(user))", "password: \(place.text)"]
    case nil: break
    }
    if let authorities { parts.append("authorities: \(Configuration.scalar(authorities))") }
    if isInsecure { parts.append("insecure: true") }
    return parts
  }
}

extension Configuration.WebTarget.Location {
  fileprivate func text(isPathShown: Bool) -> String {
    switch self {
    case .secret(let place): place.text
    case .address(let address):
      Configuration.scalar(
        isPathShown || address.path.isEmpty && address.query.isEmpty ? address.url : address.origin + "/…")
    }
  }
}
