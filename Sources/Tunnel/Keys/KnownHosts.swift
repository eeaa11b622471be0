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
    /// - Parameter by: the place of the revocation: a file, and its line if it is a text.
    case revoked(by: String)
  }

  private let entries: [Entry]
  private let revoked: RevokedKeys
  package let files: [String]

  /// Reads the known_hosts files and the revoked keys. A missing file counts as empty.
  ///
  /// - Throws: `TunnelFailure` with code `config` if an existing file cannot be read, because it may revoke a key, or
  ///   if a file of RevokedHostKeys is missing or damaged.
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
    self.init(
      files: resolution.knownHostsFiles + resolution.revokedHostKeysFiles,
      revoked: try RevokedKeys(resolution.revokedHostKeysFiles)
    ) { contents[$0] }
  }

  init(files: [String], revoked: RevokedKeys = RevokedKeys(), read: (String) -> [UInt8]?) {
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
    let revocations = self.revocations(name: name, port: port)
    // Where a key of the host is revoked, as strict as ssh(1): it orders the types by the entries that name the port, so
    // that an entry under the plain name does not lead around the revoked key.
    let matching =
      revocations.isEmpty
      ? self.matching(name: name, port: port) : entries.filter { $0.covers(Self.name(name, port)) }
    let withdrawn = Set(revocations.map { PublicKey.plain($0.key) })
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
    if let place = revoked.place(of: key.blob) { return .revoked(by: place) }
    if let entry = revocations(name: name, port: port).first(where: {
      PublicKey.plain($0.key) == key.blob
    }) {
      return .revoked(by: entry.place)
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

  /// The lines of known_hosts that revoke keys of the host. One under either name of the host counts.
  private func revocations(name: String, port: UInt16) -> [Entry] {
    let names = Set([Self.name(name, port), Self.name(name, 22)])
    return entries.filter { entry in entry.marker == .revoked && names.contains(where: entry.covers) }
  }

  /// `host`, or `[host]:port`
  private static func name(_ name: String, _ port: UInt16) -> String {
    port == 22 ? name.lowercased() : "[\(name.lowercased())]:\(port)"
  }

  /// Finds the entries for `host` on port 22 and for `[host]:port` on other ports. For the latter the plain name also
  /// counts if no entry names the port.
  private func matching(name: String, port: UInt16) -> [Entry] {
    let found = entries.filter { $0.covers(Self.name(name, port)) }
    // A pattern such as * covers both forms. Its marked entries must not hide entries under the plain name.
    guard port != 22, !found.contains(where: { $0.marker == .none }) else { return found }
    return found + entries.filter { $0.covers(Self.name(name, 22)) }
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
