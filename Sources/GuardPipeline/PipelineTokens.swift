/// The tokens of a cluster's pipeline. nil for one that is not configured.
package struct PipelineTokens: Sendable {
  let gitHub: TokenFile?
  let pulumi: TokenFile?

  package init(gitHub: TokenFile?, pulumi: TokenFile?) {
    self.gitHub = gitHub
    self.pulumi = pulumi
  }
}
