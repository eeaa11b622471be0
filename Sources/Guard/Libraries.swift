internal import Curl
internal import GuardAPI
internal import SSH
internal import Signing
internal import Systemd

/// The libraries that decide what a stranger can do to this process, so that a security notice can be held against
/// them.
enum Libraries {
  /// Name and version of each.
  static let versions: [(name: String, version: String)] = [
    ("libssh2", SSHLibrary.version), ("libcurl", CurlLibrary.version), ("OpenSSL", LibCrypto.version),
    ("systemd", SystemdLibrary.version),
  ]

  /// `libssh2 1.10.0, libcurl 7.88.1, OpenSSL 3.0.19, systemd 252`
  static let text = versions.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
}

extension Guard {
  /// `oceanid-guard 0.1.0`, and the libraries that it runs with.
  package static var version: String { "oceanid-guard \(Product.version)\n\(Libraries.text)" }
}
