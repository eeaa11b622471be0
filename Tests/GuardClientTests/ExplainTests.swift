import Foundation
import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient

@Suite struct ExplainTests {
  private func text(_ page: Page) -> String { page.lines.map(\.text).joined(separator: "\n") }

  @Test func theCatalogIsTheFileThatIsInstalled() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../systemd/oceanid.catalog")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(Catalog(text).entries == Catalog.builtIn.entries)
    #expect(Catalog.builtIn.entries.count > 20)
    #expect(Set(Catalog.builtIn.entries.map(\.event)).count == Catalog.builtIn.entries.count)
    for entry in Catalog.builtIn.entries {
      #expect(!entry.event.isEmpty && !entry.subject.isEmpty && entry.text.count > 80, "\(entry)")
      #expect(text.contains("# \(entry.event)\n-- \(entry.messageID)\n"))
    }
  }

  @Test func anEventsTextHasNamesInPlaceOfValues() throws {
    let entry = try #require(Catalog.builtIn.entries.first { $0.event == "tunnel_down" })
    let page = text(ExplainPage.page(.event(entry), Terminal(width: 80, hasColour: false, now: Scene.now)))
    #expect(page.hasPrefix("tunnel_down\nThe tunnel to <cluster> is down: <reason>\n\nThe SSH session"))
    #expect(page.contains("What to do when it does not return: <remedy>"))
    #expect(page.hasSuffix("journalctl -u oceanid-guard MESSAGE_ID=0f60b434b4644e8da854bd82ab4923ee"))
    #expect(!page.contains("@"))
  }

  @Test func everyErrorOfTheDocumentIsExplained() {
    let words = Set(Topic.all.map(\.word))
    #expect(words.count == Topic.all.count)
    #expect(Set(TunnelErrorCode.allCases.map(\.rawValue)).subtracting(words) == [])
    #expect(Set(PollErrorCode.allCases.map(\.rawValue)).subtracting(words) == [])
  }

  /// Of the rules' own sources, so that a new problem can't come without its text.
  @Test func everyProblemIsExplained() throws {
    let rules = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/Health/Rules")
    let files = try FileManager.default.contentsOfDirectory(at: rules, includingPropertiesForKeys: nil)
    var ids: Set<String> = [
      "guard/configuration/rejected", "guard/alerts/pager/failing", "guard/state/unwritable",
    ]
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      for path in text.matches(of: /report\(\s*"([^"]+)"/).map({ String($0.1) }) {
        // The path of a reconciler ends in names; words that are computed are looked for below.
        ids.insert("tethys/" + path.replacing(/\\\([^)]*(?:\([^)]*\))?[^)]*\)/, with: "x"))
      }
      for word in text.matches(of: /word: "([^"]+)"/).map({ $0.1 }) { ids.insert("tethys/x/x/\(word)") }
    }
    ids.formUnion(["tethys/pods/crash-looping", "tethys/pods/pending"])
    ids.formUnion(["client-certificate", "certificate-authority"].map { "tethys/api/\($0)-expiring" })
    #expect(ids.count > 40)
    let computed: Set = [
      "tethys/tunnel/x", "tethys/api/x", "tethys/api/x/x", "tethys/api/parts/x", "tethys/api/x-expiring",
      "tethys/pods/x", "tethys/node/x/x", "tethys/certificate/x/x/x", "tethys/x/x",
    ]
    for id in ids.subtracting(computed).sorted() { #expect(Topic.of(id) != nil, "\(id)") }
  }

  @Test func aWordMeansWhatItMeansThere() {
    #expect(Topic.of("tethys/node/calypso/not-ready")?.word == "not-ready")
    #expect(Topic.of("tethys/api/not-ready")?.word == "api/not-ready")
    #expect(Topic.of("api/not-ready")?.word == "api/not-ready")
    #expect(Topic.of("tethys/image/policy/flux-system/x/behind/v1.2")?.word == "behind")
    #expect(Topic.of("tethys/node/behind/missing")?.word == "missing")
    #expect(Topic.of("quite another thing") == nil)
    #expect(Topic.of("") == nil)
  }

  @Test func aProblemStandsBeforeWhatItMeans() throws {
    let problem = try #require(Scene.nodeDown.status.problems.first)
    let topic = try #require(Topic.all.first { $0.word == "not-ready" })
    let page = text(
      ExplainPage.page(.topic(topic, problem), Terminal(width: 80, hasColour: false, now: Scene.now)))
    #expect(page.hasPrefix("CRITICAL  node calypso is not ready\n"))
    #expect(page.contains("\n\nnot-ready\nThe node's kubelet"))
  }

  @Test func aProblemAsJSONIsTheDocuments() throws {
    let problem = try #require(Scene.nodeDown.status.problems.first)
    let explained = try Explanation.topic(nil, problem).json["problem"]?.pretty ?? ""
    #expect(try JSONDecoder().decode(ProblemDocument.self, from: Data(explained.utf8)) == problem)
  }

  @Test func everyWordIsOfferedOnce() {
    #expect(Set(ExplainCommand.known).count == ExplainCommand.known.count)
  }

  @Test func aMisspeltWordGetsTheNearest() {
    #expect("\(Unexplained(word: "tunel_down"))".contains("did you mean tunnel_down?"))
    #expect("\(Unexplained(word: "tethys/node/x/not-redy"))".contains("did you mean not-ready?"))
    #expect(!"\(Unexplained(word: "quite another thing"))".contains("did you mean"))
  }

  @Test(arguments: [60, 80, 200])
  func theListFits(_ width: Int) {
    let page = ExplainPage.page(.all, Terminal(width: width, hasColour: false, now: Scene.now))
    #expect(page.lines.allSatisfy { $0.text.displayWidth <= width })
  }
}
