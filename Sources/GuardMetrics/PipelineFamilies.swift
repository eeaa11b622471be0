internal import GuardAPI
package import GuardStatus
internal import GuardTypes
internal import Health

/// The pipelines of the clusters, as metrics. Without a pipeline there are none.
///
/// Names of Kustomizations are not labels, so that the number of series is bounded.
package enum PipelineFamilies {
  package static func families(_ entries: [StatusBoard.Entry]) -> [MetricFamily] {
    var stages = MetricFamily("oceanid_pipeline_stages", .gauge, "Stages of the pipeline by kind and state.")
    var behind = MetricFamily(
      "oceanid_pipeline_commits_behind", .gauge,
      "Later commits that change files of a stage: the maximum of all stages of the kind.")
    var expiry = MetricFamily(
      "oceanid_pipeline_token_expiry_timestamp_seconds", .gauge,
      "Expiry of the token for a source of the pipeline.")
    var answering = MetricFamily(
      "oceanid_pipeline_source_ok", .gauge,
      "1 if a source of the pipeline answered all requests of the last poll.")
    var requests = MetricFamily(
      "oceanid_pipeline_requests", .counter,
      "Requests to a source of the pipeline by the status of the answer.")
    for entry in entries {
      guard let pipeline = entry.pipeline else { continue }
      let cluster = ["cluster": entry.report.name]
      func labeled(_ labels: [String: String]) -> [String: String] {
        cluster.merging(labels) { first, _ in first }
      }
      for (kind, list) in Dictionary(grouping: pipeline.stages, by: \.kind).sorted(by: { $0.key < $1.key }) {
        for state in StageState.allCases {
          stages.add(list.count { $0.state == state }, labeled(["kind": kind, "state": state.rawValue]))
        }
        behind.add(list.compactMap(\.behind).max(), labeled(["kind": kind]))
      }
      for source in pipeline.sources {
        let labels = labeled(["source": source.name])
        expiry.add(source.tokenExpires.map { Double($0.milliseconds) / 1000 }, labels)
        answering.add(source.state == "ok", labels)
        for (status, count) in (entry.pipelineAnswers[source.name] ?? [:]).sorted(by: { $0.key < $1.key }) {
          requests.add(count, labels.merging(["status": status]) { first, _ in first })
        }
      }
    }
    return [stages, behind, expiry, answering, requests].filter { !$0.samples.isEmpty }
  }
}
