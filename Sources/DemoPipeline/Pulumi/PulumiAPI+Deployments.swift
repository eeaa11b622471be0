/// Deployments and updates in Pulumi's format.
extension PulumiAPI {
  /// The text of the API for a time that has not come.
  private static let notYet = "0001-01-01T00:00:00Z"

  func json(_ deployment: Deployment) -> JSON {
    let update = deployment.update.flatMap { version in
      state.stack.updates.first { $0.version == version }
    }
    let isPaused = deployment.status == .notStarted && state.stack.pausedBy != nil
    return [
      "id": "\(deployment.id)", "version": .number(deployment.version),
      "status": .string(deployment.status.rawValue), "created": .string(deployment.created.withoutZone),
      "modified": .string(deployment.modified.withoutZone), "initiator": "vcs-push",
      "pulumiOperation": .string(deployment.operation), "paused": .bool(isPaused),
      "requestedBy": [
        "githubLogin": .string(deployment.requestedBy), "name": .string(deployment.requestedBy),
        "email": "\(deployment.requestedBy)@example.com",
      ],
      "agentPool": ["id": "\(AgentPool.id)", "name": "\(AgentPool.name)"],
      "jobs": deployment.status == .notStarted ? [] : [job(deployment)],
      "updates": .array(update.map { [summary($0)] } ?? []),
    ]
  }

  private func job(_ deployment: Deployment) -> JSON {
    let failed =
      deployment.status == .failed ? Deployment.steps.firstIndex(of: deployment.failedStep) : nil
    let steps = Deployment.steps.enumerated().map { index, name in
      let status =
        switch deployment.status {
        case .succeeded: "succeeded"
        case .running: index < 2 ? "succeeded" : "running"
        case .failed:
          failed.map { index < $0 ? "succeeded" : index == $0 ? "failed" : "not-started" } ?? "failed"
        case .notStarted, .accepted, .skipped: "not-started"
        }
      return ["name": .string(name), "status": .string(status)] as JSON
    }
    let status = deployment.status == .skipped ? "not-started" : deployment.status.rawValue
    return [
      "status": .string(status), "started": .string(deployment.started?.nanoseconds ?? Self.notYet),
      "lastUpdated": .string(deployment.modified.nanoseconds), "steps": .array(steps),
    ]
  }

  private func environment(_ update: StackUpdate) -> JSON {
    [
      "git.head": .string(update.sha), "git.headName": "refs/heads/main",
      "git.dirty": update.isDirty ? "true" : "false", "git.author": "ada",
      "git.author.email": "ada@example.com", "pulumi.version": "v3.190.0",
    ]
  }

  private func summary(_ update: StackUpdate) -> JSON {
    [
      "id": "\(Digest.uuid("update \(update.version)"))", "version": .number(update.version),
      "kind": .string(update.kind), "result": update.hasSucceeded ? "succeeded" : "failed",
      "startTime": .number(update.started.epoch), "endTime": .number(update.ended.epoch), "message": "",
      "environment": environment(update),
    ]
  }

  func latest(_ update: StackUpdate) -> JSON {
    [
      "updateID": "\(Digest.uuid("update \(update.version)"))", "version": .number(update.version),
      "latestVersion": .number(update.version),
      "info": [
        "kind": .string(update.kind), "result": update.hasSucceeded ? "succeeded" : "failed",
        "startTime": .number(update.started.epoch), "endTime": .number(update.ended.epoch), "message": "",
        "resourceChanges": ["same": 41, "update": 1], "environment": environment(update),
        "config": ["oceanid:token": ["string": "\(Self.secret)", "secret": true]],
        "version": .number(update.version),
      ],
      "requestedBy": ["githubLogin": "ada", "name": "ada"],
      "githubCommitInfo": ["sha": .string(update.sha), "author": ["githubLogin": "ada"]],
    ]
  }
}
