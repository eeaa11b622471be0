internal import Health
internal import Platform
internal import Tunnel
internal import YAML

extension ConfigurationReader {
  mutating func tunnel(_ cluster: Section, listeners: inout [StreamAddress: Int]) -> Configuration.Tunnel? {
    guard let node = cluster.values["tunnel"] else {
      fail(cluster.node, "clusters: a cluster needs 'tunnel' with a 'host'")
      return nil
    }
    let keys = [
      "host", "user", "port", "identityFiles", "passphrase", "knownHostsFiles", "sshConfig", "forwards",
      "keepalive", "backoff", "hold", "sessions", "windowBudget",
    ]
    guard let section = section(node, "tunnel", keys: keys) else { return nil }
    let host = host(section)
    var result = Configuration.Tunnel.default(host: host ?? "")
    result.user = user(section)
    if let node = section.values["port"] {
      result.port = number(node, "port", in: 1...65535).map { UInt16($0) }
    }
    result.identityFiles = secretFiles(section, "identityFiles")
    result.passphrase = secretPlace(section, "passphrase")
    result.knownHostsFiles = secretFiles(section, "knownHostsFiles")
    result.sshConfig = path(section, "sshConfig")
    result.forwards = forwards(section, listeners: &listeners)
    result.keepalive = keepalive(section)
    result.backoff = backoff(section, default: result.backoff)
    result.hold = duration(section, "hold", in: .zero...(.seconds(300)), default: result.hold)
    if let node = section.values["sessions"] { result.sessions = number(node, "sessions", in: 1...16) }
    result.windowBudget = windowBudget(section) ?? result.windowBudget
    return host == nil ? nil : result
  }

  private mutating func windowBudget(_ section: Section) -> Int? {
    guard let node = section.values["windowBudget"] else { return nil }
    guard let text = text(node, "windowBudget", of: "a size") else { return nil }
    let range = (1 << 20)...(4 << 30)
    guard let bytes = ByteSize(configuration: text)?.bytes, range.contains(bytes) else {
      fail(node, "windowBudget: expected from 1MiB to 4GiB, as in 64MiB, found '\(text.cut(to: 64))'")
      return nil
    }
    return bytes
  }

  private mutating func host(_ section: Section) -> String? {
    guard let node = section.values["host"] else {
      fail(section.node, "tunnel: 'host' is missing: an alias of ssh_config or a host name")
      return nil
    }
    guard let host = text(node, "host", of: "an alias of ssh_config or a host name") else { return nil }
    guard HostPort.isName(host) || IPAddress(host) != nil else {
      fail(
        node,
        "host: expected an alias of ssh_config or a host name, found '\(host.cut(to: 64))' (user and port "
          + "have keys of their own)")
      return nil
    }
    return host
  }

  private mutating func user(_ section: Section) -> String? {
    guard let node = section.values["user"], let user = text(node, "user", of: "a user name") else {
      return nil
    }
    guard !user.hasPrefix("-"), user.utf8.count <= 256, !user.contains(where: \.isWhitespace) else {
      fail(node, "user: expected a user name without spaces, found '\(user.cut(to: 64))'")
      return nil
    }
    return user
  }

  private mutating func keepalive(_ tunnel: Section) -> Configuration.Keepalive? {
    guard let section = section(tunnel, "keepalive", keys: ["interval", "timeout"]) else { return nil }
    let standard = Configuration.Keepalive.standard
    var result = standard
    result.interval = duration(
      section, "interval", in: .milliseconds(100)...(.seconds(300)), default: standard.interval)
    result.timeout = duration(
      section, "timeout", in: .milliseconds(200)...(.seconds(900)), default: standard.timeout)
    if result.timeout < result.interval, let place = section.values["timeout"] ?? section.values["interval"] {
      fail(
        place,
        "keepalive: timeout (\(result.timeout.configurationText)) is shorter than interval "
          + "(\(result.interval.configurationText)): three intervals are a good timeout")
    }
    return result
  }

  private mutating func backoff(
    _ tunnel: Section, default standard: Configuration.Backoff
  ) -> Configuration.Backoff {
    guard let section = section(tunnel, "backoff", keys: ["initial", "max"]) else { return standard }
    var result = standard
    result.initial = duration(
      section, "initial", in: .milliseconds(10)...(.seconds(60)), default: standard.initial)
    result.max = duration(section, "max", in: .milliseconds(10)...(.seconds(3600)), default: standard.max)
    if result.max < result.initial, let place = section.values["max"] ?? section.values["initial"] {
      fail(
        place,
        "backoff: max (\(result.max.configurationText)) is shorter than initial "
          + "(\(result.initial.configurationText))")
    }
    return result
  }

  // MARK: Forwards

  private mutating func forwards(
    _ tunnel: Section, listeners: inout [StreamAddress: Int]
  ) -> [Configuration.Forward] {
    let standard = Configuration.Forward.standard
    guard let nodes = list(tunnel, "forwards", of: "forwards") else {
      // The default listens as well, so two clusters that both leave it out collide.
      claim(standard.listen, at: tunnel.node, &listeners)
      return [standard]
    }
    guard (1...32).contains(nodes.count) else {
      fail(
        tunnel.values["forwards"] ?? tunnel.node,
        "forwards: expected from 1 to 32 of { listen: 127.0.0.1:16443, target: localhost:6443 }")
      return []
    }
    var result: [Configuration.Forward] = []
    for node in nodes {
      guard let section = section(node, "forwards", keys: ["listen", "target"]) else { continue }
      let listen = listen(section, default: standard.listen, &listeners)
      let target = target(section, default: standard.target)
      if let listen, let target { result.append(Configuration.Forward(listen: listen, target: target)) }
    }
    return result
  }

  private mutating func listen(
    _ section: Section, default standard: StreamAddress, _ listeners: inout [StreamAddress: Int]
  ) -> StreamAddress? {
    guard let node = section.values["listen"] else {
      claim(standard, at: section.node, &listeners)
      return standard
    }
    guard let text = text(node, "listen", of: "ADDRESS:PORT or a path") else { return nil }
    if text.hasPrefix("/") || text.hasPrefix("~") {
      guard let path = socketPath(node, "listen", environment.expand(text), text) else { return nil }
      return claim(.unix(path: path), at: node, &listeners) ? .unix(path: path) : nil
    }
    guard let place = HostPort(text), let address = IPAddress(place.host) else {
      fail(
        node,
        "listen: expected ADDRESS:PORT, as in 127.0.0.1:16443 or [::1]:16443, or the path of a Unix socket, "
          + "found '\(text.cut(to: 64))'")
      return nil
    }
    guard address.isLoopback else {
      fail(
        node,
        "listen: \(place.host) is no loopback address: others could reach the cluster's API through "
          + "this machine; use 127.0.0.1 or [::1]")
      return nil
    }
    return claim(.tcp(place), at: node, &listeners) ? .tcp(place) : nil
  }

  private mutating func target(_ section: Section, default standard: StreamAddress) -> StreamAddress? {
    guard let node = section.values["target"] else { return standard }
    guard let text = text(node, "target", of: "HOST:PORT or a path") else { return nil }
    if text.hasPrefix("/") { return socketPath(node, "target", text, text).map { .unix(path: $0) } }
    guard let place = HostPort(text) else {
      fail(
        node,
        "target: expected HOST:PORT, as in localhost:6443, or the path of a Unix socket there, found "
          + "'\(text.cut(to: 64))'")
      return nil
    }
    return .tcp(place)
  }

  private mutating func socketPath(_ node: YAMLNode, _ name: String, _ path: String?, _ text: String)
    -> String?
  {
    // sun_path has 108 bytes with its final zero (unix(7)).
    guard let path, !path.hasSuffix("/"), SocketAddress(path: path) != nil else {
      fail(
        node,
        "\(name): expected the path of a Unix socket, at most 107 bytes, found '\(text.cut(to: 64).escaped)'")
      return nil
    }
    return path
  }

  /// Notes that `address` is listened on; says so where it already is.
  @discardableResult
  private mutating func claim(
    _ address: StreamAddress, at node: YAMLNode, _ listeners: inout [StreamAddress: Int]
  ) -> Bool {
    if let line = listeners[address] {
      fail(node, "listen: \(address) is listened on already, by the forward in line \(line)")
      return false
    }
    listeners[address] = node.mark.line
    return true
  }
}
