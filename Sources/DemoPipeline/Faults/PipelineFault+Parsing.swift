internal import DemoCluster

/// Parses faults from lines of text: the name in kebab case, then its arguments.
extension PipelineFault {
  /// Parses `push cloud/`, `run-failed`, `run-waiting production 70`, `token-refused github` and so on.
  package init(line: String) throws(DemoPipelineError) {
    do throws(DemoError) {
      try self.init(FaultArguments(line: line))
    } catch {
      throw .unknownFault("\(error)")
    }
  }

  private init(_ arguments: FaultArguments) throws(DemoError) {
    let rest = arguments.words
    switch arguments.verb {
    case "push": self = .push(rest.isEmpty ? ["cloud/", "cluster/", "apps/"] : rest)
    case "automation-push": self = .automationPush(rest.isEmpty ? ["apps/"] : rest)
    case "not-started": self = .notStarted(minutes: try arguments.number(0, otherwise: 11))
    case "force-push": self = .forcePush(forgets: rest.first == "forgotten")
    case "image-tag", "image-tag-unwritten":
      self = .imageTag(
        policy: try arguments.word(0, "a policy"), tag: try arguments.word(1, "a tag"),
        isWritten: arguments.verb == "image-tag")
    case "marker":
      self = .marker(
        try arguments.one(0, of: Markers.Mistake.allCases.map(\.rawValue) + ["good"]),
        policy: try arguments.word(1, "a policy"))

    case "workflow-enabled": self = .workflow("active")
    case "workflow-deleted": self = .workflow("deleted")
    case "workflow-disabled":
      self = .workflow("disabled_" + (try arguments.one(0, of: ["manually", "inactivity", "fork"])))
    case "run-failed": self = .runEnded("failure", step: rest.isEmpty ? "pulumi up" : arguments.text)
    case "run-ended":
      self = .runEnded(
        try arguments.one(0, of: WorkflowRun.Conclusion.allCases.map(\.rawValue)), step: "pulumi up")
    case "run-queued": self = .runHeld("queued", minutes: try arguments.number(0, otherwise: 11))
    case "run-requested": self = .runHeld("requested", minutes: try arguments.number(0, otherwise: 11))
    case "run-pending": self = .runHeld("pending", minutes: try arguments.number(0, otherwise: 11))
    case "run-running": self = .runHeld("in_progress", minutes: try arguments.number(0, otherwise: 31))
    case "run-waiting":
      self = .runWaiting(
        environment: rest.first ?? "production", minutes: try arguments.number(1, otherwise: 61))
    case "run-again": self = .runAgain
    case "pull-request": self = .pullRequest
    case "list-stale": self = .listStale
    case "list-unsorted": self = .listUnsorted
    case "list-fresh": self = .listFresh

    case "deployment-failed":
      self = .deploymentFailed(step: rest.isEmpty ? Deployment.steps[2] : arguments.text)
    case "deployment-queued":
      self = .deploymentHeld("not-started", minutes: try arguments.number(0, otherwise: 3))
    case "deployment-accepted":
      self = .deploymentHeld("accepted", minutes: try arguments.number(0, otherwise: 6))
    case "deployment-running":
      self = .deploymentHeld("running", minutes: try arguments.number(0, otherwise: 31))
    case "deployment-succeeded": self = .deploymentSucceeded
    case "deployment-skipped": self = .deploymentSkipped
    case "preview": self = .preview
    case "pool-offline": self = .poolOffline(minutes: try arguments.number(0, otherwise: 12))
    case "pool-online": self = .poolOnline
    case "pool-gone": self = .poolGone
    case "pools-forbidden": self = .poolsForbidden
    case "paused": self = .paused(by: rest.first ?? "ada")
    case "organization-paused": self = .organizationPaused
    case "deployments-resumed": self = .resumed
    case "drift": self = .drift
    case "drift-remedied": self = .driftRemedied
    case "applied-by-hand": self = .appliedByHand(isDirty: rest.first == "dirty")

    case "token-refused": self = .tokenRefused(try arguments.api(0))
    case "token-accepted": self = .tokenAccepted(try arguments.api(0))
    case "token-replaced": self = .tokenReplaced(try arguments.api(0), try arguments.word(1, "a token"))
    case "token-expires":
      self = .tokenExpires(hours: rest.first == "never" ? nil : try arguments.number(0, otherwise: 240))
    case "sso-required": self = .ssoRequired
    case "permission-missing":
      self = .permissionMissing(try arguments.one(0, of: ["actions", "contents"]))
    case "repository-hidden": self = .repositoryHidden
    case "renamed": self = .renamed(origin: rest.first)
    case "rate-limited":
      self = .rateLimited(try arguments.api(0), seconds: try arguments.number(1, otherwise: 60))
    case "secondary-limit": self = .secondaryLimit(seconds: try arguments.number(0, otherwise: 60))
    case "access-granted": self = .accessGranted
    case "api-answers-wrong":
      self = .apiAnswersWrong(
        try arguments.api(0), try arguments.responseFault(1),
        on: rest.count > 2 ? rest[2] : "/")
    case "api-answers-right": self = .apiAnswersRight
    case "healed": self = .healed
    default: throw .unknownFault("unknown fault '\(arguments.verb)'")
    }
  }
}

extension FaultArguments {
  fileprivate func api(_ index: Int) throws(DemoError) -> DemoAPI { try value(index) }

  fileprivate func responseFault(_ index: Int) throws(DemoError) -> ResponseFault {
    let fault = try ResponseFault(word: try word(index, "how"))
    guard !fault.isOfPages else { throw .unknownFault("\(verb): these APIs number their pages") }
    return fault
  }
}
