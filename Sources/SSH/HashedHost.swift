internal import CLibSSH2

/// A host name as `HashKnownHosts` writes it: `|1|salt|hash`, HMAC-SHA1 of the name (sshd(8)).
package enum HashedHost {
  /// Whether `name` is the host that `field` hides. libssh2 holds the HMAC; its answer is asked with a key of
  /// our own on both sides, so that only the name decides.
  package static func matches(_ field: some StringProtocol, name: String) -> Bool {
    guard let session = libssh2_session_init_ex(nil, nil, nil, nil) else { return false }
    defer { libssh2_session_free(session) }
    guard let hosts = libssh2_knownhost_init(session) else { return false }
    defer { libssh2_knownhost_free(hosts) }
    let key = "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    let line = "\(field) ssh-ed25519 \(key)\n"
    guard libssh2_knownhost_readline(hosts, line, line.utf8.count, LIBSSH2_KNOWNHOST_FILE_OPENSSH) == 0 else {
      return false
    }
    let kind = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_BASE64
    return libssh2_knownhost_check(hosts, name, key, key.utf8.count, kind, nil)
      == LIBSSH2_KNOWNHOST_CHECK_MATCH
  }
}
