import Foundation
import Testing

@testable import GuardConfiguration

/// The descriptions of keys, and the page that repeats them for readers.
@Suite struct KeyReferenceTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
  private static let page = root.appending(path: "systemd/man/oceanid-guard.yaml.5")

  private func entry(_ path: String) throws -> KeyReference {
    try #require(Configuration.reference.first { $0.path == path })
  }

  @Test func aKeySaysItsValuesAndItsDefault() throws {
    #expect(try entry("clusters[].tunnel.backoff.max").values == "a duration from 10ms to 1h")
    #expect(try entry("clusters[].tunnel.backoff.max").standard == "30s")
    #expect(try entry("clusters[].tunnel.windowBudget").values == "a size from 1MiB to 4GiB")
    #expect(try entry("clusters[].tunnel.windowBudget").standard == "64MiB")
    #expect(try entry("clusters[].tunnel.forwards[].listen").standard == "\"127.0.0.1:16443\"")
    #expect(try entry("clusters[].tunnel.host").standard == nil)
    #expect(try entry("alerts[].ping.interval").standard == "1m")
    #expect(try entry("alerts[].severity").values == "one of critical, warning")
  }

  @Test func everyKeyIsDescribedOnce() {
    let reference = Configuration.reference
    #expect(Set(reference.map(\.path)).count == reference.count)
    for entry in reference {
      #expect(!entry.meaning.isEmpty && entry.meaning.hasSuffix("."), "\(entry.path)")
      #expect(!entry.values.isEmpty && entry.standard != "", "\(entry.path)")
    }
  }

  /// A default that is given as a value is one that the key takes.
  @Test func theDefaultsAreInTheirRanges() throws {
    let printed = Configuration.builtIn(in: .reference).yaml
    _ = try Configuration.parse(printed, file: "printed.yaml", environment: .reference)
  }

  @Test func aReferenceIsMdoc() throws {
    let entry = KeyReference(path: "a.b", values: ".x \\y", standard: nil, meaning: "'z'.")
    #expect(entry.mdoc == ".It Cm a.b\n\\&.x \\ey; must be given.\n\\&'z'.\n")
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: page.path), "there is no manual page in the tree"))
  func theManualPageHasEveryKeyWithItsRangeAndDefault() throws {
    // Words only: macros, quotes and line ends are the page's own.
    let words = try String(contentsOf: Self.page, encoding: .utf8).replacing(/\\[e&-]|[".,;]/, with: " ")
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for entry in Configuration.reference {
      #expect(words.contains(entry.name), "\(entry.path)")
      // Values as they are written: 10ms, 1h, 64MiB, 127.0.0.1:16443.
      for value in (entry.values + " " + (entry.standard ?? "")).matches(of: /\b[0-9]+(ms|s|m|h|MiB|GiB)\b/) {
        #expect(words.contains(value.output.0), "\(entry.path): \(value.output.0)")
      }
    }
  }
}
