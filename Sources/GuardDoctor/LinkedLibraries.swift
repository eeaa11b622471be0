internal import Crypto
internal import Curl
package import GuardAPI
internal import SSH
internal import Systemd

/// The libraries that parse external data, with the versions in use, so that they can be compared with security
/// notices.
package enum LinkedLibraries {
  /// The name and version of each library, with the journal's field for it.
  package static let versions: [(name: String, field: JournalField, version: String)] = [
    ("libssh2", .libssh2Version, SSHLibrary.version),
    ("libcurl", .libcurlVersion, CurlLibrary.version),
    ("OpenSSL", .opensslVersion, LibCrypto.version),
    ("systemd", .systemdVersion, SystemdLibrary.version),
  ]

  /// For example `libssh2 1.10.0, libcurl 7.88.1, OpenSSL 3.0.19, systemd 252`.
  package static let text = versions.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
}
