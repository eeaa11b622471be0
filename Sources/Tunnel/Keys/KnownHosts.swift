internal import Glibc
internal import GuardTypes
internal import Platform
package import SSH

/// The known_hosts files, parsed according to sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: markers, hashes, patterns and
/// ports.
///
/// This parser exists because libssh2 supports neither markers nor patterns and does not report the line of an entry.
package struct KnownHosts: Sendable {
  package enum Marker: Hashable, Sendable {
    case none, certAuthority, revoked
  }

  package struct Entry: Hashable, Sendable {
    package let file: String
    /// Counted from 1.
    package let line: Int
    let marker: Marker
    let hosts: String
    package let keyType: String
    let key: [UInt8]

    package var place: String { "\(file):\(line)" }
    /// `ssh-ed25519 SHA256:…`
    package var shown: String { "\(keyType) \(HostKey.fingerprint(of: key))" }
  }

  package enum Answer: Hashable, Sendable {
    case known
    /// No entry of this host has a key of this type; `others` are its entries of other types.
    case unknown(others: [Entry])
    case changed(Entry)
    case revoked(Entry)
  }

  private let entries: [Entry]
  /// The keys of RevokedHostKeys, which no host may show.
  private let revoked: [Entry]
  package let files: [String]

  /// Reads the known_hosts files and the revoked keys. A missing file counts as empty.
  ///
  /// - Throws: `TunnelFailure` with code `config` if an existing file cannot be read, because it may revoke a key, or
  ///   if RevokedHostKeys has an unsupported format.
  package init(_ resolution: Resolution) throws(TunnelFailure) {
    var contents: [String: [UInt8]] = [:]
    for file in resolution.knownHostsFiles {
      do {
        contents[file] = try SmallFile.read(file, limit: 16 << 20)
      } catch  where error.code == ENOENT || error.code == ENOTDIR {
        continue
      } catch {
        throw TunnelFailure(
          .config, "\(file) can't be read, and it may revoke host keys: \(error.reason)",
          command: "\(resolution.asOwner)ls -ld \(file.shellWord)",
          remedy: error.isDenied ? "let the guard's user read it" : "put a regular file there",
          files: [file] + resolution.configFiles)
      }
    }
    let revoked = try resolution.revokedHostKeysFile.map(RevokedKeys.read) ?? []
    self.init(
      files: resolution.knownHostsFiles + [resolution.revokedHostKeysFile].compactMap(\.self),
      revoked: revoked
    ) { contents[$0] }
  }

  init(files: [String], revoked: [Entry] = [], read: (String) -> [UInt8]?) {
    self.files = files
    self.revoked = revoked
    self.entries = files.flatMap { file in
      KnownHosts.parse(String(decoding: read(file) ?? [], as: UTF8.self), file: file)
    }
  }

  /// The allowed key types. Types recorded for the host come first, so that the server sends a key that can be
  /// compared. As in ssh(1), an order that the user chose with HostKeyAlgorithms stays (sshconnect2.c, ssh_kex2).
  package func keyTypes(name: String, port: UInt16, offer: Algorithms.Offer = .all) -> [String] {
    let allowed = offer.hostKeys
    guard !offer.keepsHostKeyOrder else { return allowed }
    let matching = self.matching(name: name, port: port)
    let withdrawn = Set(matching.filter { $0.marker == .revoked }.map(\.key))
    // As in ssh(1), the first key of a type stands for it (hostfile.c, check_hostkeys_by_key_or_type).
    var (seen, recorded): (Set<String>, Set<String>) = ([], [])
    for entry in matching where entry.marker == .none && seen.insert(entry.keyType).inserted {
      if !withdrawn.contains(entry.key) { recorded.insert(entry.keyType) }
    }
    // An RSA key has one type and several signature algorithms (RFC 8332 §3).
    func isRecorded(_ algorithm: String) -> Bool {
      recorded.contains(algorithm.hasPrefix("rsa-sha2-") ? "ssh-rsa" : algorithm)
    }
    return allowed.filter(isRecorded) + allowed.filter { !isRecorded($0) }
  }

  package func check(_ key: HostKey, name: String, port: UInt16) -> Answer {
    // A revocation under either name of the host counts.
    let revocations = (revoked + matching(name: name, port: port) + matching(name: name, port: 22))
    if let revoked = revocations.first(where: { $0.marker == .revoked && $0.key == key.blob }) {
      return .revoked(revoked)
    }
    let plain = matching(name: name, port: port).filter { $0.marker == .none }
    if plain.contains(where: { $0.key == key.blob }) { return .known }
    if let other = plain.first(where: { $0.keyType == key.type }) { return .changed(other) }
    return .unknown(others: plain)
  }

  /// The first entry that trusts a certificate authority for the host. libssh2 cannot verify host certificates.
  package func authority(name: String, port: UInt16) -> Entry? {
    matching(name: name, port: port).first { $0.marker == .certAuthority }
  }

  /// The RSA entry of a host that has no other entry, if libssh2 cannot verify RSA.
  package func onlyUnusableEntry(name: String, port: UInt16) -> Entry? {
    let plain = matching(name: name, port: port).filter { $0.marker == .none }
    guard !SSHLibrary.signsRSAWithSHA2, plain.allSatisfy({ $0.keyType == "ssh-rsa" }) else { return nil }
    return plain.first
  }

  /// Finds the entries for `host` on port 22 and for `[host]:port` on other ports. For the latter the plain name also
  /// counts if no entry names the port.
  private func matching(name: String, port: UInt16) -> [Entry] {
    let plain = name.lowercased()
    guard port != 22 else { return entries.filter { $0.covers(plain) } }
    let withPort = entries.filter { $0.covers("[\(plain)]:\(port)") }
    // A pattern such as * covers both forms. Its marked entries must not hide entries under the plain name.
    return withPort.contains { $0.marker == .none }
      ? withPort : withPort + entries.filter { $0.covers(plain) }
  }

  private static func parse(_ text: String, file: String) -> [Entry] {
    text.lines.enumerated().compactMap { index, line in
      var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })[...]
      guard let first = fields.first, !first.hasPrefix("#") else { return nil }
      var marker = Marker.none
      if first.hasPrefix("@") {
        switch first {
        case "@revoked": marker = .revoked
        case "@cert-authority": marker = .certAuthority
        default: return nil
        }
        fields.removeFirst()
      }
      guard fields.count >= 3, let key = Base64.decode(fields[fields.startIndex + 2]) else { return nil }
      return Entry(
        file: file, line: index + 1, marker: marker, hosts: String(fields[fields.startIndex]),
        keyType: String(fields[fields.startIndex + 1]), key: key)
    }
  }
}

extension KnownHosts.Entry {
  fileprivate func covers(_ name: String) -> Bool {
    if hosts.hasPrefix("|") { return HashedHost.matches(hosts, name: name) }
    var isMatched = false
    for pattern in hosts.split(separator: ",") {
      if pattern.hasPrefix("!") {
        if Glob.matches(pattern.dropFirst().lowercased(), name) { return false }
      } else if Glob.matches(pattern.lowercased(), name) {
        isMatched = true
      }
    }
    return isMatched
  }
}

/// Matches `*` and `?` (ssh_config(5), PATTERNS).
enum Glob {
  static func matches(_ pattern: String, _ text: String) -> Bool {
    let pattern = Array(pattern.utf8)
    let text = Array(text.utf8)
    var p = 0
    var t = 0
    var star: (pattern: Int, text: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p + 1, t)
        p += 1
      } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let (afterStar, from) = star {
        // The last star matches one more character.
        star = (afterStar, from + 1)
        p = afterStar
        t = from + 1
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
