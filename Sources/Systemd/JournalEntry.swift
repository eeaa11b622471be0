/// The severity levels of syslog(3), used in the journal's PRIORITY field.
package enum Priority: Int, Hashable, Comparable, Sendable, CaseIterable {
  case emergency = 0
  case alert, critical, error, warning, notice, info, debug

  /// Orders from the most to the least urgent.
  package static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
}

/// A journal entry: an ordered list of fields, in which a name may occur more than once.
package struct JournalEntry: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package let name: String
    package let value: String
  }

  package private(set) var fields: [Field]

  package init(message: String, priority: Priority) {
    fields = [
      Field(name: "MESSAGE", value: message), Field(name: "PRIORITY", value: String(priority.rawValue)),
    ]
  }

  /// Adds a field. The value may contain any text, including line feeds.
  ///
  /// A name consists of `A-Z`, digits and underscores, starts with a letter and has at most 64 characters. journald
  /// drops other fields silently (systemd.journal-fields(7)), so they are an error here.
  package mutating func add(_ name: String, _ value: String) throws(SystemdError) {
    guard JournalEntry.isValid(name: name) else {
      throw SystemdError(
        operation: "journal field", code: 0,
        detail: "'\(name.prefix(80))' is not a field name: use A-Z, 0-9 and _, beginning with a letter")
    }
    fields.append(Field(name: name, value: value))
  }

  static func isValid(name: String) -> Bool {
    guard let first = name.utf8.first, (0x41...0x5A).contains(first), name.utf8.count <= 64 else {
      return false
    }
    return name.utf8.allSatisfy { byte in
      (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }
  }
}
