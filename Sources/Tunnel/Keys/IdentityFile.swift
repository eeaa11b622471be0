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
    /// Only a public key exists, in this file: the file itself, or the one beside it.
    case publicOnly(String)
    /// libssh2 cannot use its type. The reason is the end of a sentence.
    case unsupported(String)
    /// The file cannot be read. The reason is the end of a sentence.
    case unreadable(String)
    /// It has no private key that can be used. The reason is the end of a sentence: `is damaged, …`.
    case damaged(String)
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
  /// The type of a private key without a public key; nil if it is not known.
  private var privateType: String?

  /// The largest key file that ssh(1) reads (authfile.c, MAX_KEY_FILE_SIZE).
  fileprivate static let sizeLimit = 1 << 20

  /// - Parameter isGuarded: true if the service manager protects the file, whatever its mode is.
  /// - Parameter passphrase: decrypts an encrypted key.
  /// - Parameter allowsAgents: false with `IdentityAgent none`.
  init(path: String, isGuarded: Bool = false, passphrase: String? = nil, allowsAgents: Bool = true) {
    self.path = path
    self.certificate = IdentityFile.certificate(path + "-cert.pub")
    let beside = IdentityFile.readPublicKey(path + ".pub")
    do {
      let bytes = KeyFile.withoutMark(try SmallFile.read(path, limit: IdentityFile.sizeLimit))
      if let key = IdentityFile.publicKey(in: bytes) {
        self.publicKey = key
        self.content = .publicOnly(path)
        return
      }
      self.publicKey = beside ?? OpenSSHKeyHeader(file: bytes)?.publicKey
      let isPrivate = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        .contains(where: KeyFile.beginsPrivateKey)
      // The mode of a file without a private key does not matter.
      if !isGuarded, isPrivate, let reason = SecretFile.exposure(of: path) {
        self.content = .exposed(reason)
      } else {
        let found = IdentityFile.inspect(bytes, path, passphrase: passphrase, allowsAgents: allowsAgents)
        self.content = found.content
        self.privateType = found.type
      }
    } catch {
      self.publicKey = beside
      if error.code == ENOENT || error.code == ENOTDIR {
        self.content = beside == nil ? .missing : .publicOnly(path + ".pub")
      } else {
        self.content = .unreadable("can't be read: \(error.reason)")
      }
    }
  }

  /// For example `ssh-ed25519`; nil if the type is only in the private key, which was not read.
  var type: String? { publicKey.map(PublicKey.type) ?? privateType }

  fileprivate static func readPublicKey(_ path: String) -> [UInt8]? {
    (try? SmallFile.read(path, limit: sizeLimit)).flatMap(publicKey)
  }

  /// Why the certificate at `path` is not offered; nil if there is no certificate.
  static func certificate(_ path: String) -> KeyPlan.Omission? {
    guard let key = readPublicKey(path), PublicKey.isCertificate(PublicKey.type(key)),
      let reason = PublicKey.refusal(PublicKey.type(key), allowed: nil)
    else { return nil }
    return KeyPlan.Omission(name: path, reason: reason, kind: .certificate)
  }

  /// The first line with a public key: type, base64, comment (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
  fileprivate static func publicKey(in bytes: [UInt8]) -> [UInt8]? {
    for line in String(decoding: bytes, as: UTF8.self).lines {
      let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
      guard let type = fields.first, !type.hasPrefix("#") else { continue }
      guard !type.hasPrefix("-----BEGIN") else { return nil }
      if fields.count > 1, let key = Base64.decode(fields[1]), PublicKey.type(key) == type { return key }
    }
    return nil
  }

  /// The description of a file without a private key, as the end of a sentence.
  private static func withoutPrivateKey(_ text: String) -> String {
    if text.hasPrefix("PuTTY-User-Key-File") {
      return "is a key of PuTTY: convert it (puttygen FILE -O private-openssh -o NEWFILE)"
    }
    // RFC 4716 §3.2.
    if text.contains("---- BEGIN SSH2 PUBLIC KEY ----") {
      return "is a public key in another format: convert it (ssh-keygen -i -f FILE > NEWFILE)"
    }
    return "is not a private key, and not a public key of the form TYPE BASE64"
  }

  private static func inspect(
    _ bytes: [UInt8], _ path: String, passphrase: String?, allowsAgents: Bool
  ) -> (content: Content, type: String?) {
    var bytes = bytes
    let hasPassphrase = passphrase != nil
    let addToAgent = allowsAgents ? ", or add it to an agent (ssh-add)" : ""
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline)
    guard let start = lines.firstIndex(where: KeyFile.beginsPrivateKey) else {
      return (.damaged(withoutPrivateKey(text)), nil)
    }
    // Older PEM files mark encryption like this (RFC 1421 §4.6.1.1). For an encrypted key that is not detected here,
    // OpenSSL would ask on the terminal.
    let isProcessed = lines.contains { $0.hasPrefix("Proc-Type:") && $0.contains("ENCRYPTED") }
    var isEncrypted = lines[start].contains("ENCRYPTED") || isProcessed
    var type = lines[start].contains("RSA") ? "ssh-rsa" : ""
    if lines[start].contains("OPENSSH") {
      guard let header = OpenSSHKeyHeader(file: bytes) else {
        return (.damaged("is damaged: it does not start as an OpenSSH private key"), nil)
      }
      isEncrypted = header.cipher != "none"
      // libssh2 decrypts keys with ciphers in CBC and CTR mode only (pem.c).
      if isEncrypted, hasPassphrase, header.cipher.contains("gcm") || header.cipher.contains("poly1305") {
        let reason =
          "is encrypted with \(PeerText.clean(header.cipher)), with which libssh2 can't decrypt keys: change the cipher "
          + "(ssh-keygen -p -Z aes256-ctr -f \(path.shellWord))\(addToAgent)"
        return (.undecryptable(reason), nil)
      }
      bytes = OpenSSHKeyHeader.wrapped(lines[start...])
      type = PublicKey.type(header.publicKey)
    } else if let key = PEM.privateKeyType(in: bytes, passphrase: isEncrypted ? passphrase : nil) {
      do { type = try PublicKey.type(of: key) ?? "" } catch { return (.damaged(error.reason), nil) }
    }
    if !type.isEmpty, let reason = PublicKey.refusal(type, allowed: nil) {
      return (.unsupported(reason), type)
    }
    let known = type.isEmpty ? nil : type
    if isEncrypted, !hasPassphrase {
      let reason = "is encrypted: name its passphrase in guard.yaml (tunnel.passphrase)\(addToAgent)"
      return (.encrypted(reason), known)
    }
    return (.usable(bytes, isEncrypted: isEncrypted), known)
  }
}

/// A file of a folder of keys. What it is depends on its content, because a user may name keys as he likes. Its name
/// decides only if the content is not known.
struct KeyFile {
  let path: String
  let isPrivate: Bool
  /// nil if it is not known.
  let publicKey: [UInt8]?

  /// Without the byte order mark that some editors write. OpenSSL skips it too.
  static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// Further files of a folder are not looked at.
  private static let maxFiles = 200
  /// No key is larger. Other large files of the folder are not read.
  private static let maxBytes = 64 << 10

  static func beginsPrivateKey(_ line: Substring) -> Bool {
    line.hasPrefix("-----BEGIN ") && line.contains("PRIVATE KEY")
  }

  /// The keys of a folder.
  static func all(in folder: String) -> [KeyFile] {
    SmallFile.names(in: folder).sorted().prefix(maxFiles).compactMap { KeyFile(folder, $0) }
  }

  /// The file with the private key of a public key, in the folder of `path`.
  static func privateFile(of publicKey: [UInt8], near path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return all(in: String(path[..<slash])).first { $0.isPrivate && $0.publicKey == publicKey }?.path
  }

  /// nil if the file is not a key.
  private init?(_ folder: String, _ name: String) {
    // Its lines look like public keys.
    guard !name.hasPrefix("authorized_keys") else { return nil }
    let path = "\(folder)/\(name)"
    let bytes = KeyFile.withoutMark((try? SmallFile.read(path, limit: KeyFile.maxBytes)) ?? [])
    if let key = IdentityFile.publicKey(in: bytes) {
      guard !PublicKey.isCertificate(PublicKey.type(key)) else { return nil }
      isPrivate = false
      publicKey = key
    } else if String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .contains(where: Self.beginsPrivateKey)
    {
      isPrivate = true
      publicKey = OpenSSHKeyHeader(file: bytes)?.publicKey ?? IdentityFile.readPublicKey(path + ".pub")
    } else {
      guard name.hasSuffix(".pub") || name.hasPrefix("id_") else { return nil }
      isPrivate = !name.hasSuffix(".pub")
      publicKey = nil
    }
    self.path = path
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
    let body = Self.body(lines)
    var text = Array("-----BEGIN OPENSSH PRIVATE KEY-----\n".utf8)
    for start in stride(from: 0, to: body.count, by: 70) {
      text += body[start..<min(start + 70, body.count)]
      text.append(UInt8(ascii: "\n"))
    }
    return text + Array("-----END OPENSSH PRIVATE KEY-----\n".utf8)
  }

  private static func body(_ lines: ArraySlice<Substring>) -> [UInt8] {
    lines.dropFirst().prefix { !$0.hasPrefix("-----END ") }.flatMap { $0.utf8.filter { $0 > 0x20 } }
  }

  /// nil for a file in another format. Blank lines do not matter, which end the headers of a PEM file.
  init?(file bytes: [UInt8]) {
    let magic = Array("openssh-key-v1\0".utf8)
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN OPENSSH PRIVATE KEY-----") }),
      lines[start...].contains(where: { $0.hasPrefix("-----END OPENSSH PRIVATE KEY-----") }),
      let body = Base64.decode(String(decoding: Self.body(lines[start...]), as: UTF8.self)),
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
