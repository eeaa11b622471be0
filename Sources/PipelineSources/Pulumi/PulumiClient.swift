internal import Health
package import Pipeline
internal import Platform

/// The requests to Pulumi Cloud about one stack. Paths whose answers hold secrets are not in it: a single deployment,
/// its settings, the stack's configuration and its export.
///
/// Use it from one thread at a time, as its `APIClient`.
package struct PulumiClient {
  package let api: APIClient
  private let organization: String
  private let stack: String

  /// - Parameter organization: and the others: names without characters that need encoding.
  package init(_ api: APIClient, organization: String, project: String, stack: String) {
    self.api = api
    self.organization = organization
    self.stack = "/api/stacks/\(organization)/\(project)/\(stack)"
  }

  /// The newest deployments, newest first.
  package func deployments() throws(SourceFailure) -> DeploymentList {
    try api.get("\(stack)/deployments?page=1&pageSize=10", limits: .list) { DeploymentList($0) }
  }

  /// Whether deployments are paused, and whether there is drift.
  package func state() throws(SourceFailure) -> DeploymentsState {
    try api.get("\(stack)/deployments/metadata") { JSONObject($0).map(DeploymentsState.init) }
  }

  /// The newest update; nil if there was none.
  package func latestUpdate() throws(SourceFailure) -> StackUpdate? {
    do throws(SourceFailure) {
      return try api.get("\(stack)/updates/latest") { JSONObject($0).flatMap(StackUpdate.init(latest:)) }
    } catch {
      if error.kind == .missing { return nil }
      throw error
    }
  }

  private var place: String { api.tokenPlace.map { "; the token is in \($0)" } ?? "" }

  /// The pool with this name; nil if the organization has none.
  package func pool(_ name: String) throws(SourceFailure) -> AgentPool? {
    do throws(SourceFailure) {
      let pools: [AgentPool] = try api.get(
        "/api/orgs/\(organization.percentEncoded)/agent-pools", limits: .list
      ) { body in
        JSONObject(body)?.objects("agentPools")?.compactMap(AgentPool.init)
      }
      return pools.first { $0.name == name }
    } catch {
      switch error.kind {
      case .forbidden, .missing:
        throw SourceFailure(
          error.kind,
          """
          Pulumi Cloud does not show the token the agent pools of \(organization), so whether \(name) is online is \
          not known
          """,
          step: NextStep(
            note:
              """
              give the token the permission to read the agent pools of \(organization)\(place), or remove \
              'agentPool' from guard.yaml
              """
          ), until: error.until)
      case .token, .rejected, .limited, .unreachable, .unreadable: throw error
      }
    }
  }
}
