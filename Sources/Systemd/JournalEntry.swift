/// The levels of syslog(3), as the journal's PRIORITY.
package enum Priority: Int, Hashable, Comparable, Sendable, CaseIterable {
  case emergency = 0
  case alert, critical, error, warning, notice, info, debug

  /// From the most urgent to the least.
  package static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
}

/// One entry for the journal: fields in order, a name may occur more than once.
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

  /// Adds a field. A value may hold any text, line feeds too.
  ///
  /// A name is `A-Z`, digits and underscores, at most 64 characters, and begins with a letter: journald
  /// drops anything else without a word (systemd.journal-fields(7)), so it is an error here.
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
