/// The refusal of a command of an assistant: the reason, and what to do instead.
package struct Denial: Hashable, Sendable {
  package let reason: String
  package let instead: String

  /// nil if the effect is not a reason to refuse the command.
  package init?(_ effect: CommandEffect) {
    switch effect {
    case .none, .unseen: return nil
    case .change(let words, let isScript):
      reason =
        isScript
        ? "this command line may change the cluster (\(words)), and it cannot be read completely"
        : "\(words) changes the cluster manually, without Flux or Pulumi"
      let git =
        "The cluster is managed in Git: edit the manifests or the program in the repository, commit and push; Flux and "
        + "Pulumi apply it. Then look with: oceanid-ctl flux"
      instead =
        isScript
        ? "If it only reads, write it as a plain command without computed words. " + git : git
    case .restricted(let restriction):
      (reason, instead) = Denial.words(restriction)
    }
  }

  /// A command that could not be read at all.
  package init(unreadable reason: String) {
    self.reason = reason
    instead =
      "Commands are refused while the hook cannot read them: check its configuration, or ask a person to remove it."
  }

  /// The lines for standard error.
  package var text: String { "oceanid-ctl: refused: \(reason).\n\(instead)\n" }

  private static func words(_ restriction: Restriction) -> (reason: String, instead: String) {
    let words = restriction.words
    return switch restriction.kind {
    case .container:
      (
        "\(words) runs or writes something in a container",
        "Look with kubectl logs, describe and get; ask a person to run it: oceanid-ctl run -- kubectl exec"
      )
    case .credentials:
      (
        "\(words) shows credentials",
        """
        kubectl get secret and kubectl describe secret show names, types and sizes, and kubectl config view a \
        kubeconfig 
        """
          + "without its keys. Values are for a person only."
      )
    case .tunnel:
      (
        "\(words) would end or replace the guard's tunnel",
        "The guard keeps the tunnel up by itself: oceanid-ctl wait --for tunnel; oceanid-ctl tunnel shows why it is "
          + "down; oceanid-ctl reconnect connects again."
      )
    case .otherServer:
      (
        "\(words) does not go through the guard's tunnel",
        "Use the guard's kubeconfig: oceanid-ctl run -- kubectl get nodes, or eval \"$(oceanid-ctl env)\""
      )
    case .unknownVerb:
      (
        "\(words) is not known to this hook, so it may change the cluster",
        "Use a verb of kubectl, helm, flux or pulumi that reads; ask a person to run it: oceanid-ctl run -- \(words)"
      )
    case .placeholder:
      (
        "\(words) stands for a value",
        "Replace \(words) with a name, and run the command again."
      )
    case .breakGlass:
      (
        "\(words) is for a person who answers for the reason",
        "Ask a person to run it. Changes belong to Git: edit, commit, push; then look with: oceanid-ctl flux"
      )
    }
  }
}
