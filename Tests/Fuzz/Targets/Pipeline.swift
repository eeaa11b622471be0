internal import Curl
internal import GuardTypes
internal import Health

@testable internal import Pipeline
@testable internal import PipelineSources

extension FuzzTarget {
  private static let sites = PageSites(of: APIAddress(isEncrypted: true, host: "api.github.com", port: 443))

  /// GitHub's answers to each of the requests. The first byte selects the status of a refusal.
  static let githubAnswer = FuzzTarget("github-answer") { bytes in
    if let workflow = Workflow(bytes, sites: sites) {
      try holdShown([workflow.state])
      try holdPage(workflow.url)
    }
    if let list = RunList(bytes, sites: sites) {
      for run in list.runs {
        try holdShown([run.status, run.event, run.conclusion ?? ""])
        try holdPage(run.url)
      }
    }
    if let list = JSONObject.list(bytes, limit: 100) {
      try holdShown(list.map { PendingApproval($0).environment })
      try hold(list.allSatisfy { PendingApproval($0).waitMinutes >= 0 }, "a negative time")
    }
    if let object = JSONObject(bytes) {
      for job in object.objects("jobs")?.compactMap(FailedJob.init) ?? [] {
        try holdShown([job.name, job.step ?? ""])
      }
      if let commit = Commit(object) { try holdCommit(commit) }
      if let comparison = Comparison(object) {
        try hold(comparison.ahead >= 0 && comparison.behind >= 0, "a negative distance")
        for commit in comparison.commits { try holdCommit(commit) }
      }
      _ = RepositoryTree(object)
    }
    try holdRefusal(bytes, of: .gitHub)
  }

  /// Pulumi Cloud's answers to each of the requests.
  static let pulumiAnswer = FuzzTarget("pulumi-answer") { bytes in
    if let list = DeploymentList(bytes) {
      for deployment in list.deployments {
        try holdShown([
          deployment.status, deployment.operation, deployment.requestedBy ?? "", deployment.failedStep ?? "",
        ])
      }
      let versions = list.deployments.map(\.version)
      try hold(versions == versions.sorted(by: >), "not the newest first")
    }
    if let object = JSONObject(bytes) {
      _ = DeploymentsState(object)
      if let update = StackUpdate(latest: object) { try holdShown([update.kind, update.result]) }
      for pool in object.objects("agentPools")?.compactMap(AgentPool.init) ?? [] {
        try holdShown([pool.name])
      }
    }
    try holdRefusal(bytes, of: .pulumi)
  }

  /// A file with the markers of image policies, and its check.
  static let markedFile = FuzzTarget("marked-file") { bytes in
    let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    _ = try? MarkedFile(bytes)
    let tree = MarkedTree(commit: String(repeating: "a", count: 40), texts: ["apps/a.yaml": bytes])
    for case .success(let file) in tree.files.values {
      for line in file.markers.map(\.line) + file.ignored.map(\.line) {
        try hold((1...lines).contains(line), "a marker at line \(line) of \(lines)")
      }
    }
    for case .failure(let fault) in tree.files.values {
      try hold(
        fault.line.map { (1...(lines + 1)).contains($0) } ?? true, "a fault at line \(fault.line ?? 0)")
    }
    let input = MarkerInput(
      cluster: "tethys", policies: [policy], automations: [automation], access: nil)
    let first = checkMarkers(in: tree, of: input, history: MarkerHistory(), now: now)
    let second = checkMarkers(in: tree, of: input, history: first.history, now: now)
    try hold(first.findings == second.findings, "another verdict the second time")
    for problem in first.findings.compactMap(\.problem) {
      try hold(problem.title.utf8.count < 2048 && problem.detail.utf8.count < 2048, "a long text")
      try hold(problem.title.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "a control character")
    }
  }

  private static let now = Timestamp(seconds: 1_772_339_047)
  private static let policy = ImagePolicyReport(
    policy: Judged(
      value: ImagePolicy(
        resource: Resource(kind: "ImagePolicy", namespace: "flux-system", name: "app"),
        repository: Reference(kind: "ImageRepository", namespace: "flux-system", name: "app"),
        latestImage: "r/app:2", labels: [:]), verdict: .healthy), running: nil, isBehind: nil)
  private static let automation = ImageUpdateAutomation(
    resource: Resource(kind: "ImageUpdateAutomation", namespace: "flux-system", name: "auto"),
    isSuspended: false, interval: .seconds(60), policySelector: nil, updatePath: "./apps", reviewBranch: nil)

  private static func holdCommit(_ commit: Commit) throws {
    try holdShown([commit.subject, commit.author?.name ?? "", commit.author?.email ?? ""])
  }

  /// Texts of a server are one short line without control characters.
  private static func holdShown(_ texts: [String]) throws {
    for text in texts {
      try hold(text.utf8.count <= 1200, "\(text.utf8.count) bytes")
      try hold(text.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "a control character")
    }
  }

  /// An address is a link that a person opens.
  private static func holdPage(_ url: String?) throws {
    guard let url else { return }
    try hold(sites.have(url) && !url.contains(" ") && url.utf8.count <= 2048, "\(url)")
  }

  private static func holdRefusal(_ bytes: [UInt8], of api: API) throws {
    let statuses = [401, 403, 404, 422, 429, 500, 503]
    let text = String(foreign: bytes.prefix(200))
    let response = Response(
      status: statuses[Int(bytes.first ?? 0) % statuses.count], retryAfter: text,
      headers: [
        "x-ratelimit-remaining": text, "x-ratelimit-reset": text, "x-github-sso": text,
        "x-accepted-github-permissions": text,
      ], body: bytes)
    let refusal = APIRefusal(
      response, of: api, path: "/repos/o/r/\(text)", place: "/etc/token", limitsInRow: bytes.count % 9,
      at: now)
    try hold(refusal.failure.message.utf8.count < 4096, "a long message")
    try hold(refusal.failure.message.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "a control character")
    try hold(refusal.failure.until.map { $0 >= now } ?? true, "a pause that is over")
  }
}
