/// Where a secret is; never the secret.
package enum SecretPlace: Hashable, Sendable {
  /// The name of a credential that the service manager hands over (systemd.exec(5), CREDENTIALS).
  case credential(String)
  /// An absolute path.
  case file(String)
}
