internal import DemoCluster
internal import FoundationEssentials
internal import NIOCore

/// The APIs of GitHub and Pulumi Cloud on loopback, which agree with each other: they show what was pushed to the
/// Oceanid repository, and which stages have it. They speak HTTP without TLS.
///
/// All methods may be called from any thread and wait for the event loop that owns the mutable state.
package final class DemoPipeline: Sendable {
  /// `OWNER/NAME` of the repository.
  package static let repository = PipelineState.repositoryName
  package static let branch = Repository.branch
  /// The name of the deployment workflow's file.
  package static let workflow = Workflow.file
  /// `ORGANIZATION/PROJECT/STACK`
  package static let stack = "\(Stack.organization)/\(Stack.project)/\(Stack.name)"
  package static let agentPool = AgentPool.name

  /// Ports on 127.0.0.1.
  package let ports: [DemoAPI: Int]
  /// The tokens at the start.
  package let tokens: [DemoAPI: String]

  private let server: LoopServer<ServerState>

  /// Starts to serve on two free ports of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - head: the name of the newest commit, for a cluster that has already applied it; nil for any.
  ///   - previous: the name of its parent; nil for any.
  ///   - images: the images that image automation writes.
  package static func start(
    head: String? = nil, previous: String? = nil,
    images: [Markers.Image] = [
      .init(policy: "cert-manager", name: "quay.io/jetstack/cert-manager-controller", tag: "v1.18.2")
    ],
    pace: Pace = .visible
  ) throws(DemoPipelineError) -> DemoPipeline {
    let tokens: [DemoAPI: String] = [.github: "github_pat_demo", .pulumi: "pul-demo"]
    let server = LoopServer(
      ServerState(
        state: .settled(
          at: .now, head: head, previous: previous, images: images, pace: pace,
          gitHubToken: "github_pat_demo", pulumiToken: "pul-demo")))
    var ports: [DemoAPI: Int] = [:]
    for api in DemoAPI.allCases {
      do {
        ports[api] = try server.listen { channel, state in
          channel.speakHTTP1 { head, _ in
            let now = PipelineTime.now
            return (state.value.delivery(of: head, to: api, at: now), now.httpDate)
          }
        }
      } catch {
        throw .listen("\(error)")
      }
    }
    let pipeline = DemoPipeline(ports: ports, tokens: tokens, server: server)
    let origin = pipeline.url(.github)
    server.withState { $0.origin = origin }
    return pipeline
  }

  private init(ports: [DemoAPI: Int], tokens: [DemoAPI: String], server: LoopServer<ServerState>) {
    self.ports = ports
    self.tokens = tokens
    self.server = server
  }

  deinit { stop() }

  /// Closes every connection and frees the ports. Further calls have no effect.
  package func stop() { server.stop() }

  /// The base of the API's paths: `http://127.0.0.1:PORT`.
  package func url(_ api: DemoAPI) -> String { "http://127.0.0.1:\(ports[api] ?? 0)" }

  /// Applies a fault. It affects the next request.
  package func apply(_ fault: PipelineFault) {
    server.withState { $0.apply(fault, at: .now) }
  }

  /// Image automation writes the selected tags in a commit with this name, as a cluster that simulates it has chosen it.
  package func writeImages(in sha: String) {
    server.withState { $0.writeImages(in: sha, at: .now) }
  }

  /// True if it is a commit of the repository.
  package func hasCommit(_ sha: String) -> Bool {
    server.withState { $0.state.repository.resolve(sha) != nil } ?? false
  }

  /// The name of the newest commit.
  package var head: String { server.withState { $0.state.repository.head.sha } ?? "" }

  /// The requests so far, the oldest first.
  package var requests: [RequestRecord] { server.withState { $0.records } ?? [] }

  package func clearRequests() { server.withState { $0.clearRecords() } }

  /// Writes `github.url`, `github.token`, `pulumi.url` and `pulumi.token` to a folder, readable by the owner only.
  package func writeFolder(_ folder: String) throws(DemoPipelineError) {
    for api in DemoAPI.allCases {
      let values = ["url": url(api), "token": tokens[api] ?? ""]
      for (name, value) in values {
        let path = "\(folder)/\(api.rawValue).\(name)"
        do {
          try Data("\(value)\n".utf8).write(to: URL(filePath: path), options: .atomic)
          try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch {
          throw .listen("\(path) can't be written")
        }
      }
    }
  }
}
