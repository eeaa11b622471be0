/// A server's unencrypted data before the key exchange (RFC 4253 §4.2 and §7.1): text lines, its identification and
/// the algorithms that it offers.
package struct ServerOpening: Hashable, Sendable {
  /// Lines before the identification, cleaned. An SSH server may explain a refusal here, and other servers can be
  /// recognized.
  package let lines: [String]
  /// For example `SSH-2.0-OpenSSH_9.2p1`, cleaned; nil if none was received.
  package let identification: String?
  /// nil if the first packet was not received or is not a valid KEXINIT.
  package let offer: Algorithms.ServerOffer?

  private static let maxLines = 3
  // SSH_MSG_KEXINIT (RFC 4253 §12).
  private static let kexInit: UInt8 = 20

  /// - Parameter bytes: the recorded first bytes of the server.
  package init(_ bytes: [UInt8]) {
    var lines: [String] = []
    var identification: String?
    var rest = bytes[...]
    while !rest.isEmpty, identification == nil {
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      let line = rest[..<(end ?? rest.endIndex)]
      rest = end.map { rest[($0 + 1)...] } ?? []
      if line.starts(with: Array("SSH-".utf8)) {
        identification = PeerText.clean(line)
      } else if lines.count < Self.maxLines, let text = Self.text(line) {
        lines.append(text)
      }
    }
    // The value of a credential may be on the line after its name.
    self.lines = PeerText.clean(lines: lines)
    self.identification = identification
    self.offer = identification == nil ? nil : Self.offer(rest)
  }

  /// The lines joined into one; nil if there are none.
  package var words: String? { lines.isEmpty ? nil : PeerText.clean(lines.joined(separator: " / ")) }

  /// nil for a line that is empty or is not text.
  private static func text(_ line: ArraySlice<UInt8>) -> String? {
    guard !line.contains(0), String(validating: line.prefix(PeerText.longest * 8), as: UTF8.self) != nil
    else { return nil }
    let text = PeerText.clean(line)
    return text.contains(where: \.isLetter) ? text : nil
  }

  /// Parses SSH_MSG_KEXINIT (RFC 4253 §6 and §7.1): length, padding length, type, cookie, name lists.
  private static func offer(_ packet: ArraySlice<UInt8>) -> Algorithms.ServerOffer? {
    let payload = packet.dropFirst(5)
    guard payload.first == kexInit else { return nil }
    var rest = payload.dropFirst(17)
    var lists: [[String]] = []
    while lists.count < 6 {
      guard rest.count >= 4 else { return nil }
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      guard rest.count >= length else { return nil }
      lists.append(Algorithms.names(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return Algorithms.ServerOffer(
      keyExchange: lists[0], hostKeys: lists[1], ciphers: [lists[2], lists[3]], macs: [lists[4], lists[5]])
  }
}

/// The program of a server, as its identification names it. Remedies name the files and options of that program.
package enum ServerProgram: Hashable, Sendable {
  case openSSH, dropbear
  /// Another one, or none was named.
  case unknown

  package init(identification: String?) {
    let words = identification?.lowercased() ?? ""
    self = words.contains("openssh") ? .openSSH : words.contains("dropbear") ? .dropbear : .unknown
  }
}

extension Session {
  package var server: ServerProgram { ServerProgram(identification: identification) }
}
