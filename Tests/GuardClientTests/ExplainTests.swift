import Foundation
import GuardAPI
import GuardTypes
import Health
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardExplain
@testable import GuardPages
@testable import GuardTerminal

@Suite struct ExplainTests {
  private func text(_ page: Page) -> String { page.lines.map(\.text).joined(separator: "\n") }

  @Test func catalogIsTheInstalledFile() throws {
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

  @Test func textOfAnEventHasFieldNamesAsPlaceholders() throws {
    let entry = try #require(Catalog.builtIn.entries.first { $0.event == "tunnel_down" })
    let page = text(ExplainPage.page(.event(entry), Terminal(width: 80, hasColor: false, now: Scene.now)))
    #expect(page.hasPrefix("tunnel_down\nThe tunnel to <cluster> is down: <reason>\n\nThe SSH session"))
    #expect(page.contains("What to do if the tunnel stays down: <remedy>"))
    #expect(page.hasSuffix("journalctl -u oceanid-guard MESSAGE_ID=0f60b434b4644e8da854bd82ab4923ee"))
    #expect(!page.contains("@"))
  }

  @Test func everyErrorOfTheDocumentIsExplained() {
    let words = Set(Topic.all.map(\.word))
    #expect(words.count == Topic.all.count)
    #expect(Set(TunnelErrorCode.allCases.map(\.rawValue)).subtracting(words) == [])
    #expect(Set(PollErrorCode.allCases.map(\.rawValue)).subtracting(words) == [])
  }

  @Test func everyCodeIsExplained() {
    for code in ProblemCode.allCases {
      #expect(Topic.of(code.rawValue).map(\.word) == [code.rawValue])
      #expect(!Topic(code).meaning.isEmpty)
      #expect(Topic.of(code.declaration.kind.rawValue).contains(Topic(code)))
      if let ending = code.ending {
        #expect(Topic.of(ending).contains(Topic(code)) || Topic.all.contains { $0.word == ending })
      }
    }
  }

  @Test(arguments: [
    ("tethys/node/calypso/not-ready", ["node-not-ready"]), ("tethys/api/not-ready", ["api-not-ready"]),
    ("api/not-ready", ["api-not-ready"]), ("tethys/node/behind/missing", ["node-missing"]),
    ("tethys/image/policy/flux-system/x/behind", ["image-behind"]),
    ("tethys/image/policy/flux-system/x/behind/v1.2", ["image-behind"]), ("behind", ["image-behind"]),
    ("tethys/flux/controller/kustomize-controller/stopped", ["flux-controller-stopped"]),
    ("tethys/node/calypso/KernelDeadlock", ["node-kernel-deadlock"]),
    ("KernelDeadlock", ["node-kernel-deadlock"]),
    ("tethys/node/calypso/FrequentKubeletRestart", ["node-condition"]),
    ("tethys/forward//run/tethys.sock/port-busy", ["forward-port-busy"]),
    ("tethys/tunnel/auth_refused", ["tunnel-down", "auth_refused"]),
    ("tethys/api/stale", ["api-stale"]),
    ("tethys/api/nodes/forbidden", ["api-part-unreadable", "forbidden"]),
    ("tethys/api/parts/timeout", ["api-parts-unreadable", "timeout"]),
    ("guard/configuration/rejected", ["configuration-rejected"]), ("auth_refused", ["auth_refused"]),
    ("tethys/certificate/web/web/expiring", ["certificate-expiring"]),
    ("tethys/flux/kustomization/flux-system/apps/failed", ["flux-failed", "flux-dependency-missing"]),
    ("quite another thing", []), ("", []), ("/", []),
  ]) func wordsFindTheirDeclaration(_ name: String, _ words: [String]) {
    #expect(Topic.of(name).map(\.word) == words)
  }

  /// The texts of the declarations agree with the thresholds of the rules.
  @Test func textsMatchTheRules() {
    func meaning(_ word: String) -> String { Topic.of(word).first?.meaning ?? "" }
    #expect(meaning("flux-controller-stopped").contains("pod is available"))
    #expect(meaning("certificate-expiring").contains("expires in less than a week"))
    #expect(meaning("certificate-renewal-overdue").contains("still valid"))
    #expect(meaning("node-kernel-deadlock").contains("tasks hang"))
  }

  @Test func problemComesBeforeItsMeaning() throws {
    let problem = try #require(Scene.nodeDown.status.problems.first)
    let page = text(
      ExplainPage.page(
        .topics(Topic.of(code: problem.code, id: problem.id), problem),
        Terminal(width: 80, hasColor: false, now: Scene.now)))
    #expect(page.hasPrefix("CRITICAL  node calypso is not ready\n"))
    #expect(page.contains("\n\nnode-not-ready\nThe node's kubelet"))
    #expect(page.contains("\nnext  kubectl describe node <node>\n"))
  }

  @Test func problemAsJSONEqualsTheDocument() throws {
    let problem = try #require(Scene.nodeDown.status.problems.first)
    let explained = try Explanation.topics([], problem).json["problem"]?.pretty ?? ""
    #expect(try JSONDecoder().decode(ProblemDocument.self, from: Data(explained.utf8)) == problem)
  }

  @Test func everyWordIsCompletedOnce() {
    #expect(Set(ExplainCommand.known).count == ExplainCommand.known.count)
  }

  @Test func misspelledWordGetsASuggestion() {
    #expect("\(Unexplained(word: "tunel_down"))".contains("did you mean tunnel_down?"))
    #expect("\(Unexplained(word: "tethys/node/x/not-redy"))".contains("did you mean not-ready?"))
    #expect(!"\(Unexplained(word: "quite another thing"))".contains("did you mean"))
  }

  @Test(arguments: [60, 80, 200])
  func listFitsTheWidth(_ width: Int) {
    let page = ExplainPage.page(.all, Terminal(width: width, hasColor: false, now: Scene.now))
    #expect(page.lines.allSatisfy { $0.text.displayWidth <= width })
  }
}
