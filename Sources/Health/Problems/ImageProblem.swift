/// Problems of Flux's image automation.
public enum ImageProblem: String, DeclaredProblem {
  case failed = "image-failed"
  case dependencyMissing = "image-dependency-missing"
  case suspended = "image-suspended"
  case terminating = "image-terminating"
  case stuck = "image-stuck"
  case scanOverdue = "image-scan-overdue"
  case noTags = "image-no-tags"
  case automationOverdue = "image-automation-overdue"
  case notTakenUp = "image-not-taken-up"
  case behind = "image-behind"

  public var declaration: ProblemDeclaration {
    switch self {
    case .failed:
      ProblemDeclaration(
        .image, .warning, path: "image/<kind>/<namespace>/<name>/failed",
        title: "<subject> is failing (<reason>)",
        meaning: "The last scan, choice or commit failed; the detail has the controller's message.",
        command: "flux logs --kind=<type> --name=<name> --namespace=<namespace>", note: "fix it in Git")
    case .dependencyMissing:
      ProblemDeclaration(
        .image, .warning, path: "image/<kind>/<namespace>/<name>/failed",
        title: "<subject> waits for <dependency>, which does not exist",
        meaning: "The object names an image repository or a source that the cluster does not have.",
        command: "kubectl -n <dependencyNamespace> get <dependencyType>",
        note: "<dependencyName> does not exist: add it in Git, or correct <field> of <subject>")
    case .suspended:
      ProblemDeclaration(
        .image, .warning, path: "image/<kind>/<namespace>/<name>/suspended", title: "<subject> is suspended",
        meaning: "The object was suspended: images are not updated until it is resumed.",
        command: "kubectl -n <namespace> describe <resource> <name>",
        note: "find out who suspended it, and why, before it is resumed")
    case .terminating:
      ProblemDeclaration(
        .image, .warning, path: "image/<kind>/<namespace>/<name>/terminating",
        title: "<subject> has been terminating for <age>",
        meaning: "The object was deleted, and a finalizer keeps it.",
        command: "kubectl -n <namespace> describe <resource> <name>",
        note: "find out what its finalizers wait for")
    case .stuck:
      ProblemDeclaration(
        .image, .warning, path: "image/<kind>/<namespace>/<name>/stuck", title: "<subject> <state>",
        meaning:
          """
          The object has been in progress for longer than any scan, choice or commit takes, or no controller has \
          written a status for it.
          """,
        command: "flux logs --kind=<type> --name=<name> --namespace=<namespace>")
    case .scanOverdue:
      ProblemDeclaration(
        .image, .warning, path: "image/repository/<namespace>/<name>/scan-overdue",
        title: "<subject> has not been scanned for <age>",
        meaning: "The registry was not scanned when it was due, so newer tags are not seen.",
        command: "flux logs --kind=<type> --name=<name> --namespace=<namespace>")
    case .noTags:
      ProblemDeclaration(
        .image, .warning, path: "image/repository/<namespace>/<name>/no-tags",
        title: "<subject> found no tags",
        meaning: "The registry answered, and no tag is left after the exclusionList.",
        command: "kubectl -n <namespace> describe <resource> <name>",
        note: "compare the image's name with the registry")
    case .automationOverdue:
      ProblemDeclaration(
        .image, .warning, path: "image/automation/<namespace>/<name>/overdue",
        title: "<subject> has not run for <age>",
        meaning: "The automation did not run when it was due, so newer images are not written into Git.",
        command: "flux logs --kind=<type> --name=<name> --namespace=<namespace>")
    case .notTakenUp:
      ProblemDeclaration(
        .image, .warning, path: "image/policy/<namespace>/<name>/not-taken-up",
        title: "<name> selected <image>, which is not written into Git",
        meaning:
          "The policy has selected a newer image. The image automation has run since, and has not written it into Git.",
        command: "flux logs --kind=ImageUpdateAutomation --name=<automation> --namespace=<namespace>")
    case .behind:
      ProblemDeclaration(
        .image, .warning, path: "image/policy/<namespace>/<name>/behind",
        title: "<name> runs behind its policy",
        meaning:
          """
          A workload runs another image than the policy's latest: the update was not committed, not fetched or not \
          rolled out. The detail names the step at which it stopped.
          """,
        command: "flux logs --kind=<type> --name=<name> --namespace=<namespace>")
    }
  }
}
