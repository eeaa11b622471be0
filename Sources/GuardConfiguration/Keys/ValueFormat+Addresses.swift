internal import GuardTypes
internal import Health
internal import Platform
internal import Tunnel
internal import YAML

extension ValueFormat where Value == StreamAddress {
  /// A local address that a forward listens on: loopback, or a Unix socket.
  static var listen: ValueFormat {
    ValueFormat(description: "a loopback ADDRESS:PORT or the path of a Unix socket") { reader, node, key in
      guard let text = reader.text(node, key, of: "ADDRESS:PORT or a path") else { return nil }
      if text.hasPrefix("/") || text.hasPrefix("~") {
        guard let path = reader.socketPath(reader.environment.expand(text), node, key, text) else {
          return nil
        }
        return reader.claim(.unix(path: path), at: node) ? .unix(path: path) : nil
      }
      guard let place = HostPort(text), let address = IPAddress(place.host) else {
        reader.fail(
          node,
          "\(key): expected ADDRESS:PORT, as in 127.0.0.1:16443 or [::1]:16443, or the path of a Unix socket, "
            + "found \(text.quoted())")
        return nil
      }
      guard address.isLoopback else {
        reader.fail(
          node,
          "\(key): \(place.host) is not a loopback address: others could reach the cluster's API through this "
            + "machine; use 127.0.0.1 or [::1]")
        return nil
      }
      return reader.claim(.tcp(place), at: node) ? .tcp(place) : nil
    } text: {
      YAMLText.quoted("\($0)")
    }
  }

  /// An address on the remote side of the tunnel.
  static var target: ValueFormat {
    ValueFormat(description: "HOST:PORT or the path of a Unix socket") { reader, node, key in
      guard let text = reader.text(node, key, of: "HOST:PORT or a path") else { return nil }
      if text.hasPrefix("/") { return reader.socketPath(text, node, key, text).map { .unix(path: $0) } }
      guard let place = HostPort(text) else {
        reader.fail(
          node,
          "\(key): expected HOST:PORT, as in localhost:6443, or the path of a Unix socket there, found "
            + "'\(text.limited(to: 64))'")
        return nil
      }
      return .tcp(place)
    } text: {
      YAMLText.quoted("\($0)")
    }
  }
}

extension ConfigurationReader {
  fileprivate mutating func socketPath(
    _ path: String?, _ node: YAMLNode, _ key: String, _ text: String
  ) -> String? {
    guard let path, !path.hasSuffix("/"), SocketAddress(path: path) != nil else {
      fail(
        node,
        "\(key): expected the path of a Unix socket, at most \(UnixStream.longestPath) bytes, found \(text.quoted())"
      )
      return nil
    }
    return path
  }

  /// Records that a forward listens on `address`. Returns false if another one does already, and reports an
  /// error.
  @discardableResult
  mutating func claim(_ address: StreamAddress, at node: YAMLNode) -> Bool {
    if let line = listeners[address] {
      fail(node, "listen: \(address) is already used by the forward in line \(line)")
      return false
    }
    listeners[address] = node.mark.line
    return true
  }
}

extension ValueFormat where Value == WebLocation {
  /// - Parameter isPathShown: false prints only the host, because the path may be a secret.
  static func webAddress(isPathShown: Bool) -> ValueFormat {
    ValueFormat(
      description: "an address that begins with https://, or { credential: NAME } or { file: PATH }"
    ) { reader, node, key in
      if case .mapping = node {
        return ValueFormat<SecretSource>.secretPlace.read(&reader, node, key).map { .secret($0) }
      }
      guard let text = reader.text(node, key, of: "an address") else { return nil }
      do throws(WebAddress.Mistake) {
        return .address(try WebAddress(text))
      } catch {
        reader.fail(node, "\(key): \(error.reason)")
        return nil
      }
    } text: {
      switch $0 {
      case .secret(let place): ValueFormat<SecretSource>.secretPlace.text(place)
      case .address(let address):
        YAMLText.scalar(
          isPathShown || address.path.isEmpty && address.query.isEmpty ? address.url : address.origin + "/…")
      }
    }
  }
}

extension ValueFormat where Value == [WebLocation] {
  static var webAddresses: ValueFormat {
    let address = ValueFormat<WebLocation>.webAddress(isPathShown: true)
    let list = ValueFormat.list(of: "addresses", address)
    return ValueFormat(description: "from 1 to 8 of: \(address.description)") { reader, node, key in
      guard let locations = list.read(&reader, node, key) else { return nil }
      guard (1...8).contains(locations.count) else {
        reader.fail(node, "\(key): expected from 1 to 8 addresses, found \(locations.count)")
        return nil
      }
      return locations
    } text: {
      list.text($0)
    }
  }
}
