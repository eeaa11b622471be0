import DemoCluster
import DemoPipeline
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// An installation whose cluster has a pipeline: a real sshd, the demo cluster, a GitHub and a Pulumi Cloud on loopback,
/// the real daemon with a clock that can be set, and the real client.
final class PipelineWorld {
  let installation: Installation
  let pipeline: DemoPipeline
  private let console: DemoConsole
  private let clock: ShiftedClock

  static let isAvailable = SSHServer.isAvailable && ShiftedClock.isAvailable

  init() throws {
    clock = try ShiftedClock()
    installation = try Installation(isStarted: false, environment: clock.environment)
    pipeline = try DemoPipeline.start(
      for: installation.cluster, pace: Pace(queue: .milliseconds(500), work: .milliseconds(500)))
    console = DemoConsole(cluster: installation.cluster, pipeline: pipeline)
    try writeTokens()
    let folder = installation.folder
    try folder.write(
      try folder.read("guard.yaml") + """
            pipeline:
              repository: \(DemoPipeline.repository)
              branch: \(DemoPipeline.branch)
              github:
                token: { file: \(folder.file("github.token")) }
                url: \(pipeline.url(.github))
                workflow: \(DemoPipeline.workflow)
                paths: ["cloud/**"]
              pulumi:
                token: { file: \(folder.file("pulumi.token")) }
                url: \(pipeline.url(.pulumi))
                stack: \(DemoPipeline.stack)
                agentPool: \(DemoPipeline.agentPool)
                paths: ["cluster/**"]
              flux: { source: flux-system/flux-system }
              markers: { github: true }
        """ + "\n", to: "guard.yaml")
    try installation.restart()
  }

  deinit { pipeline.stop() }

  /// Replaces both files, so that the guard asks again after a refusal.
  func writeTokens() throws { try pipeline.writeFolder(installation.folder.path) }

  func apply(_ lines: [String]) throws { for line in lines { try console.apply(line) } }

  /// Sets the guard's clock. The clocks of the cluster and of both APIs stay.
  func shiftClock(by seconds: Int) throws { try clock.shift(by: seconds) }

  /// Polls the cluster and the pipeline until the condition is true.
  ///
  /// - Parameter polls: of the cluster, in a row, after which the condition must be true.
  /// - Returns: the last documents, and whether the condition became true.
  func waitFor(
    within limit: Duration = .seconds(20), polls: Int = 2,
    _ condition: (StatusDocument, PipelineDocument) -> Bool
  ) throws -> Installation.Seen {
    var times: Set<Int64> = []
    return try installation.waitFor(within: limit) { document, cluster in
      guard let pipeline = cluster.pipeline, let at = cluster.poll.at, condition(document, pipeline) else {
        times = []
        _ = try? self.installation.ctl("poll")
        return false
      }
      times.insert(at.milliseconds)
      if times.count < polls { _ = try? self.installation.ctl("poll") }
      return times.count >= polls
    }
  }

  /// The stage of a commit, from `oceanid-ctl where`.
  func place(of commit: String, at stage: String) throws -> WhereDocument.Stage? {
    struct Places: Decodable { let clusters: [WhereDocument] }
    let output = try installation.ctl("where", commit, "--json").output
    let places = try JSONDecoder().decode(Places.self, from: Data(output.utf8))
    return places.clusters.first?.stages.first { $0.id == stage }
  }
}
