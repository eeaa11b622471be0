/// The effects of faults on the model. Those of answers are the server's.
extension PipelineState {
  mutating func apply(_ fault: PipelineFault, at now: PipelineTime) {
    advance(to: now)
    func ago(_ minutes: Int) -> PipelineTime { now.advanced(seconds: -60 * minutes) }
    switch fault {
    case .push(let paths):
      push(changes(paths, at: now), message: "Change \(paths[0])", author: "ada", at: now)
    case .automationPush(let paths):
      push(
        changes(paths, at: now), message: "Update images", author: ImageAutomation.author, at: now)
    case .notStarted(let minutes):
      isWorkflowSilent = true
      push(changes(["cloud/"], at: now), message: "Change cloud/", author: "ada", at: ago(minutes))
    case .forcePush(let forgets):
      repository.replaceHead(at: now, forgets: forgets)
      deploy(repository.head, at: now)
    case .imageTag(let policy, let tag, let isWritten):
      for index in images.indices where images[index].policy == policy { images[index].tag = tag }
      if isWritten { writeMarkers(author: ImageAutomation.author, at: now) }
    case .marker(let word, let policy):
      mistakes[policy] = Markers.Mistake(rawValue: word)
      writeMarkers(author: "ada", at: now)

    case .workflow(let state): workflow.state = Workflow.State(rawValue: state) ?? .active
    case .runEnded(let conclusion, let step):
      workflow.changeNewest { run in
        run.failedStep = step
        run.end(WorkflowRun.Conclusion(rawValue: conclusion) ?? .failure, at: now)
      }
    case .runHeld(let status, let minutes):
      workflow.changeNewest { $0.hold(WorkflowRun.Status(rawValue: status) ?? .queued, since: ago(minutes)) }
    case .runWaiting(let environment, let minutes):
      workflow.changeNewest { run in
        run.environment = environment
        run.hold(.waiting, since: ago(minutes))
      }
    case .runAgain:
      workflow.changeNewest { run in
        run.attempt += 1
        run.hold(.inProgress, since: now)
        run.isHeld = false
      }
    case .pullRequest:
      workflow.start(repository.head, event: "pull_request", branch: "topic", at: now)
    case .listStale:
      workflow.listEnd = workflow.runs.last.map { $0.number - 1 }
    case .listUnsorted: workflow.isUnsorted = true
    case .listFresh: (workflow.listEnd, workflow.isUnsorted) = (nil, false)

    case .deploymentFailed(let step): failDeployment(step, at: now)
    case .deploymentHeld(let status, let minutes):
      stack.changeNewest {
        $0.hold(Deployment.Status(rawValue: status) ?? .notStarted, since: ago(minutes))
      }
    case .deploymentSucceeded:
      var stack = stack
      stack.changeNewest { deployment in
        deployment.enter(.succeeded, at: now)
        deployment.isHeld = false
        deployment.update = self.stack.update(
          deployment.sha, from: deployment.started ?? deployment.created, to: now)
      }
      self.stack.deployments = stack.deployments
    case .deploymentSkipped: stack.changeNewest { $0.enter(.skipped, at: now) }
    case .preview:
      for operation in ["preview", "detect-drift"] {
        stack.deploy(repository.head.sha, operation: operation, by: "ada", at: now)
      }
    case .poolOffline(let minutes): stack.pool.offlineSince = ago(minutes)
    case .poolOnline: stack.pool = AgentPool()
    case .poolGone: stack.pool = AgentPool(offlineSince: ago(8 * 1440), isGone: true)
    case .poolsForbidden: stack.arePoolsForbidden = true
    case .paused(let login): stack.pausedBy = login
    case .organizationPaused: stack.isOrganizationPaused = true
    case .resumed: (stack.pausedBy, stack.isOrganizationPaused) = (nil, false)
    case .drift: stack.hasDrifted = true
    case .driftRemedied: stack.hasDrifted = false
    case .appliedByHand(let isDirty):
      _ = stack.update(
        repository.head.sha, isDirty: isDirty, from: now.advanced(seconds: -30), to: now)

    case .tokenRefused(let api): change(api) { $0.isTokenRefused = true }
    case .tokenAccepted(let api): change(api) { $0.isTokenRefused = false }
    case .tokenReplaced(let api, let token):
      change(api) { ($0.token, $0.isTokenRefused) = (token, false) }
    case .tokenExpires(let hours):
      gitHubAccess.tokenExpires = hours.map { now.advanced(seconds: 3600 * $0) }
    case .ssoRequired: gitHubAccess.requiresSSO = true
    case .permissionMissing(let permission): gitHubAccess.missingPermission = permission
    case .repositoryHidden: gitHubAccess.isHidden = true
    case .renamed(let origin): gitHubAccess.rename = origin.map { .elsewhere($0) } ?? .here
    case .rateLimited(let api, let seconds):
      change(api) { $0.limitedUntil = now.advanced(seconds: seconds) }
    case .secondaryLimit(let seconds): gitHubAccess.secondaryLimit = seconds
    case .accessGranted: grantAccess()
    case .apiAnswersWrong, .apiAnswersRight: break
    case .healed: heal(at: now)
    }
  }

  private func changes(_ paths: [String], at now: PipelineTime) -> [String: String] {
    paths.reduce(into: [:]) { files, path in
      files[path.hasSuffix("/") ? path + "change.yaml" : path] = "# Changed at \(now.iso).\n"
    }
  }

  private mutating func writeMarkers(author: String, at now: PipelineTime) {
    let others = Markers.others(images, mistakes)
    let files = [Markers.path: Markers.manifest(images, mistakes)].merging(others) { first, _ in first }
    let examples = repository.head.files.keys.filter { $0.hasPrefix("examples/") && others[$0] == nil }
    guard !examples.isEmpty || files.contains(where: { repository.head.files[$0.key] != $0.value }) else {
      return
    }
    let commit = repository.commit(
      files, removing: examples, message: "Update images", author: author, at: now)
    deploy(commit, at: now)
  }

  /// It made an update only if Pulumi ran.
  private mutating func failDeployment(_ step: String, at now: PipelineTime) {
    let hasRun = step == Deployment.steps[2]
    let version =
      hasRun
      ? stack.update(
        repository.head.sha, succeeded: false, from: now.advanced(seconds: -30), to: now) : nil
    stack.changeNewest { deployment in
      if deployment.started == nil { deployment.started = now.advanced(seconds: -30) }
      deployment.enter(.failed, at: now)
      (deployment.failedStep, deployment.update, deployment.isHeld) = (step, version, false)
    }
  }

  private mutating func change(_ api: DemoAPI, _ body: (inout Access) -> Void) {
    switch api {
    case .github: body(&gitHub)
    case .pulumi: body(&pulumi)
    }
  }

  private mutating func grantAccess() {
    gitHubAccess = GitHubAccess()
    for api in DemoAPI.allCases {
      change(api) { ($0.isTokenRefused, $0.limitedUntil) = (false, nil) }
    }
  }

  private mutating func heal(at now: PipelineTime) {
    grantAccess()
    isWorkflowSilent = false
    (workflow.state, workflow.listEnd, workflow.isUnsorted) = (.active, nil, false)
    let hadMistakes = !mistakes.isEmpty
    mistakes = [:]
    if hadMistakes { writeMarkers(author: "ada", at: now) }
    (stack.pool, stack.pausedBy, stack.isOrganizationPaused) = (AgentPool(), nil, false)
    (stack.hasDrifted, stack.arePoolsForbidden) = (false, false)
    // Held and failed runs end, and both stacks get the newest commit.
    for index in workflow.runs.indices where workflow.runs[index].conclusion == nil {
      workflow.runs[index].end(.cancelled, at: now)
    }
    workflow.start(repository.head, event: "workflow_dispatch", branch: Repository.branch, at: now)
    workflow.changeNewest { $0.end(.success, at: now) }
    for index in stack.deployments.indices where stack.deployments[index].isOpen {
      stack.deployments[index].enter(.skipped, at: now)
    }
    stack.deploy(repository.head.sha, by: "ada", at: now)
    let version = stack.update(repository.head.sha, from: now, to: now)
    stack.changeNewest { deployment in
      deployment.enter(.running, at: now)
      deployment.enter(.succeeded, at: now)
      deployment.update = version
    }
  }
}
