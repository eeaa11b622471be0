internal import GuardAPI

/// The journal catalog with the texts for the guard's events: the embedded file `systemd/oceanid.catalog`.
package struct Catalog: Sendable {
  package struct Entry: Hashable, Sendable {
    /// `tunnel_down`
    package let event: String
    /// 32 hexadecimal digits.
    package let messageID: String
    package let subject: String
    /// The text with the paragraphs and lines of the file.
    package let text: String
  }

  package let entries: [Entry]

  package static let builtIn = Catalog(String(decoding: PackageResources.oceanid_catalog, as: UTF8.self))

  /// Parses the format of journalctl --update-catalog. A comment before each entry contains its event.
  package init(_ file: String) {
    var entries: [Entry] = []
    var event = ""
    var lines: [Substring] = []
    var messageID: String?
    func close() -> Entry? {
      guard let messageID else { return nil }
      let blank = lines.firstIndex(of: "") ?? lines.endIndex
      let subject = lines[..<blank].first { $0.hasPrefix("Subject: ") }?.dropFirst("Subject: ".count) ?? ""
      var body = lines[blank...].drop { $0.isEmpty }
      while body.last?.isEmpty == true { body.removeLast() }
      return Entry(
        event: event, messageID: messageID, subject: String(subject), text: body.joined(separator: "\n"))
    }
    for line in file.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("-- ") {
        messageID = String(line.dropFirst(3))
        lines = []
      } else if line.hasPrefix("#") {
        if let entry = close() { entries.append(entry) }
        messageID = nil
        event = String(line.drop { $0 == "#" || $0 == " " })
      } else {
        lines.append(line)
      }
    }
    if let entry = close() { entries.append(entry) }
    self.entries = entries
  }
}

extension Catalog.Entry {
  /// The text without the values of an entry: `<reason>` in place of a journal field.
  package var general: (subject: String, text: String) { (Self.named(subject), Self.named(text)) }

  private static func named(_ text: String) -> String {
    text.split(separator: "@", omittingEmptySubsequences: false).map { part in
      guard part.hasPrefix(JournalField.prefix), part.allSatisfy({ $0.isUppercase || $0 == "_" })
      else {
        return String(part)
      }
      return "<\(part.dropFirst(JournalField.prefix.count).lowercased())>"
    }.joined()
  }
}
