import FoundationEssentials
import GuardTypes
import Health
import Testing

@testable import GuardAPI

/// A cluster in which everything fails with long texts: the document stays within the limits of its readers.
@Suite struct BoundedDocumentTests {
  private static let now = Timestamp(seconds: 1_772_339_047)
  private static let text = String(repeating: "é", count: 510) + "x…"

  private static func document(failing count: Int, warnings: Int = 0, text: String = text) -> StatusDocument {
    let name = { (index: Int) in "tenant-\(index)" }
    let report = ClusterReport(
      name: "tethys", verdict: .critical, summary: "much",
      flux: (0..<count).map { index in
        Judged(
          value: FluxObject(
            resource: Resource(kind: "Kustomization", namespace: "flux-system", name: name(index))),
          verdict: .critical, status: .inProgress, reason: "BuildFailed", message: text, since: now)
      })
    let problems = (0..<count + warnings).map { index in
      Problem(
        .fluxObject(.failed), id: "tethys/flux/kustomization/flux-system/\(name(index))/failed",
        // The warnings come first, to be sorted.
        severity: index < warnings ? .warning : .critical, cluster: "tethys",
        subject: "kustomization \(name(index))", title: "fails", detail: text, since: now,
        step: NextStep(command: "flux logs")
      )
    }
    return StatusDocument(
      generatedAt: now,
      clusters: [
        ClusterDocument(
          report: report, tunnel: TunnelDocument(state: .up, since: now, host: "tethys"),
          poll: PollDocument(at: nil, seenAt: nil, duration: nil, failure: nil, now: now), api: APIDocument(),
          now: now)
      ], problems: problems)
  }

  @Test func tenThousandProblemsFitAndTheRestIsCounted() throws {
    let document = Self.document(failing: 10_000, warnings: 500)
    let bytes = try DocumentCoding.encode(document)
    #expect(bytes.count < 4 << 20)
    let read = try DocumentCoding.decode(StatusDocument.self, from: bytes)
    #expect(read == document)
    // It says how many objects, texts and problems it does not contain.
    let cluster = try #require(read.clusters.first)
    let omitted = try #require(cluster.omitted?.flux)
    #expect(cluster.flux.objects.count > 1000)
    #expect(cluster.flux.objects.count + omitted.count == 10_000)
    #expect(omitted.total == 10_000)
    #expect(omitted.critical == omitted.count && omitted.wrong == omitted.count)
    let whole = cluster.flux.objects.count { $0.message == Self.text }
    #expect(whole > 450)
    #expect(cluster.shortenedTexts == cluster.flux.objects.count - whole)
    #expect(cluster.flux.objects.allSatisfy { $0.message.hasSuffix("…") })
    #expect(!cluster.flux.objects.contains { $0.message.unicodeScalars.contains("\u{FFFD}") })
    #expect(read.problems.count > 500 && read.problems.count <= StatusDocument.problemLimit)
    #expect(read.omittedProblems == 10_500 - read.problems.count)
    #expect(read.problems.allSatisfy { $0.severity == .critical })
  }

  @Test func smallDocumentIsComplete() {
    let document = Self.document(failing: 300)
    #expect(document.omittedProblems == 0)
    #expect(document.problems.count == 300)
    #expect(document.clusters.first?.shortenedTexts == 0)
    #expect(document.clusters.first?.omitted == nil)
    #expect(document.clusters.first?.flux.objects.count == 300)
    #expect(document.clusters.first?.flux.objects.allSatisfy { $0.message == Self.text } == true)
    // Lines cost nothing, however many there are.
    let short = Self.document(failing: 20_000, text: String(repeating: "x", count: 160))
    #expect(short.clusters.first?.shortenedTexts == 0)
  }

  @Test(arguments: 1...4) func textIsCutBetweenCharacters(width: Int) {
    for shift in 0..<4 {
      var text =
        String(repeating: "x", count: shift) + String(repeating: ["x", "é", "…", "🚢"][width - 1], count: 300)
      var budget = TextBudget(bytes: 0)
      budget.fit(&text)
      #expect(text.utf8.count <= TextBudget.line + 3)
      #expect(text.utf8.count > TextBudget.line - 3)
      #expect(text.hasSuffix("…") && !text.unicodeScalars.contains("\u{FFFD}"))
      #expect(budget.shortened == 1)
    }
  }
}
