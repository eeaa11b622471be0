/// The REST API of Pulumi Cloud for one stack.
struct PulumiAPI {
  let state: PipelineState
  let now: PipelineTime

  /// A text in the bodies that hold secrets. A client that reads only what it may never sees it.
  static let secret = "demo-secret-that-nobody-may-fetch"

  func answer(_ request: Request) -> Answer {
    guard request.method == "GET" else { return .failure(405, "Method Not Allowed") }
    guard let credential = request.credential, credential.scheme == "token",
      credential.token == state.pulumi.token, !state.pulumi.isTokenRefused
    else { return .failure(401, "Unauthorized: No credentials provided or are invalid.") }
    if let until = state.pulumi.limitedUntil, now < until { return .failure(429, "Too Many Requests") }
    let stack = ["api", "stacks", Stack.organization, Stack.project, Stack.name]
    if request.path == ["api", "user"] { return Answer(user) }
    if request.path.starts(with: stack) {
      return answer(Array(request.path.dropFirst(stack.count)), request)
    }
    if request.path.starts(with: ["api", "orgs", Stack.organization, "agent-pools"]) {
      return pools(Array(request.path.dropFirst(4)))
    }
    return .failure(404, "Not Found: stack not found")
  }

  private func answer(_ path: [String], _ request: Request) -> Answer {
    switch path {
    case []: return Answer(stack)
    case ["deployments"]: return deployments(request)
    case ["deployments", "metadata"]: return Answer(metadata)
    case ["updates", "latest"]:
      guard let update = state.stack.updates.last else { return .failure(404, "Not Found: no updates") }
      return Answer(latest(update))
    case ["export"], ["config"], ["deployments", "settings"]:
      return Answer(["environmentVariables": ["CLOUDFLARE_TOKEN": "\(Self.secret)"]])
    default:
      guard path.count == 2, path[0] == "deployments",
        let deployment = state.stack.deployments.first(where: { $0.id == path[1] })
      else { return .failure(404, "Not Found") }
      guard case .object(var members) = json(deployment) else { return .failure(404, "Not Found") }
      members["environmentVariables"] = ["CLOUDFLARE_TOKEN": "\(Self.secret)"]
      return Answer(.object(members))
    }
  }

  private var user: JSON {
    [
      "id": "1", "githubLogin": "oceanid-guard", "name": "Oceanid Guard", "email": "guard@example.com",
      "organizations": [["githubLogin": "\(Stack.organization)", "name": "Oceanid"]],
      "tokenInfo": ["name": "guard", "organization": "\(Stack.organization)", "team": ""],
    ]
  }

  private var stack: JSON {
    let open = state.stack.deployments.first { $0.status == .running }
    return [
      "orgName": "\(Stack.organization)", "projectName": "\(Stack.project)", "stackName": "\(Stack.name)",
      "version": .number(state.stack.updates.last?.version ?? 0), "activeUpdate": "", "tags": [:],
      "currentOperation": open.map {
        [
          "kind": .string($0.operation), "author": .string($0.requestedBy),
          "started": .number(($0.started ?? $0.modified).epoch),
        ]
      } ?? nil,
    ]
  }

  private var metadata: JSON {
    [
      "paused": .bool(state.stack.pausedBy != nil || state.stack.isOrganizationPaused),
      "stackPaused": .bool(state.stack.pausedBy != nil),
      "organizationPaused": .bool(state.stack.isOrganizationPaused),
      "drift": ["driftDetected": .bool(state.stack.hasDrifted), "runInProgress": false],
    ]
  }

  private func deployments(_ request: Request) -> Answer {
    let size = request.number("pageSize", in: 1...100, otherwise: 10)
    let page = request.number("page", in: 1...10_000, otherwise: 1)
    let ordered =
      request.query["asc"] == "true"
      ? state.stack.deployments : Array(state.stack.deployments.reversed())
    return Answer([
      "deployments": .array(ordered.dropFirst((page - 1) * size).prefix(size).map(json)),
      "total": .number(ordered.count), "itemsPerPage": .number(size),
    ])
  }

  private func pools(_ path: [String]) -> Answer {
    guard !state.stack.arePoolsForbidden else { return .failure(403, "Forbidden") }
    let isListed = !state.stack.pool.isGone
    switch path {
    case []: return Answer(["agentPools": isListed ? [pool] : []])
    case [AgentPool.id] where isListed:
      guard case .object(var members) = pool else { return .failure(404, "Not Found") }
      members["agents"] = [
        [
          "hostname": "calypso", "status": members["status"] ?? nil, "lastSeen": members["lastSeen"] ?? nil,
          "version": "v1.6.2",
        ]
      ]
      return Answer(.object(members))
    default: return .failure(404, "Not Found: agent pool not found")
    }
  }

  private var pool: JSON {
    let offline = state.stack.pool.offlineSince
    let last = state.stack.deployments.last { $0.started != nil }
    return [
      "id": "\(AgentPool.id)", "name": "\(AgentPool.name)", "description": "", "created": 1_700_000_000,
      "status": offline == nil ? "online" : "offline", "lastSeen": .number((offline ?? now).epoch),
      "lastDeployment": last.map { .number(($0.started ?? $0.modified).epoch) } ?? nil,
    ]
  }
}

extension Answer {
  static func failure(_ code: Int, _ message: String) -> Answer {
    Answer(["code": .number(code), "message": .string(message)], status: code)
  }
}
