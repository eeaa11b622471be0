package import Health

/// The configuration of a pipeline, for the rules.
package struct PipelinePlan: Hashable, Sendable {
  /// The workflow that deploys the cloud stack.
  package struct Cloud: Hashable, Sendable {
    package let workflow: String
    package let filter: PathFilter

    package init(workflow: String, filter: PathFilter) {
      self.workflow = workflow
      self.filter = filter
    }
  }

  /// The stack that Pulumi Deployments update.
  package struct Stack: Hashable, Sendable {
    /// `organization/project/stack`
    package let name: String
    package let pool: String?
    package let isSingleRun: Bool
    package let filter: PathFilter
    /// The address of the pages of Pulumi Cloud; nil if it is not known.
    package let site: String?

    package init(name: String, pool: String?, isSingleRun: Bool, filter: PathFilter, site: String?) {
      self.name = name
      self.pool = pool
      self.isSingleRun = isSingleRun
      self.filter = filter
      self.site = site
    }
  }

  /// `owner/name`; nil if it is not configured.
  package let repository: String?
  package let branch: String
  /// True if GitHub is asked, so that the newest commit can be known.
  package let isGitHubAsked: Bool
  package let cloud: Cloud?
  package let stack: Stack?
  /// The GitRepository that follows the branch; nil for all that do.
  package let source: Expectations.Name?
  /// The files that Flux applies; empty for the path of each Kustomization.
  package let fluxFilter: PathFilter
  /// True if the configuration has a section for Flux, so that its stages are expected before the cluster is seen.
  package let isFluxExpected: Bool

  package init(
    repository: String?, branch: String, isGitHubAsked: Bool, cloud: Cloud?, stack: Stack?,
    source: Expectations.Name?, fluxFilter: PathFilter, isFluxExpected: Bool = false
  ) {
    self.repository = repository
    self.branch = branch
    self.isGitHubAsked = isGitHubAsked
    self.cloud = cloud
    self.stack = stack
    self.source = source
    self.fluxFilter = fluxFilter
    self.isFluxExpected = isFluxExpected
  }
}
