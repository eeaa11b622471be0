extension Configuration.AlertChannel {
  /// The places of the channel's tokens, passwords, keys and secret addresses.
  package var secrets: [SecretPlace] {
    switch means {
    case .webhook(let webhook): webhook.target.secrets + [webhook.key].compactMap(\.self)
    case .alertmanager(let alertmanager): alertmanager.targets.flatMap(\.secrets)
    case .ntfy(let ntfy): ntfy.target.secrets
    case .github(let github): [github.token]
    case .ping(let ping): ping.target.secrets
    case .email, .command: []
    }
  }

  /// The names of the credentials among them.
  package var credentials: [String] {
    secrets.compactMap { if case .credential(let name) = $0 { name } else { nil } }
  }
}

extension WebTarget {
  fileprivate var secrets: [SecretPlace] {
    var secrets: [SecretPlace] = []
    if case .secret(let place) = location { secrets.append(place) }
    switch access.login {
    case .token(let place), .password(_, let place): secrets.append(place)
    case nil: break
    }
    return secrets
  }
}
