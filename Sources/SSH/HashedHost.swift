internal import CLibSSH2

/// A host name in the format of `HashKnownHosts`: `|1|salt|hash`, HMAC-SHA1 of the name (sshd(8)).
package enum HashedHost {
  /// True if `field` is the hash of `name`. libssh2 has no function for it, so this checks a known_hosts line with
  /// the same dummy key on both sides.
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
