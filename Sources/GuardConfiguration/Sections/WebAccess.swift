package import GuardTypes

/// The login and the trusted authorities for an alert receiver over HTTP.
package struct WebAccess: Hashable, Sendable {
  /// The login of a request.
  package enum Login: Hashable, Sendable {
    case token(SecretSource)
    case password(user: String, SecretSource)
  }

  /// Sent as a bearer token.
  fileprivate var token: SecretSource?
  fileprivate var user: String?
  fileprivate var password: SecretSource?
  /// A PEM file that replaces the system's certificate authorities.
  package var authorities: String?
  /// True if plain http to other machines is allowed.
  package var isInsecure = false

  package init(login: Login? = nil, authorities: String? = nil, isInsecure: Bool = false) {
    switch login {
    case .token(let place): token = place
    case .password(let name, let place): (user, password) = (name, place)
    case nil: break
    }
    self.authorities = authorities
    self.isInsecure = isInsecure
  }

  /// nil for no login.
  package var login: Login? {
    if let token { return .token(token) }
    guard let user, let password else { return nil }
    return .password(user: user, password)
  }
}

extension WebAccess {
  static var keys: [ConfigurationKey<WebAccess>] {
    [
      .init(
        "token", optional: \.token, .secretPlace, standard: "no token",
        "A bearer token, sent with every request."),
      .init(
        "user", optional: \.user, .text("a user name"), standard: "no login",
        "The user name of HTTP basic authentication."),
      .init(
        "password", optional: \.password, .secretPlace, standard: "no login",
        "The password of HTTP basic authentication."),
      .init(
        "authorities", optional: \.authorities, .path, standard: "the authorities of the machine",
        "A PEM file of certificate authorities."),
      .init(
        "insecure", \.isInsecure, .boolean, isPrinted: { $0 },
        "Whether http:// to other machines is accepted. http:// to this machine is always accepted."),
    ]
  }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    if let node = section.values["token"], user != nil || password != nil {
      reader.fail(node, "token: expected either a token or user and password")
    } else if user == nil, let node = section.values["password"] {
      reader.fail(node, "password: 'user' is missing")
    } else if password == nil, let node = section.values["user"] {
      reader.fail(node, "user: 'password' is missing: { credential: NAME } or { file: PATH }")
    } else if user?.contains(":") == true, let node = section.values["user"] {
      // RFC 7617 §2
      reader.fail(node, "user: a user name has no ':'")
    } else {
      return true
    }
    return false
  }

  /// True if alerts may be sent to the location.
  func check(
    _ location: WebLocation, _ key: String, _ node: YAMLNode, _ reader: inout ConfigurationReader
  ) -> Bool {
    guard case .address(let address) = location, let reason = address.exposure(isInsecure: isInsecure) else {
      return true
    }
    reader.fail(node, "\(key): \(reason)")
    return false
  }
}
