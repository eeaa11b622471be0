package import GuardConnection
import GuardTypes

/// The tools of the server. All of them only read.
package enum Tool: String, CaseIterable, Hashable, Sendable {
  case status, problems, explain, inspect
  case whereIsCommit = "where_is_commit"
  case history, doctor
  case waitUntil = "wait_until"

  /// The part of a cluster that `inspect` lists.
  enum Part: String, CaseIterable {
    case nodes, flux, images, workloads, tunnel
  }

  var title: String {
    switch self {
    case .status: "Verdict of the clusters"
    case .problems: "Problems, causes first"
    case .explain: "Meaning of a problem or error"
    case .inspect: "Objects with their verdicts"
    case .whereIsCommit: "Where a commit is"
    case .history: "Past incidents"
    case .doctor: "Steps of the connection"
    case .waitUntil: "Wait for a state"
    }
  }

  var description: String {
    switch self {
    case .status:
      "Call first. Verdict (healthy, degraded, critical, unknown) of each cluster with tunnel, API and counts of objects, and the first cause with its next step. Takes milliseconds; reads the guard's last poll."
    case .problems:
      "What is wrong, since when, why, and what to do next. Causes come before what depends on them."
    case .explain:
      "The meaning and the next step of a problem (code or id), an error code or an event, from the guard's documentation. Without a topic: the names of topics."
    case .inspect:
      "Objects of one part, worst first: nodes, flux (sources, Kustomizations, HelmReleases), images (policies, automation), workloads (also certificates, stacks, Secrets by presence), tunnel."
    case .whereIsCommit:
      "Which stages of the pipeline (cloud, cluster stack, Flux sources, Kustomizations) run a commit, and what stops it."
    case .history: "Incidents of a span of time, newest first, with start, end and cause."
    case .doctor:
      "Checks each step of the connection to the clusters as the running guard sees it. Use it when the tunnel or the API fails. May take 20 seconds."
    case .waitUntil:
      "Waits until a cluster is healthy, its tunnel is up, or its API is ready; returns at once if a person has to act first."
    }
  }

  package var parameters: [Parameter] {
    let cluster = Parameter("cluster", .text, "Only this cluster; see status for the names.")
    let limit = Parameter(
      "limit", .integer(1...200), "Most items to return. Default: about 4,000 characters.")
    switch self {
    case .status, .doctor: return [cluster]
    case .problems:
      return [cluster, Parameter("severity", .word(["critical", "warning"]), "Only this severity."), limit]
    case .explain:
      return [Parameter("topic", .text, "For example node-not-ready, auth_refused, tunnel_down."), limit]
    case .inspect:
      return [
        Parameter("part", .word(Part.allCases.map(\.rawValue)), isRequired: true, "What to list."), cluster,
        Parameter("namespace", .text, "Only objects of this namespace."),
        Parameter("name", .text, "Only objects of this name."),
        Parameter("unhealthy_only", .flag, "Leave out healthy objects."), limit,
      ]
    case .whereIsCommit:
      return [
        Parameter("commit", .text, isRequired: true, "\(CommitPrefix.form)."), cluster,
      ]
    case .history:
      return [
        Parameter("since", .text, "Start: 2h, 7d, or an RFC 3339 time. Default: 24h."),
        Parameter("until", .text, "End, in the same form. Default: now."), cluster, limit,
      ]
    case .waitUntil:
      return [
        Parameter("goal", .word(WaitGoal.names), isRequired: true, "What to wait for."), cluster,
        Parameter("timeout_seconds", .integer(1...600), "Default: 45."),
      ]
    }
  }

  /// The entry of `tools/list`.
  package var json: JSONValue {
    [
      "name": .string(rawValue), "title": .string(title), "description": .string(description),
      "inputSchema": parameters.schema, "outputSchema": outputSchema,
      "annotations": [
        "title": .string(title), "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true,
        "openWorldHint": false,
      ],
    ]
  }
}
