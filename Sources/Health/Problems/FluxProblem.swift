/// Problems of Flux as a whole: installation, controllers and kinds.
public enum FluxProblem: String, DeclaredProblem {
  case missing = "flux-missing"
  case controllersMissing = "flux-controllers-missing"
  case controllerMissing = "flux-controller-missing"
  case controllerStopped = "flux-controller-stopped"
  case controllerIdle = "flux-controller-idle"
  case version = "flux-version"
  case versionUnknown = "flux-version-unknown"
  case kindsNotServed = "flux-kinds-not-served"
  case objectsGone = "flux-objects-gone"

  public var declaration: ProblemDeclaration {
    switch self {
    case .missing:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/missing", title: "Flux is not installed",
        meaning: "guard.yaml expects Flux (expect.flux), and the API server has none of its API groups.",
        command: "flux check")
    case .controllersMissing:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/controllers-missing",
        title: "Flux has no controllers",
        meaning: "Objects of Flux exist, and none of its controllers: nothing is applied.",
        command: "flux check")
    case .controllerMissing:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/controller/<controller>/missing",
        title: "<controller> is missing",
        meaning: "The controller's Deployment is missing, and objects depend on it: they are not reconciled.",
        command: "kubectl -n <fluxNamespace> get deployments", note: "compare with: flux check")
    case .controllerStopped:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/controller/<controller>/stopped",
        title: "<controller> is not reconciling",
        meaning:
          """
          The controller's pod is available, and its leader has not renewed its Lease for more than 90 s: the \
          process hangs, or waits for the API. Its objects may still say Ready, but that status is out of date.
          """,
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    case .controllerIdle:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/controller/<controller>/idle",
        title: "<controller> has reconciled nothing for <age>",
        meaning:
          """
          The controller's pod is available, and all of its objects are overdue at once, although they say that \
          they are ready.
          """,
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    case .version:
      ProblemDeclaration(
        .flux, .warning, path: "flux/version", title: "Flux is <version>, expected <wanted>",
        meaning: "The controllers are of another release than expect.flux of guard.yaml names.",
        command: "flux check", note: "during an upgrade, change expect.flux with it")
    case .versionUnknown:
      ProblemDeclaration(
        .flux, .warning, path: "flux/version-unknown", title: "the release of Flux is unknown",
        meaning:
          "No controller has the label app.kubernetes.io/version, so their release can't be compared with expect.flux.",
        command: "flux check")
    case .kindsNotServed:
      ProblemDeclaration(
        .flux, .warning, rank: .controller, path: "flux/kinds/not-served", title: "<kinds> not served",
        meaning:
          """
          The API server no longer serves kinds that it served before, or whose controller is running. Their \
          CustomResourceDefinitions were deleted, and their objects with them. The objects that were seen last \
          stay in the lists, marked as stale. It is critical if objects were lost.
          """,
        command: "kubectl get crds -l app.kubernetes.io/part-of=flux",
        note:
          """
          install the missing definitions again; without the root Kustomization nothing applies their objects: \
          flux bootstrap creates both
          """
      )
    case .objectsGone:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/kinds/objects-gone", title: "<objects> gone",
        meaning:
          """
          A Flux kind is served, and all its objects are gone. It is critical for Kustomizations, because nothing \
          is applied from Git without the root Kustomization, and if the definition was deleted; otherwise a \
          warning. It ends when the kind has objects again, or after a day; for Kustomizations after a day only \
          without expect.flux.
          """,
        command: "flux get all -A",
        note:
          """
          if they were not removed on purpose, bring back the root Kustomization, which applies the others: flux \
          bootstrap
          """,
        fact: "flux/kinds/not-served")
    }
  }
}

/// Problems of one object of Flux: a source, a Kustomization, a HelmRelease, a notification.
public enum FluxObjectProblem: String, DeclaredProblem {
  case failed = "flux-failed"
  case dependencyMissing = "flux-dependency-missing"
  case dependencyCycle = "flux-dependency-cycle"
  case suspended = "flux-suspended"
  case terminating = "flux-terminating"
  case waiting = "flux-waiting"
  case stuck = "flux-stuck"
  case overdue = "flux-overdue"
  case unanswered = "flux-unanswered"
  case behindSource = "flux-behind-source"

  public var declaration: ProblemDeclaration {
    switch self {
    case .failed:
      ProblemDeclaration(
        .flux, .critical, path: "flux/<kind>/<namespace>/<name>/failed",
        title: "<subject> is failing (<reason>)",
        meaning:
          """
          The last reconciliation failed; the detail has the controller's message. The revision that was applied \
          before keeps running. For an Alert, a Provider or a Receiver it is a warning.
          """,
        command: "flux logs --kind=<type> --name=<name> --namespace=<namespace>", note: "fix it in Git")
    case .dependencyMissing:
      ProblemDeclaration(
        .flux, .critical, path: "flux/<kind>/<namespace>/<name>/failed",
        title: "<subject> waits for <dependency>, which does not exist",
        meaning:
          """
          dependsOn, include, sourceRef or providerRef of the object names an object that the cluster does not have.
          """,
        command: "kubectl -n <dependencyNamespace> get <dependencyType>",
        note: "<dependencyName> does not exist: add it in Git, or correct <field> of <subject>")
    case .dependencyCycle:
      ProblemDeclaration(
        .flux, .critical, path: "flux/<kind>/<namespace>/<name>/waiting",
        title: "<subject> is in a dependency cycle",
        meaning:
          """
          The dependencies (dependsOn) of objects form a cycle, so each of them waits for another forever: nothing \
          of them is applied. The detail has the cycle.
          """,
        command: "kubectl -n <namespace> describe <resource> <name>",
        note: "remove one of these dependencies in Git: <cycle>")
    case .suspended:
      ProblemDeclaration(
        .flux, .warning, path: "flux/<kind>/<namespace>/<name>/suspended", title: "<subject> is suspended",
        meaning: "The object was suspended: it does not follow Git until it is resumed.",
        command: "kubectl -n <namespace> describe <resource> <name>",
        note: "find out who suspended it, and why, before it is resumed")
    case .terminating:
      ProblemDeclaration(
        .flux, .warning, path: "flux/<kind>/<namespace>/<name>/terminating",
        title: "<subject> has been terminating for <age>",
        meaning: "The object was deleted more than ten minutes ago, and a finalizer keeps it.",
        command: "kubectl -n <namespace> describe <resource> <name>",
        note: "find out what its finalizers wait for")
    case .waiting:
      ProblemDeclaration(
        .flux, .warning, path: "flux/<kind>/<namespace>/<name>/waiting",
        title: "<subject> has been waiting for <dependency> for <age>",
        meaning:
          """
          The object depends on another one, which has been in progress for too long, or is ready although the \
          object still waits for it.
          """,
        command: "kubectl -n <dependencyNamespace> describe <dependencyType> <dependencyName>")
    case .stuck:
      ProblemDeclaration(
        .flux, .warning, path: "flux/<kind>/<namespace>/<name>/stuck", title: "<subject> <state>",
        meaning:
          """
          The object has been in progress for longer than its own timeout, or no controller has written a status \
          for it.
          """,
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    case .overdue:
      ProblemDeclaration(
        .flux, .warning, path: "flux/<kind>/<namespace>/<name>/overdue",
        title: "<subject> has not been reconciled for <age>",
        meaning:
          "The object's interval has passed without a reconciliation. Its good status is as old as that.",
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    case .unanswered:
      ProblemDeclaration(
        .flux, .warning, path: "flux/<kind>/<namespace>/<name>/unanswered",
        title: "<subject> has not answered a request to reconcile for <age>",
        meaning:
          """
          A reconciliation was requested by annotation (reconcile.fluxcd.io/requestedAt), and no controller has \
          handled it.
          """,
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    case .behindSource:
      ProblemDeclaration(
        .flux, .warning, path: "flux/<kind>/<namespace>/<name>/behind-source",
        title: "<subject> has not applied what <source> fetched <age> ago",
        meaning: "The source has a newer revision than the one that is applied.",
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    }
  }
}
