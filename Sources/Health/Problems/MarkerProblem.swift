/// Problems of the markers in Git by which image automation finds the values of a policy.
public enum MarkerProblem: String, DeclaredProblem {
  case missing = "marker-missing"
  case wrongPath = "marker-wrong-path"
  case ignored = "marker-ignored"
  case unknownPolicy = "marker-unknown-policy"
  case wrongKind = "marker-wrong-kind"
  case notWritten = "marker-not-written"
  case fileSkipped = "marker-file-skipped"

  public var declaration: ProblemDeclaration {
    switch self {
    case .missing:
      ProblemDeclaration(
        .image, .warning, path: "image/marker/<namespace>/<name>/missing",
        title: "<policy> has no marker in Git",
        meaning:
          """
          The policy moves, and no file follows: no file of the repository has its marker. The automation reports \
          success all the same, because there is nothing for it to write.
          """,
        command:
          "kubectl -n <namespace> describe imageupdateautomations.image.toolkit.fluxcd.io <automation>",
        note: "in a file under <path>, add the marker behind the image's value: <marker>")
    case .wrongPath:
      ProblemDeclaration(
        .image, .warning, path: "image/marker/<namespace>/<name>/wrong-path",
        title: "<policy> has its marker outside the automation's path",
        meaning:
          """
          A file of the repository has the policy's marker, and the automation does not look there: it reads one \
          path (spec.update.path).
          """,
        command:
          "kubectl -n <namespace> describe imageupdateautomations.image.toolkit.fluxcd.io <automation>",
        note: "move the value under <path>, or add an automation for <place> in Git")
    case .ignored:
      ProblemDeclaration(
        .image, .warning, path: "image/marker/<namespace>/<name>/ignored",
        title: "<policy> has a marker that is ignored at <place>",
        meaning:
          """
          A marker counts as a comment behind a scalar value, or alone on the line above an element of a list; the \
          comment must be one JSON object and nothing else. This one is elsewhere, so the value is never written.
          """,
        note: "at <place>, put the marker behind the value on the value's own line: <marker>")
    case .unknownPolicy:
      ProblemDeclaration(
        .image, .warning, path: "image/marker-name/<marker>/unknown",
        title: "the marker at <place> names no policy of its automation: <marker>",
        meaning:
          """
          An automation sets the policies of its own namespace that its policySelector selects. A marker with \
          another name, another namespace or an unknown suffix does nothing.
          """,
        command: "kubectl -n <namespace> get imagepolicies.image.toolkit.fluxcd.io", note: "<correction>")
    case .wrongKind:
      ProblemDeclaration(
        .image, .warning, path: "image/marker/<namespace>/<name>/wrong-kind",
        title: "<policy> writes <what> at <place>",
        meaning:
          """
          A marker without suffix writes name:tag, and one with :tag only the tag. This one is on a value of the \
          other form, so the next image that the policy selects breaks the manifest.
          """,
        note: "at <place>, write <marker>")
    case .notWritten:
      ProblemDeclaration(
        .image, .warning, path: "image/marker/<namespace>/<name>/not-written",
        title: "<policy> selected <image>, which <place> does not have",
        meaning:
          """
          The marker is correct, but the value has differed from the policy's image for the automation's interval \
          and five more minutes: the automation does not run, its push is refused, or it pushes elsewhere.
          """,
        command: "flux logs --kind=ImageUpdateAutomation --name=<automation> --namespace=<namespace>",
        note: "compare the branch that it pushes to with the one that Flux reads")
    case .fileSkipped:
      ProblemDeclaration(
        .image, .warning, path: "image/marker-file/<file>/skipped",
        title: "image automation skips <file>, which has markers",
        meaning:
          """
          The file has markers and is not YAML that the automation can read, a template for example. It is skipped \
          without an error.
          """,
        note: "correct it at <place>, or move the values with markers to a file of plain YAML")
    }
  }
}
