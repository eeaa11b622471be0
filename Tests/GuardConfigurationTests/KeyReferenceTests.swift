import Foundation
import Testing

@testable import GuardConfiguration

/// The descriptions of keys, and the page that repeats them for readers.
@Suite struct KeyReferenceTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
  private static let page = root.appending(path: "Sources/GuardClient/Manual/oceanid-guard.yaml.5")

  private func entry(_ path: String) throws -> KeyReference {
    try #require(Configuration.reference.first { $0.path == path })
  }

  @Test func keyDescribesItsValuesAndDefault() throws {
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
  @Test func defaultsAreInTheirRanges() throws {
    let printed = Configuration.builtIn(in: .reference).yaml
    _ = try Configuration.parse(printed, file: "printed.yaml", environment: .reference)
  }

  @Test func referenceIsMdoc() throws {
    let entry = KeyReference(path: "a.b", values: ".x \\y", standard: nil, meaning: "'z'.")
    #expect(entry.mdoc == ".It Ic a.b\n\\&.x \\ey; required.\n\\&'z'.\n")
  }

  @Test func manualPageHasTheReference() throws {
    let page = try String(contentsOf: Self.page, encoding: .utf8)
    let items = Configuration.reference.map(\.mdoc).joined()
    let list = page.firstMatch(of: /(?s)KeyReference\.mdoc[^\n]*\n[^\n]*\n(.*?)\.El\n/)
    #expect(list.map { String($0.output.1) } == items, "the items in the page should be:\n\(items)")
  }
}
