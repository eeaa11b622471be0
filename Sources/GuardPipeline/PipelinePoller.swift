internal import Dispatch
package import GuardConfiguration
package import GuardStatus
package import Health
package import Pipeline
internal import PipelineSources
internal import Platform
internal import Synchronization

/// Polls the pipeline of one cluster on its own queue, where requests may block. Nothing else waits for it.
package actor PipelinePoller {
  /// The values that other threads set: the state of the cluster, and the number of their requests.
  private struct Shared {
    var view: ClusterView?
    var known = CommitFinder.Known()
    var commits: Set<CommitID> = []
    var polledAt: MonotonicTime?
    var isStopped = false
    var requests = 0
    /// A person asks for a poll, so that refused requests are asked again.
    var retriesRefused = false
  }

  private static let interval: Duration = .seconds(60)
  /// GitHub accepts 60 requests per hour without a login.
  private static let intervalWithoutLogin: Duration = .seconds(600)
  /// A commit that the cluster begins to run is compared soon, but not with each of its polls.
  private static let pause: Duration = .seconds(5)
  /// The time limit per source. The rest keeps its last state.
  private static let gitHubTime: Duration = .seconds(35)
  private static let pulumiTime: Duration = .seconds(10)
  private static let markersTime: Duration = .seconds(15)
  /// After this time, the results are published before the other sources are read.
  private static let slow: Duration = .seconds(5)
  private static let maxBranches = 4
  private static let maxRequests = 16

  private let executor: QueueExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let cluster: String
  private let plan: PipelinePlan
  private let gitHub: GitHubClient?
  private let pulumi: PulumiClient?
  private let cancellation: APICancellation
  private let clock: @Sendable () -> Timestamp
  private let publish: @Sendable (PipelineKnowledge) -> Void
  private let persist: @Sendable (PipelineHistory) -> Void
  private let pause: Duration
  private nonisolated let shared = Mutex(Shared())
  private nonisolated let timer = Mutex<RepeatingTimer?>(nil)

  private var knowledge = PipelineKnowledge()
  private var cloud: CloudReader?
  private var distances = DistanceReader()
  private nonisolated let finder: CommitFinder
  private var markers: MarkerReader?
  private var seenAt: [String: Timestamp] = [:]
  /// The facts for the next run of the guard, as they were persisted last.
  private var history: PipelineHistory

  /// The first poll starts at once.
  ///
  /// - Parameters:
  ///   - history: of the last run of the guard; nil for none. It is ignored if it is about another branch or workflow.
  ///   - interval: between two polls; nil for the usual one.
  ///   - pause: the least time between a poll and the next one, which a new commit in the cluster causes.
  ///   - persist: called on the poller's queue when the history changes.
  ///   - publish: called after each poll, on the poller's queue.
  /// - Throws: `SourceFailure` if libcurl can't be used.
  package init(
    _ configuration: Configuration.Pipeline, cluster: String, tokens: PipelineTokens,
    history: PipelineHistory? = nil, interval: Duration? = nil, pause: Duration? = nil,
    clock: @escaping @Sendable () -> Timestamp,
    persist: @escaping @Sendable (PipelineHistory) -> Void = { _ in },
    publish: @escaping @Sendable (PipelineKnowledge) -> Void
  ) throws(SourceFailure) {
    let executor = QueueExecutor(label: "pipeline \(cluster)")
    let cancellation = APICancellation()
    let plan = PipelinePlan(configuration)
    self.executor = executor
    self.cluster = cluster
    self.plan = plan
    self.cancellation = cancellation
    self.clock = clock
    self.publish = publish
    self.persist = persist
    self.pause = pause ?? PipelinePoller.pause
    let empty = PipelineHistory(
      repository: plan.repository, branch: plan.branch, workflow: plan.cloud?.workflow)
    let history = history.flatMap { $0.isAbout(empty) ? $0 : nil } ?? empty
    self.history = history
    func makeGitHub() throws(SourceFailure) -> GitHubClient? {
      guard let settings = configuration.github, let repository = configuration.repository else { return nil }
      return GitHubClient(
        try APIClient(
          .gitHub, at: APIAddress(settings.url), token: tokens.gitHub?.source, cancellation: cancellation,
          clock: clock), owner: repository.owner, name: repository.name)
    }
    gitHub = try makeGitHub()
    finder = CommitFinder(cluster: cluster, branch: plan.branch, client: try makeGitHub())
    if let settings = configuration.pulumi, let stack = settings.stack {
      pulumi = PulumiClient(
        try APIClient(
          .pulumi, at: APIAddress(settings.url), token: tokens.pulumi?.source, cancellation: cancellation,
          clock: clock),
        organization: stack.organization, project: stack.project, stack: stack.stack)
    } else {
      pulumi = nil
    }
    cloud = plan.cloud.map {
      CloudReader(workflow: $0.workflow, branch: plan.branch, highest: history.highestRun)
    }
    markers = MarkerReader(configuration)
    if markers != nil { knowledge.markers = Reading() }
    guard [gitHub != nil, pulumi != nil, markers != nil].contains(true) else { return }
    let isAnonymous = configuration.github != nil && tokens.gitHub == nil
    let every = interval ?? (isAnonymous ? PipelinePoller.intervalWithoutLogin : PipelinePoller.interval)
    let repeating = RepeatingTimer(every: every, on: executor.queue, startsAtOnce: true) { [weak self] in
      self?.assumeIsolated { $0.poll() }
    }
    timer.withLock { $0 = repeating }
  }

  /// Cancels the running poll and all later ones.
  package nonisolated func stop() {
    shared.withLock { $0.isStopped = true }
    timer.withLock { $0.take() }?.cancel()
    cancellation.cancel()
  }

  /// Polls at once, and asks again for what was refused.
  package nonisolated func pollNow() {
    shared.withLock { $0.retriesRefused = true }
    tick()
  }

  private nonisolated func tick() { timer.withLock { $0 }?.tickNow() }

  /// Sets what the cluster runs, so that it is compared with the newest commits. It waits for no request.
  ///
  /// - Parameter steps: the next steps of problems, by their ids.
  package nonisolated func update(_ view: ClusterView, stages: [Stage], steps: [String: NextStep]) {
    let delay = shared.withLock { shared -> Duration? in
      (shared.view, shared.known.stages, shared.known.steps) = (view, stages, steps)
      let commits = Set((view.sources + view.kustomizations).compactMap(\.commit))
      // Before the first poll nothing is known to compare with, and that poll compares everything.
      guard let polledAt = shared.polledAt, !commits.subtracting(shared.commits).isEmpty else { return nil }
      shared.commits.formUnion(commits)
      return max(.zero, pause - (MonotonicTime.now - polledAt))
    }
    guard let delay else { return }
    executor.queue.asyncAfter(deadline: .now() + DispatchTimeInterval(delay)) { [weak self] in
      self?.tick()
    }
  }

  /// Finds the stages that have a commit.
  ///
  /// - Parameters:
  ///   - name: 7 to 40 hexadecimal digits.
  ///   - done: called once, on any thread.
  package nonisolated func find(_ name: String, _ done: @escaping @Sendable (WhereOutcome) -> Void) {
    let isAdmitted = shared.withLock { shared in
      guard shared.requests < PipelinePoller.maxRequests, !shared.isStopped else { return false }
      shared.requests += 1
      return true
    }
    guard isAdmitted else { return done(.busy) }
    let known = shared.withLock { $0.known }
    finder.find(name, known) { outcome, isNewer in
      self.shared.withLock { $0.requests -= 1 }
      done(outcome)
      if isNewer { self.tick() }
    }
  }

  // MARK: - Polls

  private func poll() {
    let view = shared.withLock { shared in
      shared.polledAt = .now
      if let view = shared.view {
        shared.commits = Set((view.sources + view.kustomizations).compactMap(\.commit))
      }
      return shared.isStopped ? nil : Optional(shared.view)
    }
    guard let view else { return }
    let retriesRefused = shared.withLock { shared in
      defer { shared.retriesRefused = false }
      return shared.retriesRefused
    }
    if retriesRefused {
      for api in [gitHub?.api, pulumi?.api] { api?.retryRefused() }
      finder.retryRefused()
    }
    let began = MonotonicTime.now
    var outcomes: [String: Outcome] = [:]
    if let gitHub { outcomes[gitHub.api.api.source] = poll(gitHub, view) }
    // A slow GitHub does not hold back what is known of it, nor what Pulumi answers.
    if MonotonicTime.now - began > PipelinePoller.slow { publish(outcomes, view) }
    if let pulumi { outcomes[pulumi.api.api.source] = poll(pulumi) }
    if MonotonicTime.now - began > PipelinePoller.slow, markers != nil { publish(outcomes, view) }
    let markersOutcome = pollMarkers(view)
    if let source = markers?.isOfCheckout == true ? MarkerReader.checkoutSource : gitHub?.api.api.source {
      outcomes[source, default: Outcome()].add(markersOutcome)
    }
    publish(outcomes, view)
  }

  /// - Parameter outcomes: of the sources that were polled. The others stay as they were.
  private func publish(_ outcomes: [String: Outcome], _ view: ClusterView?) {
    let known = Dictionary(knowledge.sources.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    knowledge.sources = [gitHub?.api, pulumi?.api].compactMap { api in
      api.map { api in
        let name = api.api.source
        return outcomes[name].map { source(api, $0) } ?? known[name]
          ?? .init(name: name, failure: nil, seenAt: nil)
      }
    }
    if markers?.isOfCheckout == true {
      knowledge.sources.append(
        .init(
          name: MarkerReader.checkoutSource, failure: knowledge.markers?.failure,
          seenAt: knowledge.markers?.seenAt))
    }
    let refusal = knowledge.sources.first { $0.name == gitHub?.api.api.source }?.failure.flatMap {
      [.token, .limited].contains($0.kind) ? $0 : nil
    }
    let isStopped = shared.withLock { shared in
      (shared.known.head, shared.known.refusal) = (knowledge.heads[plan.branch]?.value?.commit, refusal)
      return shared.isStopped
    }
    guard !isStopped else { return }
    persistMemory(view)
    publish(knowledge)
  }

  /// Why a poll of a source left requests open.
  private struct Outcome {
    var failures: [SourceFailure] = []
    /// Failures of requests about details.
    var gaps: [SourceFailure] = []

    mutating func add(_ other: Outcome) {
      failures += other.failures
      gaps += other.gaps
    }
  }

  private func persistMemory(_ view: ClusterView?) {
    var next = history
    next.highestRun = cloud?.highest ?? 0
    for (branch, reading) in knowledge.heads { next.heads[branch] = reading.value ?? next.heads[branch] }
    if view != nil { next.heads = next.heads.filter { knowledge.heads[$0.key] != nil } }
    guard next != history else { return }
    history = next
    persist(next)
  }

  private func poll(_ client: GitHubClient, _ view: ClusterView?) -> Outcome {
    client.api.beginRound(within: PipelinePoller.gitHubTime)
    var outcome = Outcome()
    let others = Set((view?.sources ?? []).compactMap(\.branch)).subtracting([plan.branch])
    for branch in [plan.branch] + others.sorted().prefix(PipelinePoller.maxBranches) {
      let answer = ask { () throws(SourceFailure) in try client.head(of: branch) }
      let now = clock()
      let known = knowledge.heads[branch]?.value ?? history.heads[branch]
      knowledge.heads[branch, default: Reading()].record(
        answer.map { commit in
          // A clock that was ahead must not postpone a verdict.
          Head(commit: commit, seenAt: known.map { $0.commit == commit ? min($0.seenAt, now) : now } ?? now)
        }, at: now)
      if let failure = knowledge.heads[branch]?.failure { outcome.failures.append(failure) }
    }
    knowledge.heads = knowledge.heads.filter { $0.key == plan.branch || others.contains($0.key) }
    pollCloud(client, &outcome)
    if let failure = distances.read(wanted(view), client) { outcome.failures.append(failure) }
    knowledge.comparisons = distances.comparisons
    knowledge.files = distances.files
    // The distance is part of the verdict about the workflow.
    if let facts = knowledge.cloud?.current {
      knowledge.cloud = Reading(facts.with(distance: cloudDistance(facts)), at: clock())
    }
    return outcome
  }

  private func pollCloud(_ client: GitHubClient, _ outcome: inout Outcome) {
    guard var reader = cloud else { return }
    let head = knowledge.heads[plan.branch]?.value
    let answer = ask { () throws(SourceFailure) in
      let answer = try reader.read(client, head: head, at: clock())
      outcome.gaps += answer.gaps
      return answer.facts
    }
    cloud = reader
    var reading = knowledge.cloud ?? Reading()
    reading.record(answer, at: clock())
    knowledge.cloud = reading
    if let failure = reading.failure { outcome.failures.append(failure) }
  }

  private func cloudDistance(_ facts: CloudFacts) -> Distance? {
    guard let commit = facts.runs.first(where: \.isSuccess)?.commit, let head = facts.head?.commit,
      let filter = plan.cloud?.filter
    else { return nil }
    return knowledge.distance(from: commit, to: head, filter: filter, authors: [])
  }

  private func poll(_ client: PulumiClient) -> Outcome {
    client.api.beginRound(within: PipelinePoller.pulumiTime)
    var outcome = Outcome()
    let answer = ask { () throws(SourceFailure) in
      let answer = try StackReader(pool: plan.stack?.pool).read(client)
      outcome.gaps += answer.gaps
      return answer.facts
    }
    var reading = knowledge.stack ?? Reading()
    reading.record(answer, at: clock())
    knowledge.stack = reading
    if let failure = reading.failure { outcome.failures.append(failure) }
    return outcome
  }

  private func pollMarkers(_ view: ClusterView?) -> Outcome {
    guard var reader = markers else { return Outcome() }
    defer { markers = reader }
    var reading = knowledge.markers ?? Reading()
    gitHub?.api.extendRound(within: PipelinePoller.markersTime)
    let applied = view?.sources.first { $0.branch == plan.branch && $0.commit != nil }?.commit
    do throws(SourceFailure) {
      guard let tree = try reader.read(gitHub, applied: applied, known: reading.value) else {
        return Outcome()
      }
      reading.record(.success(tree), at: clock())
      knowledge.markers = reading
      // The rest of the tree was read.
      let gap = tree.unreadInWords.map { words in
        SourceFailure(
          .unreadable, words,
          step: NextStep(note: "move the values with markers to smaller files, or set 'path' under 'markers'")
        )
      }
      return Outcome(gaps: gap.map { [$0] } ?? [])
    } catch {
      reading.record(.failure(error), at: clock())
    }
    knowledge.markers = reading
    return Outcome(failures: reading.failure.map { [$0] } ?? [])
  }

  /// The comparisons to make: what each stage runs, and what image automation pushed, with the newest commit of its
  /// branch.
  private func wanted(_ view: ClusterView?) -> DistanceReader.Wanted {
    var wanted: DistanceReader.Wanted = [:]
    func add(_ commit: CommitID?, _ branch: String?, _ filter: PathFilter) {
      guard let commit, let branch, let head = knowledge.heads[branch]?.value?.commit, commit != head else {
        return
      }
      wanted[.init(base: commit, head: head), default: []].append(filter)
    }
    let stages = shared.withLock { $0.known.stages }
    let filters = Dictionary(stages.map { ($0.id, $0.filter) }, uniquingKeysWith: { first, _ in first })
    if let cloud = plan.cloud {
      add(knowledge.cloud?.value?.runs.first(where: \.isSuccess)?.commit, plan.branch, cloud.filter)
    }
    if let stack = plan.stack { add(knowledge.stack?.value?.appliedCommit, plan.branch, stack.filter) }
    guard let view else { return wanted }
    for object in view.sources + view.kustomizations {
      let resource = object.judged.value.resource
      let id =
        "\(resource.kind == "Kustomization" ? "kustomization" : "source")/\(resource.namespace)/\(resource.name)"
      add(object.commit, object.branch, filters[id] ?? plan.fluxFilter)
    }
    for stack in view.stacks {
      add(
        stack.value.lastSuccessfulCommit.flatMap { CommitID($0) }, plan.branch,
        plan.stack?.filter ?? PathFilter())
    }
    for automation in view.automations { add(automation.pushedCommit, plan.branch, PathFilter()) }
    return wanted
  }

  private func ask<Value>(_ request: () throws(SourceFailure) -> Value) -> Result<Value, SourceFailure> {
    do throws(SourceFailure) { return .success(try request()) } catch { return .failure(error) }
  }

  private func source(_ api: APIClient, _ outcome: Outcome) -> PipelineKnowledge.Source {
    let name = api.api.source
    if outcome.failures.isEmpty { seenAt[name] = clock() }
    return PipelineKnowledge.Source(
      name: name, failure: outcome.failures.first, gaps: outcome.failures.dropFirst() + outcome.gaps,
      seenAt: seenAt[name], pausedUntil: api.pausedUntil,
      tokenExpires: api.tokenExpires, tokenPlace: api.tokenPlace, answers: api.counts.byAnswer)
  }
}
