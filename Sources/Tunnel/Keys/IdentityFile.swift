internal import Glibc
internal import Platform
internal import SSH

/// A private key file: whether it can be used without asking anybody, and if not, why not.
struct IdentityFile {
  enum Content {
    case usable([UInt8], isEncrypted: Bool)
    case missing
    /// The reason, as a sentence's end: `is encrypted, …`.
    case unusable(String)
  }

  let path: String
  let content: Content

  /// - Parameter isGuarded: the service manager keeps others out of the file, whatever its mode looks like.
  /// - Parameter hasPassphrase: an encrypted key can be opened.
  init(path: String, isGuarded: Bool = false, hasPassphrase: Bool = false) {
    self.path = path
    do {
      let bytes = try SmallFile.read(path, limit: 256 << 10)
      if !isGuarded, let reason = SecretFile.exposure(of: path) {
        self.content = .unusable(reason)
      } else {
        self.content = IdentityFile.inspect(bytes, hasPassphrase: hasPassphrase)
      }
    } catch {
      self.content = error.code == ENOENT ? .missing : .unusable("can't be read: \(error.reason)")
    }
  }

  /// The key in `path`.pub; nil where there is none.
  static func publicKey(beside path: String) -> [UInt8]? {
    guard let bytes = try? SmallFile.read(path + ".pub", limit: 64 << 10) else { return nil }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Base64.decode(fields[1]) : nil
  }

  private static func inspect(_ bytes: [UInt8], hasPassphrase: Bool) -> Content {
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.contains("PRIVATE KEY") })
    else {
      return .unusable("is no private key")
    }
    // RFC 1421 §4.6.1.1, as older PEM files have it. OpenSSL would ask on the terminal for what is missed here.
    let isProcessed = lines.contains { $0.hasPrefix("Proc-Type:") && $0.contains("ENCRYPTED") }
    var isEncrypted = lines[start].contains("ENCRYPTED") || isProcessed
    var type = lines[start].contains("RSA") ? "ssh-rsa" : ""
    if lines[start].contains("OPENSSH") {
      let body = lines[(start + 1)...].prefix { !$0.hasPrefix("-----") }.joined()
      guard let header = Base64.decode(body).flatMap(OpenSSHKeyHeader.init) else {
        return .unusable("is damaged: it does not start as an OpenSSH private key")
      }
      isEncrypted = header.cipher != "none"
      type = header.keyType
    }
    if type.hasPrefix("sk-") {
      return .unusable("is a security key's (\(type)), which libssh2 can't use")
    }
    if type == "ssh-rsa", !SSHLibrary.signsRSAWithSHA2 { return .unusable(SSHLibrary.rsaExplanation) }
    if isEncrypted, !hasPassphrase {
      return .unusable(
        "is encrypted: name its passphrase in guard.yaml (tunnel.passphrase), or add it to an agent (ssh-add)"
      )
    }
    return .usable(bytes, isEncrypted: isEncrypted)
  }
}

/// The clear part of an `openssh-key-v1` file (OpenSSH's PROTOCOL.key).
private struct OpenSSHKeyHeader {
  let cipher: String
  let keyType: String

  init?(_ bytes: [UInt8]) {
    let magic = Array("openssh-key-v1\0".utf8)
    guard bytes.starts(with: magic) else { return nil }
    var reader = MessageReader(bytes[magic.count...])
    guard let cipher = reader.string(), reader.string() != nil, reader.string() != nil,
      reader.uint32() != nil,
      let publicKey = reader.string()
    else { return nil }
    var key = MessageReader(publicKey)
    guard let type = key.string() else { return nil }
    self.cipher = String(decoding: cipher, as: UTF8.self)
    self.keyType = String(decoding: type, as: UTF8.self)
  }
}
