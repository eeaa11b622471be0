import GuardAPI
import GuardStatus
import GuardTypes
import Health
import Testing

@testable import GuardMetrics

/// The pipelines as metrics.
@Suite struct PipelineMetricsTests {
  private static func entry(_ pipeline: PipelineDocument?, answers: [String: [String: Int]] = [:])
    -> StatusBoard.Entry
  {
    let plain = MetricsTests.entry()
    return StatusBoard.Entry(
      report: ClusterReport(name: "tethys", verdict: .healthy, summary: ""), observation: plain.observation,
      poll: plain.poll, tunnel: plain.tunnel, pipeline: pipeline, pipelineAnswers: answers)
  }

  private static let pipeline = PipelineDocument(
    repository: "o/r", branch: "main", verdict: .degraded,
    stages: [
      .init(id: "cloud", kind: "github", state: .behind, verdict: .healthy, behind: 3),
      .init(id: "kustomization/a/b", kind: "kustomization", state: .current, verdict: .healthy, behind: 0),
      .init(id: "kustomization/a/c", kind: "kustomization", state: .behind, verdict: .healthy, behind: 2),
      .init(id: "kustomization/a/d", kind: "kustomization", state: .unknown, verdict: .unknown),
    ],
    sources: [
      .init(name: "github", state: "ok", tokenExpires: Timestamp(seconds: 1_900_000_000)),
      .init(name: "pulumi", state: "refused", message: "no right"),
    ])

  @Test func withoutAPipelineThereAreNone() {
    #expect(PipelineFamilies.families([Self.entry(nil)]).isEmpty)
  }

  @Test func samplesMatchTheDocument() {
    let page = MetricFormat.prometheus.text(
      PipelineFamilies.families([
        Self.entry(
          Self.pipeline, answers: ["github": ["200": 4, "304": 90], "pulumi": ["403": 2, "none": 1]])
      ]))
    for line in [
      #"oceanid_pipeline_stages{cluster="tethys",kind="github",state="behind"} 1"#,
      #"oceanid_pipeline_stages{cluster="tethys",kind="github",state="failed"} 0"#,
      #"oceanid_pipeline_stages{cluster="tethys",kind="kustomization",state="current"} 1"#,
      #"oceanid_pipeline_stages{cluster="tethys",kind="kustomization",state="unknown"} 1"#,
      #"oceanid_pipeline_commits_behind{cluster="tethys",kind="github"} 3"#,
      #"oceanid_pipeline_commits_behind{cluster="tethys",kind="kustomization"} 2"#,
      #"oceanid_pipeline_source_ok{cluster="tethys",source="github"} 1"#,
      #"oceanid_pipeline_source_ok{cluster="tethys",source="pulumi"} 0"#,
      #"oceanid_pipeline_token_expiry_timestamp_seconds{cluster="tethys",source="github"} 1900000000"#,
      #"oceanid_pipeline_requests_total{cluster="tethys",source="github",status="304"} 90"#,
      #"oceanid_pipeline_requests_total{cluster="tethys",source="pulumi",status="none"} 1"#,
    ] { #expect(page.contains("\n\(line)\n"), "\(line)") }
    #expect(!page.contains("kustomization/a/b"), "names of a cluster are no labels")
    #expect(!page.contains(#"expiry_timestamp_seconds{cluster="tethys",source="pulumi""#))
  }
}
