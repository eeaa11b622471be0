internal import Glibc
internal import GuardTypes
internal import Platform

/// Files that only their owner may read.
package enum SecretFile {
  /// Why ssh(1) would not use the file: it belongs to this user and its mode lets others read it (authfile.c,
  /// sshkey_perm_ok). The text is the end of a sentence; nil if the mode is fine.
  package static func exposure(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_uid == getuid(), status.st_mode & 0o077 != 0 else { return nil }
    let mode = String(status.st_mode & 0o777, radix: 8)
    return "can be read by others (mode 0\(mode)), so it is not used: chmod 600 \(path)"
  }

  /// The passphrase in a file, without the line break at its end.
  ///
  /// - Throws: `TunnelFailure` with code `no_usable_key`, which never contains the passphrase.
  static func passphrase(_ path: String, isGuarded: Bool) throws(TunnelFailure) -> String {
    func failure(_ reason: String) -> TunnelFailure {
      TunnelFailure(
        .noUsableKey, "the passphrase file \(path) \(reason)",
        remedy: "put the passphrase there as one line of text, readable for the guard's user alone",
        files: [path])
    }
    if !isGuarded, let reason = exposure(of: path) { throw failure(reason) }
    let bytes: [UInt8]
    do { bytes = try SmallFile.read(path, limit: 4096) } catch {
      throw failure("can't be read: \(error.reason)")
    }
    var text = bytes[...]
    if text.last == UInt8(ascii: "\n") { text.removeLast() }
    if text.last == UInt8(ascii: "\r") { text.removeLast() }
    guard !text.isEmpty else { throw failure("is empty") }
    guard !text.contains(0), !text.contains(UInt8(ascii: "\n")),
      let words = String(validating: text, as: UTF8.self)
    else { throw failure("holds more than one line, or no text") }
    return words
  }
}
