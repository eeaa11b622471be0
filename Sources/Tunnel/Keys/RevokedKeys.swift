internal import GuardTypes
internal import Platform
internal import SSH

/// RevokedHostKeys of ssh_config(5): the keys that no host may show. A file is a key revocation list (KRL), or a text
/// with one public key per line.
struct RevokedKeys: Sendable {
  /// The keys in texts, each with its file and line.
  private var places: [[UInt8]: String] = [:]
  private var lists: [(file: String, list: KeyRevocationList)] = []

  init() {}

  /// - Throws: `TunnelFailure` with code `config`. Like ssh(1), it trusts no host if a list cannot be read.
  init(_ files: [String]) throws(TunnelFailure) {
    for file in files {
      let bytes: [UInt8]
      do throws(SystemError) {
        bytes = try SmallFile.read(file, limit: 16 << 20)
      } catch {
        throw TunnelFailure(
          .config,
          "RevokedHostKeys \(file) can't be read: \(error.reason). Without it no host key is trusted",
          remedy:
            "\(error.isDenied ? "let the guard's user read it" : "put a regular file there"), or override it: RevokedHostKeys none",
          files: [file])
      }
      guard bytes.starts(with: KeyRevocationList.magic) else {
        try add(String(decoding: bytes, as: UTF8.self), of: file)
        continue
      }
      guard let list = KeyRevocationList(bytes) else {
        throw TunnelFailure(
          .config,
          "RevokedHostKeys \(file) is a key revocation list (KRL) that is damaged or of an unknown version, so what it revokes is not known",
          command: "ssh-keygen -Q -l -f \(file.shellWord)", remedy: "make the list again: ssh-keygen -k",
          files: [file])
      }
      lists.append((file, list))
    }
  }

  private mutating func add(_ text: String, of file: String) throws(TunnelFailure) {
    for (index, line) in text.lines.enumerated() {
      let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
      guard let first = fields.first, !first.hasPrefix("#") else { continue }
      guard fields.count > 1, let key = Base64.decode(fields[1]), PublicKey.type(key) == first else {
        throw TunnelFailure(
          .config, "RevokedHostKeys \(file):\(index + 1) is no public key, so what it revokes is not known",
          remedy: "write the line as in a .pub file: TYPE BASE64", files: [file])
      }
      let plain = PublicKey.plain(key)
      places[plain] = places[plain] ?? "\(file):\(index + 1)"
    }
  }

  /// The file that revokes a key, with its line if it is a text; nil if none does.
  func place(of key: [UInt8]) -> String? {
    places[key] ?? lists.first { $0.list.revokes(key) }?.file
  }

}
