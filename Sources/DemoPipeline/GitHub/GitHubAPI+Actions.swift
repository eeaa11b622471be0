/// The endpoints below `/repos/OWNER/REPO/actions`.
extension GitHubAPI {
  private static let page = "https://github.com/oceanid/cluster"

  func actions(_ path: [String], _ request: Request) -> Answer {
    switch (path.first, path.count) {
    case ("workflows", 2) where isWorkflow(path[1]): return Answer(workflow)
    case ("workflows", 3) where isWorkflow(path[1]) && path[2] == "runs": return runs(request)
    case ("runs", 2...3):
      guard let run = state.workflow.runs.first(where: { "\($0.id)" == path[1] }) else { return .notFound }
      switch path.count > 2 ? path[2] : nil {
      case nil: return Answer(json(run))
      case "jobs": return Answer(jobs(run))
      case "pending_deployments": return Answer(pendingDeployments(run))
      default: return .notFound
      }
    default: return .notFound
    }
  }

  private func isWorkflow(_ name: String) -> Bool { name == Workflow.file || name == "\(Workflow.id)" }

  private var workflow: JSON {
    [
      "id": .number(Workflow.id), "name": "Deploy", "path": ".github/workflows/\(Workflow.file)",
      "state": .string(state.workflow.state.rawValue), "created_at": "2025-01-10T09:00:00Z",
      "updated_at": "2025-06-10T09:00:00Z",
      "html_url": "\(Self.page)/blob/main/.github/workflows/\(Workflow.file)",
    ]
  }

  /// The list of runs. A filter makes GitHub answer from a search index, which lags.
  private func runs(_ request: Request) -> Answer {
    let filters: [(String, @Sendable (WorkflowRun) -> String)] = [
      ("branch", { $0.branch }), ("event", { $0.event }), ("head_sha", { $0.sha }), ("actor", { $0.actor }),
      ("status", { $0.conclusion?.rawValue ?? $0.status.rawValue }),
    ]
    let isFiltered = filters.contains { request.query[$0.0] != nil } || request.query["created"] != nil
    var runs = isFiltered ? Array(state.workflow.indexed.reversed()) : state.workflow.listed
    for (name, value) in filters {
      if let wanted = request.query[name] { runs = runs.filter { value($0) == wanted } }
    }
    let size = request.number("per_page", in: 1...100, otherwise: 30)
    let page = request.number("page", in: 1...10_000, otherwise: 1)
    var answer = Answer([
      "total_count": .number(runs.count),
      "workflow_runs": .array(runs.dropFirst((page - 1) * size).prefix(size).map(json)),
    ])
    if page * size < runs.count {
      let path = request.target.prefix { $0 != "?" }
      let last = (runs.count + size - 1) / size
      answer.headers = [
        (
          "Link",
          """
          <\(origin)\(path)?per_page=\(size)&page=\(page + 1)>; rel=\"next\", \
          <\(origin)\(path)?per_page=\(size)&page=\(last)>; rel=\"last\"
          """
        )
      ]
    }
    return answer
  }

  private func json(_ run: WorkflowRun) -> JSON {
    [
      "id": .number(run.id), "name": "Deploy", "node_id": "WFR_\(run.number)",
      "head_branch": .string(run.branch), "head_sha": .string(run.sha),
      "path": ".github/workflows/\(Workflow.file)", "run_number": .number(run.number),
      "run_attempt": .number(run.attempt), "event": .string(run.event),
      "display_title": .string(run.title), "status": .string(run.status.rawValue),
      "conclusion": JSON(run.conclusion?.rawValue), "workflow_id": .number(Workflow.id),
      "created_at": .string(run.created.iso), "updated_at": .string(run.updated.iso),
      "run_started_at": .string(run.started.iso), "html_url": "\(Self.page)/actions/runs/\(run.id)",
      "url": "\(origin)/repos/oceanid/cluster/actions/runs/\(run.id)", "pull_requests": [],
      "actor": ["login": .string(run.actor), "id": 1, "type": "User"],
      "head_commit": ["id": .string(run.sha), "message": .string(run.title)],
    ]
  }

  private func jobs(_ run: WorkflowRun) -> JSON {
    let hasJobs: Bool
    switch run.status {
    case .inProgress, .completed: hasJobs = run.conclusion != .startupFailure
    case .requested, .queued, .pending, .waiting: hasJobs = false
    }
    guard hasJobs else { return ["total_count": 0, "jobs": []] }
    let names = ["Set up job", "Check out", run.failedStep, "Complete job"]
    let steps = names.enumerated().map { index, name in
      let conclusion: JSON =
        switch run.conclusion {
        case .success: "success"
        case nil: index < 2 ? "success" : nil
        case let end?: index == 2 ? .string(end.rawValue) : index < 2 ? "success" : "skipped"
        }
      return [
        "name": .string(name), "number": .number(index + 1), "conclusion": conclusion,
        "status": conclusion == .null ? "in_progress" : "completed",
      ] as JSON
    }
    return [
      "total_count": 1,
      "jobs": [
        [
          "id": .number(run.id * 10), "run_id": .number(run.id), "name": .string(run.failedJob),
          "head_sha": .string(run.sha), "status": .string(run.status.rawValue),
          "conclusion": JSON(run.conclusion?.rawValue), "runner_name": "GitHub Actions 7",
          "started_at": .string(run.started.iso),
          "completed_at": run.conclusion == nil ? nil : .string(run.updated.iso),
          "html_url": "\(Self.page)/actions/runs/\(run.id)/job/\(run.id * 10)", "steps": .array(steps),
        ]
      ],
    ]
  }

  private func pendingDeployments(_ run: WorkflowRun) -> JSON {
    guard run.status == .waiting, let environment = run.environment else { return [] }
    return [
      [
        "environment": [
          "id": 161_088_068, "name": .string(environment),
          "html_url": "\(Self.page)/deployments/activity_log?environments_filter=\(environment)",
        ],
        "wait_timer": 0, "wait_timer_started_at": nil, "current_user_can_approve": false,
        "reviewers": [["type": "User", "reviewer": ["login": "ada", "id": 1]]],
      ]
    ]
  }
}
