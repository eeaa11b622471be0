import Crypto
import Foundation
import GuardTerminal
import Health
import Testing

@testable import GuardWeb

@Suite struct PageAssetTests {
  private static func digest(_ bytes: [UInt8]) -> String { Data(SHA256.digest(bytes)).base64EncodedString() }
  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func hashesAreThoseOfTheFiles() {
    #expect(PageHashes.style == Self.digest(PageAsset.style))
    #expect(PageHashes.script == Self.digest(PageAsset.script))
  }

  /// The files are put between tags in the report.
  @Test func filesCannotEndTheirElements() {
    #expect(!Self.text(PageAsset.script).lowercased().contains("</script"))
    #expect(!Self.text(PageAsset.script).contains("<!--"))
    #expect(!Self.text(PageAsset.style).lowercased().contains("</style"))
  }

  @Test func scriptInsertsNoMarkupAndLoadsNothingElse() {
    let script = Self.text(PageAsset.script)
    #expect(script.hasPrefix("\"use strict\";"))
    for word in [
      "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "DOMParser",
      "srcdoc", "import(",
      "createContextualFragment", "setHTML", "https:", "localStorage",
    ] {
      #expect(!script.contains(word), "\(word)")
    }
    for word in ["url(", "@import", "http"] { #expect(!Self.text(PageAsset.style).contains(word), "\(word)") }
  }

  @Test func jsonCannotEndItsElement() throws {
    let hostile = ["</script><script>alert(1)</script>", "<!--", "]]>", "&lt;", "\u{2028}", "\u{0}"]
    let json = try ReportFile.json(hostile)
    #expect(!json.contains("<") && !json.contains(">") && !json.contains("&"))
    #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == hostile)
  }
}
