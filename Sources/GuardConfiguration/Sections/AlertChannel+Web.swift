package import GuardTypes
internal import YAML

// The channels that send over HTTP.

extension Configuration.AlertChannel {
  /// Posts notices as JSON, signed if there is a key.
  package struct Webhook: Hashable, Sendable {
    package var target: WebTarget
    /// The key of the signature; nil for no signature.
    package var key: SecretSource?
  }

  /// Posts alerts to Alertmanager.
  package struct Alertmanager: Hashable, Sendable {
    /// At least one. All members of an Alertmanager cluster get all alerts, as its documentation requires.
    package var locations: [WebLocation]
    package var access = WebAccess()
    /// Alerts are resolved if the guard has sent nothing for this long.
    package var resolveAfter: Duration = .seconds(240)

    /// One target per address.
    package var targets: [WebTarget] { locations.map { WebTarget(location: $0, access: access) } }
  }

  /// Posts notices to an ntfy topic.
  package struct Ntfy: Hashable, Sendable {
    package var target: WebTarget
  }

  /// Requests an address regularly while there is no problem: a dead man's switch.
  package struct Ping: Hashable, Sendable {
    package var target: WebTarget
    /// The time between pings.
    package var interval: Duration = .seconds(60)
  }
}

extension Configuration.AlertChannel.Webhook: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(target: .empty) }

  static var keys: [ConfigurationKey<Configuration.AlertChannel.Webhook>] {
    WebTarget.keys().map { $0.lifted(to: \.target) } + [
      .init(
        "key", optional: \.key, .secretPlace, standard: "requests are not signed",
        "The key of the signature (HMAC-SHA-256) that is sent with every request.")
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    target.check(section, &reader)
  }
}

extension Configuration.AlertChannel.Alertmanager: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(locations: []) }

  static var keys: [ConfigurationKey<Configuration.AlertChannel.Alertmanager>] {
    [
      .init(
        "urls", \.locations, .webAddresses,
        missing: "'urls' is missing: a list such as [https://alertmanager.example.org]",
        "The addresses of Alertmanager. Each of them gets every alert.")
    ] + WebAccess.keys.map { $0.lifted(to: \.access) } + [
      .init(
        "resolveAfter", \.resolveAfter, .duration(.seconds(120)...(.seconds(3600))),
        "The time after which Alertmanager resolves an alert that the guard no longer sends.")
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard access.check(section, &reader), case .sequence(let urls) = section.values["urls"] else {
      return false
    }
    return zip(locations, urls.elements).allSatisfy { access.check($0, "urls", $1, &reader) }
  }
}

extension Configuration.AlertChannel.Ntfy: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(target: .empty) }

  static var keys: [ConfigurationKey<Configuration.AlertChannel.Ntfy>] {
    WebTarget.keys().map { $0.lifted(to: \.target) }
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard target.check(section, &reader) else { return false }
    guard case .address(let address) = target.location, address.leaf == nil else { return true }
    reader.fail(
      section.values["url"] ?? section.node,
      "url: expected the address of a topic, as in https://ntfy.sh/TOPIC")
    return false
  }
}

extension Configuration.AlertChannel.Ping: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init(target: .empty) }

  static var keys: [ConfigurationKey<Configuration.AlertChannel.Ping>] {
    WebTarget.keys("The address that is requested.").map { $0.lifted(to: \.target) } + [
      .init(
        "interval", \.interval, .duration(.seconds(10)...(.seconds(86_400))),
        "The time from one ping to the next.")
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    target.check(section, &reader)
  }
}
