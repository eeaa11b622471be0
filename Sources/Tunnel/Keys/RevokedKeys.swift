internal import GuardTypes
internal import Platform
internal import SSH

/// RevokedHostKeys of ssh_config(5): a file of public keys, one per line, that no host may present.
enum RevokedKeys {
  /// The first bytes of a key revocation list (OpenSSH's PROTOCOL.krl).
  private static let listMagic = Array("SSHKRL\n\0".utf8)

  /// - Throws: `TunnelFailure` with code `config`. Like ssh(1), it trusts no host if the list cannot be read.
  static func read(_ path: String) throws(TunnelFailure) -> [KnownHosts.Entry] {
    let bytes: [UInt8]
    do {
      bytes = try SmallFile.read(path, limit: 16 << 20)
    } catch {
      throw TunnelFailure(
        .config, "RevokedHostKeys \(path) can't be read: \(error.reason). Without it no host key is trusted",
        remedy:
          "\(error.isDenied ? "let the guard's user read it" : "put a regular file there"), or override it: RevokedHostKeys none",
        files: [path])
    }
    guard !bytes.starts(with: listMagic) else {
      throw TunnelFailure(
        .config, "RevokedHostKeys \(path) is a key revocation list (KRL), which the guard can't read",
        remedy: "name a file with one public key a line for this host", files: [path])
    }
    var entries: [KnownHosts.Entry] = []
    for (index, line) in String(decoding: bytes, as: UTF8.self).lines.enumerated() {
      let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
      guard let first = fields.first, !first.hasPrefix("#") else { continue }
      guard fields.count > 1, let key = Base64.decode(fields[1]), !key.isEmpty else {
        throw TunnelFailure(
          .config, "RevokedHostKeys \(path):\(index + 1) is no public key, so what it revokes is not known",
          remedy: "write the line as in a .pub file: TYPE BASE64", files: [path])
      }
      entries.append(
        KnownHosts.Entry(
          file: path, line: index + 1, marker: .revoked, hosts: "*", keyType: String(first), key: key))
    }
    return entries
  }
}
