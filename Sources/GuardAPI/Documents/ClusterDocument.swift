package import GuardTypes
package import Health

/// One entry of the document's `clusters`.
package struct ClusterDocument: Codable, Hashable, Sendable {
  package var name: String
  @Field package var verdict: Verdict
  @Field package var summary: String
  package var tunnel: TunnelDocument
  package var poll: PollDocument
  package var api: APIDocument
  /// The kubeconfig that the guard uses, and that commands in remedies name.
  @Field package var kubeconfig: String?
  /// The context that the guard uses in it; null: the file was not read yet.
  @Field package var context: String?
  /// The server of that context, for example `https://127.0.0.1:16443`; null: the file was not read yet.
  @Field package var server: String?
  /// The reason why kubectl on this machine does not reach the cluster with that file; null: it does, or the file was not
  /// read yet.
  @Field package var kubeconfigError: KubeconfigErrorDocument?
  @Field package var nodes: [NodeDocument]
  package var flux: FluxDocument
  package var images: ImagesDocument
  @Field package var workloads: [WorkloadDocument]
  @Field package var certificates: [CertificateDocument]
  @Field package var stacks: [StackDocument]
  @Field package var secrets: [SecretDocument]
  /// nil if pods could not be read.
  @Field package var pods: PodsDocument?
  /// nil without a `pipeline` in the configuration.
  @Field package var pipeline: PipelineDocument?
  /// The number of messages in these lists that were shortened to one line, to limit the size of the
  /// document.
  @Field package var shortenedTexts: Int?
  /// The objects that these lists do not contain, counted; nil if they are complete.
  @Field package var omitted: OmittedDocument?

  /// The limit for the rows of one cluster in a document with this many.
  package static func rowBytes(clusters: Int) -> Int { ClusterRows.bytes(clusters: clusters) }

  /// The limit in an overview of one cluster. Some hundred objects fit. Of thousands, those that are not healthy and the
  /// numbers of the others are enough, and a client reads them much faster.
  package static let overviewBytes = 256 << 10

  /// - Parameters:
  ///   - rowBytes: the limit for the size of its lists of objects.
  ///   - now: the cluster's time, from which the nodes' ages are computed.
  package init(
    report: ClusterReport, tunnel: TunnelDocument, poll: PollDocument, api: APIDocument,
    kubeconfig: String? = nil, target: KubeconfigTarget? = nil, mismatch: KubeconfigMismatch? = nil,
    pipeline: PipelineDocument? = nil, rowBytes: Int = ClusterDocument.rowBytes(clusters: 1),
    now: Timestamp
  ) {
    name = report.name
    verdict = report.verdict
    summary = report.summary
    self.tunnel = tunnel
    self.poll = poll
    self.api = api
    self.kubeconfig = kubeconfig
    context = target?.context
    server = target?.server
    kubeconfigError = mismatch.map(KubeconfigErrorDocument.init)
    let rows = ClusterRows(report, bytes: rowBytes, now: now)
    nodes = rows.nodes
    flux = FluxDocument(
      installed: report.isFluxInstalled, version: report.fluxVersion, objects: rows.flux,
      controllers: report.controllers.map(FluxControllerDocument.init))
    images = ImagesDocument(
      policies: rows.policies, repositories: rows.repositories, automations: rows.automations)
    workloads = rows.workloads
    certificates = rows.certificates
    stacks = rows.stacks
    omitted = rows.omitted
    shortenedTexts = rows.shortened
    secrets = report.secrets.map(SecretDocument.init)
    pods = report.pods.map(PodsDocument.init)
    self.pipeline = pipeline
  }

  /// Leaves the verdict and the state of the connection.
  mutating func removeObjects() {
    (nodes, workloads, certificates, stacks, secrets, pods) = ([], [], [], [], [], nil)
    omitted = nil
    flux = FluxDocument(installed: flux.installed, version: flux.version, objects: [], controllers: [])
    images = ImagesDocument(policies: [], repositories: [], automations: [])
    (tunnel.sessions, tunnel.history) = ([], [])
    pipeline?.stages = []
    pipeline?.markers = []
    for index in tunnel.forwards.indices { tunnel.forwards[index].recent = [] }
  }
}
