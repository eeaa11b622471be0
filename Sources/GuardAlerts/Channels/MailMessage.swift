internal import FoundationEssentials
internal import Health
internal import IncidentTracking

/// A notice as a mail (RFC 5322). Lines end in LF, as sendmail expects.
///
/// All mails of an incident refer to one message identifier, by which mail programs group them. The
/// identifier of a mail is derived from the keys of its entries, so that a mail that is sent twice is
/// recognized as a duplicate.
struct MailMessage {
  let text: String

  /// - Parameter host: the mail domain of recipients that are local users.
  init(_ notice: IncidentNotice, from: String, to: [String], host: String, date: Timestamp) {
    let words = NoticeText(notice)
    let domain = from.split(separator: "@").last.map(String.init) ?? "localhost"
    let roots = notice.entries.prefix(20).map { MailMessage.identifier($0.incident.id, at: domain) }
    var lines = [
      "From: Oceanid Guard <\(from)>",
      // Local users need a full address, too.
      "To: \(to.map { $0.contains("@") ? $0 : "\($0)@\(host)" }.joined(separator: ",\n "))",
      "Subject: \(MailMessage.unstructured("[oceanid] \(words.headline)"))",
      "Date: \(MailMessage.date(date))",
      "Message-ID: \(MailMessage.identifier(NoticeCoding.key(of: notice), at: domain))",
    ]
    if let first = notice.entries.first, let root = roots.first, first.change != .opened {
      lines.append("In-Reply-To: \(root)")
    }
    lines += [
      "References: \(roots.joined(separator: "\n "))",
      // Prevents automatic replies (RFC 3834).
      "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
    ]
    let body = words.body
    let isPlain =
      body.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) }
      && body.split(separator: "\n").allSatisfy { $0.utf8.count <= 900 }
    lines.append("Content-Transfer-Encoding: \(isPlain ? "7bit" : "quoted-printable")")
    text = lines.joined(separator: "\n") + "\n\n" + (isPlain ? body : MailMessage.quotedPrintable(body))
  }

  /// `<…@domain>`, with only those characters of the incident's id that RFC 5322 §3.2.3 permits without
  /// quotes.
  private static func identifier(_ id: String, at domain: String) -> String {
    var left = ""
    for byte in id.utf8.prefix(180) {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"):
        left.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "."): left += left.isEmpty || left.hasSuffix(".") ? "_" : "."
      default: left += "=\(hexadecimal(byte))"
      }
    }
    if left.hasSuffix(".") { left.removeLast() }
    return "<\(left)@\(domain)>"
  }

  /// Header text: ASCII as it is, anything else in encoded words of at most 75 characters (RFC 2047 §2). Line
  /// breaks are removed.
  static func unstructured(_ text: String) -> String {
    let text = String(text.map { $0.isNewline ? " " : $0 }).escaped
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), text.utf8.count <= 500, !text.contains("=?") {
      return text
    }
    var words: [String] = []
    var part = ""
    func close() {
      guard !part.isEmpty else { return }
      words.append("=?utf-8?B?\(Data(part.utf8).base64EncodedString())?=")
      part = ""
    }
    for scalar in text.unicodeScalars {
      // 39 bytes become 52 base64 characters, so that the line with "Subject: " stays within 76 characters
      // (§2).
      if part.utf8.count + UTF8.width(scalar) > 39 { close() }
      part.unicodeScalars.append(scalar)
    }
    close()
    return words.joined(separator: "\n ")
  }

  /// RFC 2045 §6.7.
  static func quotedPrintable(_ text: String) -> String {
    var out = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if !out.isEmpty { out += "\n" }
      var width = 0
      let bytes = Array(line.utf8)
      for (index, byte) in bytes.enumerated() {
        let isLast = index == bytes.count - 1
        let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=") || byte == 0x20 && !isLast
        let word = isPlain ? String(Unicode.Scalar(byte)) : "=\(hexadecimal(byte))"
        if width + word.utf8.count > 75 {
          out += "=\n"
          width = 0
        }
        out += word
        width += word.utf8.count
      }
    }
    return out
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    String(byte >> 4, radix: 16, uppercase: true) + String(byte & 15, radix: 16, uppercase: true)
  }

  /// `Mon, 23 Nov 2026 17:41:56 +0000`
  static func date(_ moment: Timestamp) -> String {
    let text = "\(moment)"
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let seconds = moment.milliseconds / 1000
    // 1 January 1970 was a Thursday.
    let day = Int((seconds / 86_400 % 7 + 7) % 7)
    let number = Int(text.dropFirst(5).prefix(2)) ?? 1
    return "\(days[day]), \(text.dropFirst(8).prefix(2)) \(month[(number - 1) % 12]) \(text.prefix(4)) "
      + "\(text.dropFirst(11).prefix(8)) +0000"
  }
}
