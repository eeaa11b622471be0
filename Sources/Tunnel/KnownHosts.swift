internal import Platform
package import SSH

/// The known_hosts files, read as sshd(8) SSH_KNOWN_HOSTS FILE FORMAT says: markers, hashes, patterns, ports.
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

  package init(files: [String]) {
    self.init(files: files) { path in try? SmallFile.read(path, limit: 16 << 20) }
  }

  init(files: [String], read: (String) -> [UInt8]?) {
    self.files = files
    self.entries = files.flatMap { file in
      KnownHosts.parse(String(decoding: read(file) ?? [], as: UTF8.self), file: file)
    }
  }

  /// The key types on record for a host, so that the server is asked for one of those first.
  package func keyTypes(name: String, port: UInt16) -> [String] {
    let types = Set(matching(name: name, port: port).filter { $0.marker == .none }.map(\.keyType))
    return Algorithms.hostKeys.filter(types.contains)
  }

  package func check(_ key: HostKey, name: String, port: UInt16) -> Answer {
    let candidates = matching(name: name, port: port)
    if let revoked = candidates.first(where: { $0.marker == .revoked && $0.key == key.blob }) {
      return .revoked(revoked)
    }
    let plain = candidates.filter { $0.marker == .none }
    if plain.contains(where: { $0.key == key.blob }) { return .known }
    if let other = plain.first(where: { $0.keyType == key.type }) { return .changed(other) }
    return .unknown(others: plain)
  }

  /// True where an authority's certificates are trusted for the host, which libssh2 can't verify.
  package func hasAuthority(name: String, port: UInt16) -> Bool {
    matching(name: name, port: port).contains { $0.marker == .certAuthority }
  }

  /// `host` on port 22, `[host]:port` elsewhere; there the plain name counts where no entry names the port.
  private func matching(name: String, port: UInt16) -> [Entry] {
    let plain = name.lowercased()
    guard port != 22 else { return entries.filter { $0.covers(plain) } }
    let withPort = entries.filter { $0.covers("[\(plain)]:\(port)") }
    return withPort.isEmpty ? entries.filter { $0.covers(plain) } : withPort
  }

  private static func parse(_ text: String, file: String) -> [Entry] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
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
