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

  /// Why a secret other than a key is not used.
  package struct Refusal: Hashable, Sendable {
    /// The end of a sentence after the path.
    package let reason: String
    /// The command that makes the file usable, with the user who runs it.
    package let command: String
  }

  /// ssh(1) has no rule for the files of other users. A secret that any user can replace or read is refused, too; that
  /// of another user may be given to this one through a group or an access list. What root owns, root has decided, as
  /// long as no other user can write it.
  ///
  /// - Parameters:
  ///   - user: the name of this process's user, only asked for if it is needed.
  ///   - asOwner: the start of a command that runs as this user.
  /// - Returns: nil if the file may be used.
  private static func refusal(of path: String, user: @autoclosure () -> String, asOwner: String) -> Refusal? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    if status.st_uid == getuid() {
      return exposure(of: path).map { Refusal(reason: $0, command: "\(asOwner)chmod 600 \(path.shellWord)") }
    }
    let exposed = status.st_mode & (status.st_uid == 0 ? S_IWOTH : S_IRWXO)
    guard exposed != 0 else { return nil }
    let verb = exposed & S_IWOTH != 0 ? "written" : "read"
    let mode = String(status.st_mode & 0o777, radix: 8)
    let word = path.shellWord
    // root gives the file to this user.
    return Refusal(
      reason: "can be \(verb) by all users (mode 0\(mode)), so it is not used",
      command: "sudo chown \(user().shellWord) \(word) && sudo chmod 600 \(word)")
  }

  /// Why this process does not use a secret other than a key.
  ///
  /// - Returns: nil if the file may be used.
  package static func refusal(of path: String, in environment: LocalEnvironment) -> Refusal? {
    refusal(of: path, user: environment.localUser, asOwner: environment.asOwner)
  }

  /// The passphrase in a file, without the line break at its end.
  ///
  /// - Throws: `TunnelFailure` with code `no_usable_key`, which never contains the passphrase.
  static func passphrase(_ path: String, isGuarded: Bool, asOwner: String) throws(TunnelFailure) -> String {
    func failure(_ reason: String, command: String? = nil) -> TunnelFailure {
      TunnelFailure(
        .noUsableKey, "the passphrase file \(path) \(reason)",
        command: command ?? "\(asOwner)ls -ld \(path.shellWord)",
        remedy: "put the passphrase there as one line of text, readable for the guard's user alone",
        files: [path])
    }
    let bytes: [UInt8]
    do { bytes = try SmallFile.read(path, limit: 4096) } catch {
      throw failure("can't be read: \(error.reason)")
    }
    if !isGuarded,
      let refusal = refusal(
        of: path, user: UserAccount(uid: getuid())?.name ?? "\(getuid())", asOwner: asOwner)
    {
      throw failure(refusal.reason, command: refusal.command)
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
