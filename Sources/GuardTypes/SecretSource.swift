/// The location of a secret; never the secret itself.
public enum SecretSource: Hashable, Sendable {
  /// The name of a credential that the service manager provides (systemd.exec(5), CREDENTIALS).
  case credential(String)
  /// An absolute path.
  case file(String)

  private static let prefix = "credential:"

  /// The NAME in `credential:NAME`, which guard.yaml accepts in place of a path; nil for a path.
  public static func credentialName(in entry: String) -> String? {
    entry.hasPrefix(prefix) ? String(entry.dropFirst(prefix.count)) : nil
  }
}
