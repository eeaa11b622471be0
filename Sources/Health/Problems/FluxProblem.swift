/// Flux as a whole: its installation, its controllers and the kinds that it brings.
public enum FluxProblem: String, DeclaredProblem {
  case missing = "flux-missing"
  case controllersMissing = "flux-controllers-missing"
  case controllerMissing = "flux-controller-missing"
  case controllerStopped = "flux-controller-stopped"
  case controllerIdle = "flux-controller-idle"
  case version = "flux-version"
  case versionUnknown = "flux-version-unknown"
  case kindsNotServed = "flux-kinds-not-served"

  public var declaration: ProblemDeclaration {
    switch self {
    case .missing:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/missing", title: "Flux is not installed",
        meaning: "expect.flux of guard.yaml wants Flux, and the API server has none of its API groups.",
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
        title: "<controller> does nothing",
        meaning:
          "The controller's pod is available, and its leader has not renewed its Lease for more than 90 s: the process hangs, or waits for the API. Good statuses of its objects are old.",
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    case .controllerIdle:
      ProblemDeclaration(
        .flux, .critical, rank: .controller, path: "flux/controller/<controller>/idle",
        title: "<controller> has reconciled nothing for <age>",
        meaning:
          "The controller's pod is available, and all of its objects are overdue at once, although they say that they are ready.",
        command: "kubectl -n <fluxNamespace> logs deployment/<controller> --since=1h")
    case .version:
      ProblemDeclaration(
        .flux, .warning, path: "flux/version", title: "Flux is <version>, expected <wanted>",
        meaning: "The controllers are of another release than expect.flux of guard.yaml wants.",
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
          "The API server does not have kinds that it had, or whose controller runs: their CustomResourceDefinitions were deleted, and their objects with them. What was seen last stays in the lists, as stale. It is critical where objects were lost.",
        command: "kubectl get crds -l app.kubernetes.io/part-of=flux",
        note: "install the missing definitions again; objects come back from Git")
    }
  }
}
