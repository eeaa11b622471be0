/// A nightly backup CronJob, and failed Jobs.
extension ClusterState {
  func cronJobObjects(at now: APITime) -> [Object] {
    // It runs once in 24 hours.
    let days = max(0, now.seconds(since: settled) / 86_400)
    let last = settled.advanced(seconds: days * 86_400)
    return [
      Object(
        kind: .cronJob, namespace: "monitoring", name: "backup",
        spec: [
          "schedule": "0 3 * * *", "suspend": false, "concurrencyPolicy": "Forbid",
          "jobTemplate": ["spec": ["template": Self.jobTemplate("backup", "docker.io/restic/restic:0.18.0")]],
        ],
        status: [
          "lastScheduleTime": .string(last.time),
          "lastSuccessfulTime": .string(last.advanced(seconds: 90).time),
        ])
    ]
  }

  func jobObjects() -> [Object] {
    let backup = Object(
      kind: .job, namespace: "monitoring", name: "backup-29345640",
      owner: ["apiVersion": "batch/v1", "kind": "CronJob", "name": "backup", "controller": true],
      created: settled,
      spec: ["backoffLimit": 6, "template": Self.jobTemplate("backup", "docker.io/restic/restic:0.18.0")],
      status: [
        "startTime": .string(settled.time), "succeeded": 1,
        "completionTime": .string(settled.advanced(seconds: 90).time),
        "conditions": [
          condition(
            "Complete", "CompletionsReached", "Reached expected number of succeeded pods",
            since: settled.advanced(seconds: 90), generation: nil)
        ],
      ])
    return [backup]
      + ongoingFaults.compactMap { fault, since -> Object? in
        if case .jobFailing(let fullName) = fault { return Self.failingJob(fullName, since) }
        guard case .jobFailed(let fullName) = fault else { return nil }
        let parts = fullName.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return nil }
        return Object(
          kind: .job, namespace: parts[0], name: parts[1], created: since,
          spec: [
            "backoffLimit": 6, "template": Self.jobTemplate(parts[1], "docker.io/library/busybox:1.37"),
          ],
          status: [
            "startTime": .string(since.time), "failed": 7,
            "conditions": [
              condition(
                "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit", since: since,
                generation: nil)
            ],
          ])
      }
  }

  /// A Job that may fail a thousand times before it counts as failed.
  private static func failingJob(_ fullName: String, _ since: APITime) -> Object? {
    let parts = fullName.split(separator: "/").map(String.init)
    guard parts.count == 2 else { return nil }
    return Object(
      kind: .job, namespace: parts[0], name: parts[1], created: since,
      spec: [
        "backoffLimit": 1000, "template": jobTemplate(parts[1], "docker.io/library/busybox:1.37"),
      ],
      status: ["startTime": .string(since.time), "failed": 12, "active": 0, "ready": 0])
  }

  private static func jobTemplate(_ name: String, _ image: String) -> JSON {
    ["spec": ["restartPolicy": "Never", "containers": [["name": .string(name), "image": .string(image)]]]]
  }
}
