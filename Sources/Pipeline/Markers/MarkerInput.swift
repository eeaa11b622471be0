package import Health

/// The facts of a cluster that the check of markers needs. All lists are complete.
package struct MarkerInput: Hashable, Sendable {
  package let cluster: String
  package let policies: [ImagePolicyReport]
  /// The automations that write into the repository of the files.
  package let automations: [ImageUpdateAutomation]
  /// The Kustomizations that apply the repository's files.
  package let kustomizations: [FluxObject]
  /// The options with which kubectl and flux reach the cluster, for next steps.
  package let access: String?
  /// The prefix of commands that read the kubeconfig, for next steps.
  package let owner: String

  /// - Parameter source: the GitRepository of the files; nil for all automations and Kustomizations.
  package init(
    cluster: String, policies: [ImagePolicyReport], automations: [ImageUpdateAutomation],
    kustomizations: [FluxObject] = [], source: Reference? = nil, access: String? = nil, owner: String = ""
  ) {
    self.cluster = cluster
    self.policies = policies
    self.automations = automations.filter { source == nil || $0.source == source }
    self.kustomizations = kustomizations.filter {
      $0.resource.kind == "Kustomization" && (source == nil || $0.source == source)
    }
    self.access = access
    self.owner = owner
  }
}

/// When each verdict on markers was first reached, by its path. It is empty at first and lives as long as the guard.
package struct MarkerHistory: Hashable, Sendable {
  package var firstSeen: [String: Timestamp]

  package init(firstSeen: [String: Timestamp] = [:]) { self.firstSeen = firstSeen }
}
