internal import GuardTypes

/// An alert receiver over HTTP.
package struct WebTarget: Hashable, Sendable {
  /// The address.
  package var location: WebLocation
  /// The login and the trusted authorities.
  package var access = WebAccess()

  package init(location: WebLocation, access: WebAccess = WebAccess()) {
    self.location = location
    self.access = access
  }
}

extension WebTarget {
  /// The keys of every channel that sends over HTTP to one address.
  ///
  /// - Parameter meaning: that of the address.
  static func keys(_ meaning: String = "The address that alerts are sent to.") -> [ConfigurationKey<
    WebTarget
  >] {
    [
      .init(
        "url", \.location, .webAddress(isPathShown: false), missing: "'url' is missing", meaning)
    ] + WebAccess.keys.map { $0.lifted(to: \.access) }
  }

  /// The value of a section without keys.
  static var empty: WebTarget { WebTarget(location: .secret(.file(""))) }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard access.check(section, &reader), let node = section.values["url"] else { return false }
    return access.check(location, "url", node, &reader)
  }
}

extension WebTarget {
  /// The places of its secret address, token or password.
  var secrets: [SecretSource] {
    var secrets: [SecretSource] = []
    if case .secret(let place) = location { secrets.append(place) }
    switch access.login {
    case .token(let place), .password(_, let place): secrets.append(place)
    case nil: break
    }
    return secrets
  }
}
