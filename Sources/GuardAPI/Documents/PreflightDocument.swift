package import GuardTypes

/// The answer of `oceanid-ctl preflight`: whether commands can be run against the cluster now.
package struct PreflightDocument: Codable, Hashable, Sendable {
  package var schema: String
  /// True if the tunnel is up, the API answers the guard, its data is fresh, the kubeconfig works, and the verdict is
  /// healthy or degraded.
  package var ok: Bool
  /// `unknown` if the guard gave no answer.
  @Field package var verdict: Verdict
  /// The first cause why it is not ok; null if it is.
  @Field package var reason: String?
  /// The next step as a command line that can be pasted into any shell.
  @Field package var command: String?
  /// The next step in words, or a note about the command.
  @Field package var note: String?
  /// The kubeconfig that leads to the cluster through the tunnel; null if there is none to use.
  @Field package var kubeconfig: String?
  @Field package var context: String?
  @Field package var server: String?
  /// The problems of the cluster, causes first, at most `problemLimit`.
  @Field package var problems: [ProblemDocument]

  package static let problemLimit = 20

  package init(
    verdict: Verdict, reason: String?, command: String? = nil, note: String? = nil, kubeconfig: String? = nil,
    context: String? = nil, server: String? = nil, problems: [ProblemDocument] = []
  ) {
    schema = Schema.preflight.description
    ok = reason == nil
    self.verdict = verdict
    self.reason = reason
    self.command = command
    self.note = note
    self.kubeconfig = kubeconfig
    self.context = context
    self.server = server
    self.problems = Array(problems.prefix(PreflightDocument.problemLimit))
  }
}
