/// The location of a secret; never the secret itself.
package enum SecretPlace: Hashable, Sendable {
  /// The name of a credential that the service manager provides (systemd.exec(5), CREDENTIALS).
  case credential(String)
  /// An absolute path.
  case file(String)
}
