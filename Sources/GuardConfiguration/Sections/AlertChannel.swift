package import GuardTypes

extension Configuration {
  /// An entry of `alerts`: a means to notify people.
  package struct AlertChannel: Hashable, Sendable {
    /// Unique, because it is part of a file name.
    package var name: String
    /// The means of delivery.
    package var means: Means
    /// Selects the incidents to deliver.
    package var filter = Filter()

    /// The kind of a channel, with its section.
    package enum Means: Hashable, Sendable {
      case webhook(Webhook)
      case alertmanager(Alertmanager)
      case ntfy(Ntfy)
      case email(Email)
      case github(GitHub)
      case ping(Ping)
      case command(Program)
    }
  }
}

extension Configuration.AlertChannel: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) {
    self.init(name: "", means: .command(Program(run: [])))
  }

  static var keys: [ConfigurationKey<Configuration.AlertChannel>] {
    [
      .init(
        "name", \.name, .uniqueName(of: "channel"), missing: "a channel needs a name",
        "The name of the channel in documents and messages. Each channel has its own.")
    ] + Means.keys.map { $0.lifted(to: \.means) } + Filter.keys.map { $0.lifted(to: \.filter) }
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    let all = Means.keys.map(\.name)
    let given = all.filter { section.values[$0] != nil }
    if given.count == 1 { return true }
    let words = all.joined(separator: ", ")
    if !given.isEmpty {
      reader.fail(
        section.node, "alerts: a channel is one of \(words), found \(given.joined(separator: " and "))")
    } else if !section.hasUnknownKeys {
      // An unknown key is probably the misspelled channel.
      reader.fail(section.node, "alerts: a channel needs one of \(words)")
    }
    return false
  }
}

extension Configuration.AlertChannel.Means {
  /// The key in guard.yaml.
  package var word: String {
    Configuration.AlertChannel.Means.keys.first { $0.printed(self).inline != nil }?.name ?? ""
  }

  /// A channel has exactly one of these keys.
  fileprivate static var keys: [ConfigurationKey<Configuration.AlertChannel.Means>] {
    [
      .init(
        "webhook", style: .flow, get: { if case .webhook(let webhook) = $0 { webhook } else { nil } },
        set: { $0 = .webhook($1) }),
      .init(
        "alertmanager", style: .flow,
        get: { if case .alertmanager(let alertmanager) = $0 { alertmanager } else { nil } },
        set: { $0 = .alertmanager($1) }),
      .init(
        "ntfy", style: .flow, get: { if case .ntfy(let ntfy) = $0 { ntfy } else { nil } },
        set: { $0 = .ntfy($1) }),
      .init(
        "email", style: .flow, get: { if case .email(let email) = $0 { email } else { nil } },
        set: { $0 = .email($1) }),
      .init(
        "github", style: .flow, get: { if case .github(let github) = $0 { github } else { nil } },
        set: { $0 = .github($1) }),
      .init(
        "ping", style: .flow, get: { if case .ping(let ping) = $0 { ping } else { nil } },
        set: { $0 = .ping($1) }),
      .init(
        "command", style: .flow, get: { if case .command(let program) = $0 { program } else { nil } },
        set: { $0 = .command($1) }),
    ]
  }
}

extension Configuration.AlertChannel {
  /// The places of the channel's tokens, passwords, keys and secret addresses.
  package var secrets: [SecretSource] {
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
