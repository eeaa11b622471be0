internal import Crypto
internal import Glibc
internal import GuardTypes
internal import Platform
internal import SSH

/// An IdentityFile: a private key with its public key, or only the public key of a key that an agent has.
struct IdentityFile {
  enum Content {
    case usable([UInt8], isEncrypted: Bool)
    case missing
    /// The file is a public key, or only a public key exists beside it.
    case publicOnly
    /// The reason as the end of a sentence: `is encrypted, …`.
    case unusable(String)
    /// Its passphrase is not known here. The reason is the end of a sentence.
    case encrypted(String)
    /// It is encrypted with a cipher that libssh2 cannot use for keys. The reason is the end of a sentence.
    case undecryptable(String)
    /// Others can read the private key. The reason is the end of a sentence.
    case exposed(String)
  }

  let path: String
  let content: Content
  /// The public key in wire format (RFC 4253 §6.6). It is found as in ssh(1): in the file itself, in the `.pub` file,
  /// or in the unencrypted part of a private key in OpenSSH format (authfile.c, sshkey_load_public). The file's mode
  /// does not matter.
  let publicKey: [UInt8]?
  /// The certificate `KEY-cert.pub`, which ssh(1) would offer before the key.
  let certificate: KeyPlan.Omission?

  /// - Parameter isGuarded: true if the service manager protects the file, whatever its mode is.
  /// - Parameter hasPassphrase: true if an encrypted key can be decrypted.
  init(path: String, isGuarded: Bool = false, hasPassphrase: Bool = false) {
    self.path = path
    self.certificate = IdentityFile.certificate(path + "-cert.pub")
    let beside = IdentityFile.readPublicKey(path + ".pub")
    do {
      let bytes = try SmallFile.read(path, limit: 256 << 10)
      if let key = IdentityFile.publicKey(in: bytes) {
        self.publicKey = key
        self.content = .publicOnly
        return
      }
      self.publicKey = beside ?? OpenSSHKeyHeader(file: bytes)?.publicKey
      if !isGuarded, let reason = SecretFile.exposure(of: path) {
        self.content = .exposed(reason)
      } else {
        self.content = IdentityFile.inspect(bytes, path, hasPassphrase: hasPassphrase)
      }
    } catch {
      self.publicKey = beside
      if error.code == ENOENT || error.code == ENOTDIR {
        self.content = beside == nil ? .missing : .publicOnly
      } else {
        self.content = .unusable("can't be read: \(error.reason)")
      }
    }
  }

  /// For example `ssh-ed25519`; nil if the type is only in the private key, which was not read.
  var type: String? { publicKey.map(PublicKey.type) }

  private static func readPublicKey(_ path: String) -> [UInt8]? {
    (try? SmallFile.read(path, limit: 64 << 10)).flatMap(publicKey)
  }

  /// Why the certificate at `path` is not offered; nil if there is no certificate.
  static func certificate(_ path: String) -> KeyPlan.Omission? {
    guard let key = readPublicKey(path), PublicKey.isCertificate(PublicKey.type(key)),
      let reason = PublicKey.refusal(PublicKey.type(key), allowed: nil)
    else { return nil }
    return KeyPlan.Omission(name: path, reason: reason, kind: .certificate)
  }

  /// The first line with a public key: type, base64, comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
  private static func publicKey(in bytes: [UInt8]) -> [UInt8]? {
    for line in String(decoding: bytes, as: UTF8.self).lines {
      let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
      guard let type = fields.first, !type.hasPrefix("#") else { continue }
      guard !type.hasPrefix("-----BEGIN") else { return nil }
      if fields.count > 1, let key = Base64.decode(fields[1]), PublicKey.type(key) == type { return key }
    }
    return nil
  }

  private static func inspect(_ bytes: [UInt8], _ path: String, hasPassphrase: Bool) -> Content {
    var bytes = bytes
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.contains("PRIVATE KEY") })
    else {
      return .unusable("is no private key")
    }
    // Older PEM files mark encryption like this (RFC 1421 §4.6.1.1). For an encrypted key that is not detected here,
    // OpenSSL would ask on the terminal.
    let isProcessed = lines.contains { $0.hasPrefix("Proc-Type:") && $0.contains("ENCRYPTED") }
    var isEncrypted = lines[start].contains("ENCRYPTED") || isProcessed
    var type = lines[start].contains("RSA") ? "ssh-rsa" : ""
    if lines[start].contains("OPENSSH") {
      guard let header = OpenSSHKeyHeader(file: bytes) else {
        return .unusable("is damaged: it does not start as an OpenSSH private key")
      }
      isEncrypted = header.cipher != "none"
      // libssh2 decrypts keys with ciphers in CBC and CTR mode only (pem.c).
      if isEncrypted, hasPassphrase, header.cipher.contains("gcm") || header.cipher.contains("poly1305") {
        return .undecryptable(
          "is encrypted with \(PeerText.clean(header.cipher)), with which libssh2 can't decrypt keys: change the cipher "
            + "(ssh-keygen -p -Z aes256-ctr -f \(path.shellWord)), or add the key to an agent (ssh-add)")
      }
      bytes = OpenSSHKeyHeader.wrapped(lines[start...])
      type = PublicKey.type(header.publicKey)
    }
    if type.hasPrefix("sk-") {
      return .unusable("is a security key's (\(type)), which libssh2 can't use")
    }
    if type == "ssh-rsa", !SSHLibrary.signsRSAWithSHA2 { return .unusable(SSHLibrary.rsaExplanation) }
    if isEncrypted, !hasPassphrase {
      return .encrypted(
        "is encrypted: name its passphrase in guard.yaml (tunnel.passphrase), or add it to an agent (ssh-add)"
      )
    }
    return .usable(bytes, isEncrypted: isEncrypted)
  }
}

/// The unencrypted part of an `openssh-key-v1` file (OpenSSH's PROTOCOL.key).
private struct OpenSSHKeyHeader {
  let cipher: String
  let publicKey: [UInt8]

  /// The key in lines of 70 characters, as ssh-keygen(1) writes it. ssh(1) accepts any length, and libssh2 does not.
  ///
  /// - Parameter lines: from the first line of the block.
  static func wrapped(_ lines: ArraySlice<Substring>) -> [UInt8] {
    let body = lines.dropFirst().prefix { !$0.hasPrefix("-----END ") }.flatMap {
      $0.utf8.filter { $0 > 0x20 }
    }
    var text = Array("-----BEGIN OPENSSH PRIVATE KEY-----\n".utf8)
    for start in stride(from: 0, to: body.count, by: 70) {
      text += body[start..<min(start + 70, body.count)]
      text.append(UInt8(ascii: "\n"))
    }
    return text + Array("-----END OPENSSH PRIVATE KEY-----\n".utf8)
  }

  /// nil for a file in another format.
  init?(file bytes: [UInt8]) {
    let magic = Array("openssh-key-v1\0".utf8)
    guard let body = PEM.blocks(in: bytes).first(where: { $0.label == "OPENSSH PRIVATE KEY" })?.content,
      body.starts(with: magic)
    else { return nil }
    var reader = MessageReader(body[magic.count...])
    guard let cipher = reader.string(), reader.string() != nil, reader.string() != nil,
      reader.uint32() != nil, let publicKey = reader.string(), !PublicKey.type(Array(publicKey)).isEmpty
    else { return nil }
    self.cipher = String(decoding: cipher, as: UTF8.self)
    self.publicKey = Array(publicKey)
  }
}
