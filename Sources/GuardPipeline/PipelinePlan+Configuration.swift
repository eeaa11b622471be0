package import GuardConfiguration
package import Pipeline
internal import PipelineSources

extension PipelinePlan {
  /// The plan of a section of guard.yaml.
  package init(_ configuration: Configuration.Pipeline) {
    self.init(
      repository: configuration.repository?.description, branch: configuration.branch,
      isGitHubAsked: configuration.github != nil,
      cloud: configuration.github.flatMap { github in
        github.workflow.map { Cloud(workflow: $0, filter: github.paths) }
      },
      stack: configuration.pulumi.flatMap { pulumi in
        pulumi.stack.map {
          Stack(
            name: $0.description, pool: pulumi.agentPool, isSingleRun: pulumi.isSingleRun,
            filter: pulumi.paths, site: pulumi.site)
        }
      }, source: configuration.flux?.source, fluxFilter: configuration.flux?.paths ?? PathFilter(),
      isFluxExpected: configuration.flux != nil)
  }
}

extension Configuration.Pipeline.Pulumi {
  /// The pages of a self-hosted Pulumi are at an address that its API does not report.
  fileprivate var site: String? { url.host == "api.pulumi.com" ? "https://app.pulumi.com" : nil }
}

extension APIAddress {
  init(_ address: WebAddress) {
    self.init(
      isEncrypted: address.isEncrypted, host: address.host, port: address.port, path: address.path)
  }
}
