internal import Crypto
internal import Curl
internal import SSH
internal import Systemd

/// The libraries that handle data from outside, with the versions that run, so that security notices can be compared
/// with them.
package enum LinkedLibraries {
  /// Name and version of each.
  package static let versions: [(name: String, version: String)] = [
    ("libssh2", SSHLibrary.version), ("libcurl", CurlLibrary.version), ("OpenSSL", LibCrypto.version),
    ("systemd", SystemdLibrary.version),
  ]

  /// `libssh2 1.10.0, libcurl 7.88.1, OpenSSL 3.0.19, systemd 252`
  package static let text = versions.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
}
