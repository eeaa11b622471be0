import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// Workloads whose pods come and go, Jobs whose pods fail, and pods that are held back on purpose.
@Suite struct WorkloadVerdictTests {
  static let rows: [VerdictRow] = [
    .init(
      name: "Job pod whose helper has completed",
      items: [
        "pods": [
          Item.pod(
            "mig-1",
            status:
              #""phase":"Running","conditions":[{"type":"Ready","status":"False","reason":"ContainersNotReady","lastTransitionTime":"\#(Item.time(3600))"}],"containerStatuses":[{"name":"main","ready":true,"state":{"running":{}}},{"name":"helper","ready":false,"state":{"terminated":{"exitCode":0}}}]"#,
            spec: #"{"restartPolicy":"Never"}"#, owner: Item.job)
        ]
      ],
      ids: []),
    .init(
      name: "Job pod whose helper has failed",
      items: [
        "pods": [
          Item.pod(
            "mig-1",
            status:
              #""phase":"Running","conditions":[{"type":"Ready","status":"False","reason":"ContainersNotReady","lastTransitionTime":"\#(Item.time(3600))"}],"containerStatuses":[{"name":"main","ready":true,"state":{"running":{}}},{"name":"helper","ready":false,"state":{"terminated":{"exitCode":1}}}]"#,
            spec: #"{"restartPolicy":"Never"}"#, owner: Item.job)
        ]
      ],
      ids: ["pods/not-ready"]),
    .init(
      name: "evicted again and again",
      items: [
        "deployments": [
          Item.deployment(
            "web", ns: "apps", desired: 1,
            status: #","replicas":1,"updatedReplicas":1,"unavailableReplicas":1"#,
            [
              Item.condition("Available", "False", "MinimumReplicasUnavailable", ago: 7200),
              Item.condition("Progressing", "True", "NewReplicaSetAvailable"),
            ])
        ],
        "pods": (0..<20).map(Item.evicted) + [
          Item.pod(
            "web-abc-new",
            status: #""phase":"Pending","conditions":[{"type":"PodScheduled","status":"True"}]"#,
            owner: Item.replicaSet, ago: 30)
        ],
      ],
      ids: ["workload/apps/web/deployment"]),
    .init(
      name: "only failed pods are left",
      items: [
        "deployments": [
          Item.deployment(
            "web", ns: "apps", desired: 1, status: #","replicas":0"#,
            [
              Item.condition("Available", "False", ago: 7200),
              Item.condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota", ago: 7200),
            ])
        ],
        "pods": [Item.evicted(60)],
      ],
      ids: ["workload/apps/web/deployment"]),
    .init(
      name: "pods are replaced every five minutes",
      items: [
        "deployments": [
          Item.deployment(
            "web", ns: "apps", desired: 1,
            status: #","replicas":1,"updatedReplicas":1,"unavailableReplicas":1"#,
            [Item.condition("Available", "False", ago: 7200)])
        ],
        "pods": [
          Item.pod(
            "web-abc-new",
            status:
              #""phase":"Running","conditions":[{"type":"Ready","status":"False","lastTransitionTime":"\#(Item.time(200))"}],"containerStatuses":[{"name":"a","restartCount":0,"state":{"running":{}}}]"#,
            owner: Item.replicaSet, ago: 200)
        ],
      ],
      ids: ["workload/apps/web/deployment"]),
    .init(
      name: "pods on a lost node",
      items: Item.node([Item.condition("Ready", "Unknown", ago: 7200)]).merging([
        "deployments": [
          Item.deployment(
            "web", ns: "apps", desired: 1,
            status: #","replicas":1,"updatedReplicas":1,"unavailableReplicas":1"#,
            [Item.condition("Available", "False", ago: 7000)])
        ],
        "pods": [
          Item.pod(
            "web-abc-1",
            status:
              #""phase":"Running","conditions":[{"type":"Ready","status":"False","lastTransitionTime":"\#(Item.time(7000))"}]"#,
            spec: #"{"nodeName":"n"}"#, owner: Item.replicaSet)
        ],
      ]) { $1 },
      ids: ["node/n/not-ready"]),
    .init(
      name: "paused, all available",
      items: [
        "deployments": [
          Item.deployment(
            "cloudflared",
            [
              Item.condition("Available", "True"),
              Item.condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", ago: 7200),
            ], spec: #","paused":true"#)
        ]
      ], expect: Item.wanted,
      ids: ["workload/cloudflared/cloudflared/deployment"], says: ["paused"], polls: [0, 300], since: 7200),
    .init(
      name: "resumed",
      items: [
        "deployments": [
          Item.deployment(
            "cloudflared",
            [
              Item.condition("Available", "True"),
              Item.condition("Progressing", "Unknown", "DeploymentResumed"),
            ])
        ]
      ], expect: Item.wanted, ids: []),
    .init(
      name: "failing 40 times, backoffLimit 1000",
      items: [
        "jobs": [
          Item.object(
            "mig", ns: "apps", spec: #"{"backoffLimit":1000,"completions":1}"#, [], obs: nil,
            more: #","startTime":"\#(Item.time(86_400))","failed":40,"active":0,"ready":0"#)
        ],
        "pods": (0..<40).map {
          Item.pod(
            "mig-\($0)",
            status:
              #""phase":"Failed","containerStatuses":[{"name":"a","restartCount":0,"state":{"terminated":{"exitCode":1,"reason":"Error"}}}]"#,
            owner: Item.job, ago: 600 + $0 * 600)
        },
      ],
      ids: ["workload/apps/mig/job"]),
    .init(
      name: "indexed, two indexes failed",
      items: [
        "jobs": [
          Item.object(
            "mig", ns: "apps",
            spec: #"{"completionMode":"Indexed","backoffLimitPerIndex":1,"completions":10}"#, [], obs: nil,
            more:
              #","startTime":"\#(Item.time(86_400))","failed":4,"active":1,"failedIndexes":"1,2","completedIndexes":"0""#
          )
        ]
      ],
      ids: ["workload/apps/mig/job"]),
    .init(
      name: "gated on purpose",
      items: [
        "pods": [
          Item.pod(
            "p",
            status:
              #""phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated","message":"Scheduling is blocked due to non-empty scheduling gates"}]"#,
            spec: #"{"schedulingGates":[{"name":"kueue.x-k8s.io/admission"}]}"#)
        ]
      ], ids: []),
    .init(
      name: "down, because a queue holds its pod back",
      items: [
        "deployments": [
          Item.deployment(
            "web", ns: "apps", desired: 1, status: #","replicas":1,"unavailableReplicas":1"#,
            [Item.condition("Available", "False", ago: 7200)])
        ],
        "pods": [
          Item.pod(
            "web-abc-1",
            status:
              #""phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]"#,
            owner: Item.replicaSet)
        ],
      ], ids: []),
    .init(
      name: "backoff limit",
      items: [
        "jobs": [
          Item.object(
            "mig", ns: "apps", [Item.condition("Failed", "True", "BackoffLimitExceeded")], obs: nil,
            more: #","startTime":"\#(Item.time(3600))""#)
        ]
      ], ids: ["workload/apps/mig/job"], says: ["BackoffLimitExceeded"]),
    .init(
      name: "Job runs after three failures",
      items: [
        "jobs": [
          Item.object(
            "mig", ns: "apps", spec: #"{"backoffLimit":1000}"#, [], obs: nil,
            more: #","startTime":"\#(Item.time(86_400))","failed":3,"active":1,"ready":1"#)
        ]
      ], ids: []),
    .init(
      name: "failing Job begins to run",
      items: [
        "jobs": [
          Item.object(
            "mig", ns: "apps", [], obs: nil,
            more: #","startTime":"\#(Item.time(86_400))","failed":3,"active":1,"ready":0"#)
        ]
      ],
      ids: ["workload/apps/mig/job"], polls: [0, 30, 60],
      then: [
        1: [
          "jobs": [
            Item.object(
              "mig", ns: "apps", [], obs: nil,
              more: #","startTime":"\#(Item.time(86_400))","failed":3,"active":1,"ready":1"#)
          ]
        ]
      ], since: 0),
    .init(
      name: "failing Job has run for long",
      items: [
        "jobs": [
          Item.object(
            "mig", ns: "apps", [], obs: nil,
            more: #","startTime":"\#(Item.time(86_400))","failed":3,"active":1,"ready":0"#)
        ]
      ],
      ids: [], polls: [0, 30, 700],
      then: [
        1: [
          "jobs": [
            Item.object(
              "mig", ns: "apps", [], obs: nil,
              more: #","startTime":"\#(Item.time(86_400))","failed":3,"active":1,"ready":1"#)
          ]
        ]
      ]),
    .init(
      name: "reported workload has a pod that waits",
      items: [
        "deployments": [
          Item.deployment(
            "web", ns: "apps", desired: 1,
            status: #","replicas":1,"updatedReplicas":1,"unavailableReplicas":1"#,
            [Item.condition("Available", "False", ago: 7200)])
        ], "pods": [],
      ],
      ids: ["workload/apps/web/deployment"], polls: [0, 30],
      then: [
        1: [
          "pods": [Item.pod("web-abc-new", status: #""phase":"Pending""#, owner: Item.replicaSet, ago: 7200)]
        ]
      ]),
  ]

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
