internal import Glibc
internal import GuardTypes
internal import Platform
package import SSH

/// The known_hosts files, read as sshd(8) SSH_KNOWN_HOSTS FILE FORMAT says: markers, hashes, patterns, ports.
///
/// Custom, because libssh2 supports neither markers nor patterns and does not return the line of an entry.
package struct KnownHosts: Sendable {
  package enum Marker: Hashable, Sendable {
    case none, certAuthority, revoked
  }

  package struct Entry: Hashable, Sendable {
    package let file: String
    /// From 1.
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
    /// No entry of this host has this key's type; `others` have another.
    case unknown(others: [Entry])
    case changed(Entry)
    case revoked(Entry)
  }

  private let entries: [Entry]
  package let files: [String]

  /// Reads the known_hosts files and the revoked keys; a file that is not there holds nothing.
  ///
  /// - Throws: `TunnelFailure` with code `config` for a file that is there and can't be read, because it may revoke
  ///   a key, and for RevokedHostKeys in a form that can't be read.
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
          command: "\(resolution.asOwner)ls -l \(file.shellWord)", remedy: "let the guard's user read it",
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
    self.entries =
      revoked
      + files.flatMap { file in
        KnownHosts.parse(String(decoding: read(file) ?? [], as: UTF8.self), file: file)
      }
  }

  /// The allowed key types, those on record for the host first, so that the server shows a key that can be compared
  /// (as ssh(1) orders them).
  package func keyTypes(name: String, port: UInt16, allowed: [String] = Algorithms.hostKeys) -> [String] {
    let recorded = Set(matching(name: name, port: port).filter { $0.marker == .none }.map(\.keyType))
    // An RSA key has one type and several names of signatures (RFC 8332 §3).
    func isRecorded(_ algorithm: String) -> Bool {
      recorded.contains(algorithm.hasPrefix("rsa-sha2-") ? "ssh-rsa" : algorithm)
    }
    return allowed.filter(isRecorded) + allowed.filter { !isRecorded($0) }
  }

  package func check(_ key: HostKey, name: String, port: UInt16) -> Answer {
    // A revocation counts under either name of the host.
    let revocations = (matching(name: name, port: port) + matching(name: name, port: 22))
    if let revoked = revocations.first(where: { $0.marker == .revoked && $0.key == key.blob }) {
      return .revoked(revoked)
    }
    let plain = matching(name: name, port: port).filter { $0.marker == .none }
    if plain.contains(where: { $0.key == key.blob }) { return .known }
    if let other = plain.first(where: { $0.keyType == key.type }) { return .changed(other) }
    return .unknown(others: plain)
  }

  /// The first entry that trusts an authority's certificates for the host, which libssh2 can't verify.
  package func authority(name: String, port: UInt16) -> Entry? {
    matching(name: name, port: port).first { $0.marker == .certAuthority }
  }

  /// The RSA entry of a host that has no other, where libssh2 can't verify one.
  package func onlyUnusableEntry(name: String, port: UInt16) -> Entry? {
    let plain = matching(name: name, port: port).filter { $0.marker == .none }
    guard !SSHLibrary.signsRSAWithSHA2, plain.allSatisfy({ $0.keyType == "ssh-rsa" }) else { return nil }
    return plain.first
  }

  /// `host` on port 22, `[host]:port` elsewhere; there the plain name counts where no entry names the port.
  private func matching(name: String, port: UInt16) -> [Entry] {
    let plain = name.lowercased()
    guard port != 22 else { return entries.filter { $0.covers(plain) } }
    let withPort = entries.filter { $0.covers("[\(plain)]:\(port)") }
    // A pattern such as * covers both forms: what it marks must not hide who is listed under the plain name.
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

/// `*` and `?`, as ssh_config(5) PATTERNS has them.
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
        // The last star takes one character more.
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
