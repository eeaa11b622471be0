internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// The APIs of GitHub and Pulumi Cloud on loopback, which tell one story: what was pushed to the Oceanid repository, and
/// which stages have it. They speak HTTP without TLS.
///
/// One event loop on one thread owns the mutable state. All methods may be called from any thread and wait for that loop.
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

  private let group: MultiThreadedEventLoopGroup
  private let serverState: NIOLoopBoundBox<ServerState>
  private let isStopped = Mutex(false)

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
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let tokens: [DemoAPI: String] = [.github: "github_pat_demo", .pulumi: "pul-demo"]
    do {
      let box = NIOLoopBoundBox.makeBoxSendingValue(
        ServerState(
          state: .settled(
            at: .now, head: head, previous: previous, images: images, pace: pace,
            gitHubToken: "github_pat_demo", pulumiToken: "pul-demo")), eventLoop: group.next())
      var ports: [DemoAPI: Int] = [:]
      for api in DemoAPI.allCases { ports[api] = try listen(api, group, box) }
      let pipeline = DemoPipeline(ports: ports, tokens: tokens, group: group, serverState: box)
      let origin = pipeline.url(.github)
      pipeline.withServerState { $0.origin = origin }
      return pipeline
    } catch {
      try? group.syncShutdownGracefully()
      throw DemoPipelineError.listen("127.0.0.1 can't listen: \(error)")
    }
  }

  private init(
    ports: [DemoAPI: Int], tokens: [DemoAPI: String], group: MultiThreadedEventLoopGroup,
    serverState: NIOLoopBoundBox<ServerState>
  ) {
    self.ports = ports
    self.tokens = tokens
    self.group = group
    self.serverState = serverState
  }

  deinit { stop() }

  /// Closes every connection and frees the ports. Further calls have no effect.
  package func stop() {
    let isFirst = isStopped.withLock { isStopped in
      defer { isStopped = true }
      return !isStopped
    }
    if isFirst { try? group.syncShutdownGracefully() }
  }

  /// The base of the API's paths: `http://127.0.0.1:PORT`.
  package func url(_ api: DemoAPI) -> String { "http://127.0.0.1:\(ports[api] ?? 0)" }

  /// Applies a fault. It affects the next request.
  package func apply(_ fault: PipelineFault) {
    withServerState { $0.apply(fault, at: .now) }
  }

  /// Image automation writes the selected tags in a commit with this name, as a cluster that simulates it has chosen it.
  package func writeImages(in sha: String) {
    withServerState { $0.writeImages(in: sha, at: .now) }
  }

  /// True if it is a commit of the repository.
  package func hasCommit(_ sha: String) -> Bool {
    withServerState { $0.state.repository.resolve(sha) != nil } ?? false
  }

  /// The name of the newest commit.
  package var head: String { withServerState { $0.state.repository.head.sha } ?? "" }

  /// The requests so far, the oldest first.
  package var requests: [RequestRecord] { withServerState { $0.records } ?? [] }

  package func forgetRequests() { withServerState { $0.forgetRecords() } }

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

  /// Returns nil after the demo was stopped.
  @discardableResult
  private func withServerState<Result: Sendable>(_ body: @escaping @Sendable (inout ServerState) -> Result)
    -> Result?
  {
    guard !isStopped.withLock({ $0 }) else { return nil }
    let serverState = serverState
    return try? group.next().submit { body(&serverState.value) }.wait()
  }

  private static func listen(
    _ api: DemoAPI, _ group: MultiThreadedEventLoopGroup, _ serverState: NIOLoopBoundBox<ServerState>
  ) throws -> Int {
    let listener = try ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 64)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
          try pipeline.addHandler(ConnectionHandler(api: api, serverState: serverState))
        }
      }
      .bind(host: "127.0.0.1", port: 0).wait()
    guard let port = listener.localAddress?.port else {
      throw DemoPipelineError.listen("the listener has no port")
    }
    return port
  }
}
