import Foundation
import Testing

@testable import GuardAPI

@Suite struct StateFileTests {
  private static let folder = "/var/lib/oceanid"

  /// The package's script for `apt purge` names each file again, because a shell cannot read the declaration.
  @Test func purgeRemovesExactlyTheStateFiles() throws {
    let script = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../systemd/debian/postrm"), encoding: .utf8)
    let words = script.split(separator: "\n").filter { $0.contains(" rm ") }
      .flatMap { $0.split(separator: " ").map(String.init) }
    let removed = words.filter { $0.hasPrefix("\(Self.folder)/") }
    let names =
      StateFile.allCases.map { "\($0.prefix)*" } + ["\(StateFile.incidents)*", StateFile.alerts]
    let expected = names.map { "\(Self.folder)/\($0)" }
    #expect(removed.sorted() == expected.sorted())
  }
}
