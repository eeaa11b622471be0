import Foundation
import GuardAPI
import Testing

@testable import GuardJournal

@Suite struct CatalogTests {
  struct Entry {
    let id: String
    let lines: [Substring]
  }

  let text: String
  let entries: [Entry]

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../systemd/oceanid.catalog")
    text = try String(contentsOf: file, encoding: .utf8)
    entries = text.split(separator: "\n-- ").dropFirst().map { part in
      let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
      return Entry(id: String(lines.first ?? ""), lines: lines.dropFirst().filter { !$0.hasPrefix("#") })
    }
  }

  @Test func eventsAndTextsCorrespond() {
    #expect(entries.map(\.id).sorted() == Event.allCases.map(\.messageID).sorted())
  }

  /// The comment before each entry is what `oceanid-ctl explain` finds it by.
  @Test func everyTextHasTheNameOfItsEvent() {
    for event in Event.allCases { #expect(text.contains("\n# \(event.name)\n-- \(event.messageID)\n")) }
  }

  @Test func identifiersAreUnique() {
    #expect(Set(Event.allCases.map(\.messageID)).count == Event.allCases.count)
    for event in Event.allCases {
      #expect(event.messageID.count == 32)
      #expect(event.messageID.allSatisfy { $0.isHexDigit && !$0.isUppercase })
      #expect(event.name.allSatisfy { $0.isLowercase || $0 == "_" })
    }
  }

  @Test func everyTextHasASubjectAndABody() throws {
    for entry in entries {
      #expect(entry.lines.first?.hasPrefix("Subject: ") == true, "\(entry.id)")
      #expect(entry.lines.contains("Defined-By: oceanid-guard"), "\(entry.id)")
      let blank = try #require(entry.lines.firstIndex(of: ""))
      #expect(entry.lines[blank...].joined().count > 80, "\(entry.id)")
    }
  }

  /// journald fills in `@FIELD@`; one that no entry carries would stay empty.
  @Test func everyPlaceholderIsAKnownField() {
    let known: [JournalField] = [
      .cluster, .subject, .from, .to, .reason, .incident, .remedy, .code,
    ]
    for entry in entries {
      for field in entry.lines.joined(separator: "\n").matches(of: /@([A-Z_]+)@/) {
        #expect(known.map(\.rawValue).contains(String(field.1)), "\(entry.id)")
      }
    }
  }
}
