internal import Health
internal import Tunnel
internal import YAML

// The entries of `alerts`.

extension ConfigurationReader {
  private static var means: [String] { ["webhook", "alertmanager", "ntfy", "email", "ping", "command"] }

  mutating func alerts(_ top: Section, clusters: [String]) -> [Configuration.AlertChannel] {
    guard let nodes = list(top, "alerts", of: "alert channels") else { return [] }
    guard nodes.count <= 32 else {
      fail(top.values["alerts"] ?? top.node, "alerts: expected at most 32 channels, found \(nodes.count)")
      return []
    }
    var channels: [Configuration.AlertChannel] = []
    var names: [String: Int] = [:]
    for node in nodes {
      let keys = ["name"] + Self.means + ["severity", "clusters", "kinds"]
      let before = errors.count
      guard let section = section(node, "alerts", keys: keys) else { continue }
      // A misspelt key is most likely the channel that is missing.
      let isMisspelt = errors.count > before
      let name = channelName(section, taken: &names)
      let means = means(section, isMisspelt: isMisspelt)
      let filter = filter(section, clusters: clusters)
      if let name, let means {
        channels.append(Configuration.AlertChannel(name: name, means: means, filter: filter))
      }
    }
    return channels
  }

  private mutating func channelName(_ section: Section, taken: inout [String: Int]) -> String? {
    guard let node = section.values["name"] else {
      fail(section.node, "alerts: a channel needs a name")
      return nil
    }
    guard let name = text(node, "name", of: "a name") else { return nil }
    guard HostPort.isName(name), name.utf8.count <= 63 else {
      fail(node, "name: expected letters, digits, '-', '_' and '.', at most 63, found '\(name.cut(to: 64))'")
      return nil
    }
    if let line = taken[name] {
      fail(node, "name: '\(name)' is the name of another channel already, in line \(line)")
      return nil
    }
    taken[name] = node.mark.line
    return name
  }

  private mutating func means(_ section: Section, isMisspelt: Bool) -> Configuration.AlertChannel.Means? {
    let given = Self.means.filter { section.values[$0] != nil }
    guard let word = given.first, given.count == 1 else {
      guard !given.isEmpty || !isMisspelt else { return nil }
      let all = Self.means.joined(separator: ", ")
      fail(
        section.node,
        given.isEmpty
          ? "alerts: a channel needs one of \(all)"
          : "alerts: a channel is one of \(all), found \(given.joined(separator: " and "))")
      return nil
    }
    switch word {
    case "webhook":
      guard let part = self.section(section, word, keys: webKeys + ["key"]) else { return nil }
      let key = secretPlace(part, "key")
      return webTarget(part).map { .webhook(.init(target: $0, key: key)) }
    case "alertmanager": return alertmanager(section)
    case "ntfy":
      guard let part = self.section(section, word, keys: webKeys), let target = webTarget(part) else {
        return nil
      }
      if case .address(let address) = target.location, address.leaf == nil, let node = part.values["url"] {
        fail(node, "url: expected the address of a topic, as in https://ntfy.sh/TOPIC")
        return nil
      }
      return .ntfy(target)
    case "email": return email(section)
    case "ping":
      guard let part = self.section(section, word, keys: webKeys + ["interval"]) else { return nil }
      let interval = duration(
        part, "interval", in: .seconds(10)...(.seconds(86_400)), default: .seconds(60))
      return webTarget(part).map { .ping(.init(target: $0, interval: interval)) }
    default: return program(section)
    }
  }

  // MARK: - Over HTTP

  private var webKeys: [String] { ["url", "token", "user", "password", "authorities", "insecure"] }

  private mutating func alertmanager(_ section: Section) -> Configuration.AlertChannel.Means? {
    let keys = ["urls", "resolveAfter"] + webKeys.filter { $0 != "url" }
    guard let part = self.section(section, "alertmanager", keys: keys) else { return nil }
    let resolveAfter = duration(
      part, "resolveAfter", in: .seconds(120)...(.seconds(3600)), default: .seconds(240))
    guard let nodes = list(part, "urls", of: "addresses") else {
      if part.values["urls"] == nil {
        fail(part.node, "alertmanager: 'urls' is missing: a list such as [https://alertmanager.example.org]")
      }
      return nil
    }
    guard (1...8).contains(nodes.count) else {
      fail(part.values["urls"] ?? part.node, "urls: expected from 1 to 8 addresses, found \(nodes.count)")
      return nil
    }
    guard let common = webCommon(part) else { return nil }
    let targets = nodes.compactMap { location($0, "urls", isInsecure: common.isInsecure) }.map { location in
      var target = common
      target.location = location
      return target
    }
    return targets.count == nodes.count
      ? .alertmanager(.init(targets: targets, resolveAfter: resolveAfter)) : nil
  }

  private mutating func webTarget(_ part: Section) -> Configuration.WebTarget? {
    guard let node = part.values["url"] else {
      fail(part.node, "\(part.name): 'url' is missing")
      return nil
    }
    guard var target = webCommon(part), let location = location(node, "url", isInsecure: target.isInsecure)
    else { return nil }
    target.location = location
    return target
  }

  /// All but the location.
  private mutating func webCommon(_ part: Section) -> Configuration.WebTarget? {
    var target = Configuration.WebTarget(location: .secret(.file("")))
    if let node = part.values["insecure"] {
      guard case .scalar(let scalar) = node, ["true", "false"].contains(scalar.string) else {
        fail(node, "insecure: expected true or false, found \(found(node))")
        return nil
      }
      target.isInsecure = scalar.string == "true"
    }
    target.authorities = path(part, "authorities")
    let token = secretPlace(part, "token")
    let password = secretPlace(part, "password")
    let user = text(part, "user", of: "a user name")
    if let node = part.values["token"], part.values["user"] != nil || part.values["password"] != nil {
      fail(node, "token: expected either a token or user and password")
      return nil
    }
    if part.values["user"] == nil, let node = part.values["password"] {
      fail(node, "password: 'user' is missing")
      return nil
    }
    if part.values["password"] == nil, let node = part.values["user"] {
      fail(node, "user: 'password' is missing: { credential: NAME } or { file: PATH }")
      return nil
    }
    if let user, user.contains(":"), let node = part.values["user"] {
      // RFC 7617 §2
      fail(node, "user: a user name has no ':'")
      return nil
    }
    if let token { target.login = .token(token) }
    if let user, let password { target.login = .password(user: user, password) }
    return target
  }

  private mutating func location(
    _ node: YAMLNode, _ key: String, isInsecure: Bool
  ) -> Configuration.WebTarget.Location? {
    if case .mapping = node { return secretPlace(node, key).map { .secret($0) } }
    guard let text = text(node, key, of: "an address") else { return nil }
    do throws(WebAddress.Mistake) {
      let address = try WebAddress(text)
      if let reason = address.exposure(isInsecure: isInsecure) {
        fail(node, "\(key): \(reason)")
        return nil
      }
      return .address(address)
    } catch {
      fail(node, "\(key): \(error.reason)")
      return nil
    }
  }

  // MARK: - Programs

  private mutating func email(_ section: Section) -> Configuration.AlertChannel.Means? {
    guard let part = self.section(section, "email", keys: ["to", "from", "sendmail"]) else { return nil }
    guard let node = part.values["to"] else {
      fail(part.node, "email: 'to' is missing: an address or a list of them")
      return nil
    }
    var nodes = [node]
    if case .sequence = node { nodes = list(part, "to", of: "addresses") ?? [] }
    guard (1...50).contains(nodes.count) else {
      fail(node, "to: expected from 1 to 50 addresses, found \(nodes.count)")
      return nil
    }
    let to = nodes.compactMap { mailAddress($0, "to") }
    var email = Configuration.AlertChannel.Email(to: to)
    if let node = part.values["from"] {
      guard let from = mailAddress(node, "from") else { return nil }
      email.from = from
    }
    email.sendmail = path(part, "sendmail") ?? email.sendmail
    return to.count == nodes.count ? .email(email) : nil
  }

  /// What needs no quotes in RFC 5322 §3.4.1, or the name of a user of this machine. Never an option to sendmail.
  private mutating func mailAddress(_ node: YAMLNode, _ key: String) -> String? {
    guard let text = text(node, key, of: "a mail address") else { return nil }
    guard text.utf8.count <= 254,
      text.wholeMatch(
        of:
          /[A-Za-z0-9._+=\/~%&'*!?^{|}`#$][A-Za-z0-9._+=\/~%&'*!?^{|}`#$-]*(@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)?/
      ) != nil
    else {
      fail(node, "\(key): expected a mail address such as ops@example.org, found '\(text.cut(to: 64))'")
      return nil
    }
    return text
  }

  private mutating func program(_ section: Section) -> Configuration.AlertChannel.Means? {
    guard let part = self.section(section, "command", keys: ["run", "timeout"]) else { return nil }
    let timeout = duration(part, "timeout", in: .seconds(1)...(.seconds(60)), default: .seconds(10))
    guard let nodes = list(part, "run", of: "a program and its arguments"), let first = nodes.first,
      nodes.count <= 64
    else {
      fail(
        part.values["run"] ?? part.node,
        "command: expected 'run' with a program and its arguments, as in [/usr/local/bin/page, --now]")
      return nil
    }
    guard let path = path(first, "run") else { return nil }
    let arguments = nodes.dropFirst().compactMap { text($0, "run", of: "an argument") }
    guard arguments.count == nodes.count - 1 else { return nil }
    return .command(.init(run: [path] + arguments, timeout: timeout))
  }

  // MARK: - Filter

  private mutating func filter(_ section: Section, clusters: [String]) -> Configuration.AlertChannel.Filter {
    var filter = Configuration.AlertChannel.Filter()
    if let node = section.values["severity"] {
      filter.least =
        word(node, "severity", among: Problem.Severity.allCases.map(\.rawValue))
        .flatMap(Problem.Severity.init) ?? filter.least
    }
    filter.clusters = (list(section, "clusters", of: "names of clusters") ?? []).compactMap {
      word($0, "clusters", among: clusters)
    }
    filter.kinds = (list(section, "kinds", of: "kinds") ?? []).compactMap {
      word($0, "kinds", among: Problem.Kind.allCases.map(\.rawValue)).flatMap(Problem.Kind.init)
    }
    return filter
  }
}

extension WebAddress {
  /// Why nothing may be sent there; nil where it may.
  package func exposure(isInsecure: Bool) -> String? {
    guard !isEncrypted, !isLoopback, !isInsecure else { return nil }
    return
      "\(origin) is not encrypted: use https://, or say 'insecure: true' beside it where that network is your own"
  }
}
