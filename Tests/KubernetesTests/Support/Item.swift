import Health

/// Objects in JSON, whose times are seconds before `ListedCluster.now`.
enum Item {
  static func time(_ ago: Int) -> String { (ListedCluster.now - .seconds(ago)).description }

  static func condition(
    _ type: String, _ status: String, _ reason: String = "R", _ message: String = "m", ago: Int = 600
  )
    -> String
  {
    #"{"type":"\#(type)","status":"\#(status)","reason":"\#(reason)","message":"\#(message)","lastTransitionTime":"\#(time(ago))"}"#
  }

  static func object(
    _ name: String, ns: String = "flux-system", spec: String = "{}",
    _ conditions: [String] = [condition("Ready", "True")],
    gen: Int = 1, obs: Int? = 1, more: String = "", meta: String = "", age: Int = 864_000
  ) -> String {
    let observed = obs.map { #""observedGeneration":\#($0),"# } ?? ""
    return
      #"{"metadata":{"name":"\#(name)","namespace":"\#(ns)","generation":\#(gen),"creationTimestamp":"\#(time(age))"\#(meta)},"spec":\#(spec),"status":{\#(observed)"conditions":[\#(conditions.joined(separator: ","))]\#(more)}}"#
  }

  static func git(
    _ conditions: [String] = [condition("Ready", "True")], rev: String = "main@sha1:aaaa", ago: Int = 90_000
  )
    -> String
  {
    object(
      "flux-system",
      spec:
        #"{"interval":"1m","url":"https://git/x","ref":{"branch":"main"},"secretRef":{"name":"github-token"}}"#,
      conditions, more: #","artifact":{"revision":"\#(rev)","lastUpdateTime":"\#(time(ago))"}"#)
  }

  static func kustomization(
    _ name: String, _ conditions: [String] = [condition("Ready", "True")], spec: String = "",
    rev: String = "main@sha1:aaaa",
    meta: String = "", gen: Int = 1, obs: Int? = 1
  ) -> String {
    object(
      name,
      spec:
        #"{"interval":"10m","sourceRef":{"kind":"GitRepository","name":"flux-system"}\#(spec)}"#, conditions,
      gen: gen, obs: obs, more: #","lastAppliedRevision":"\#(rev)","lastAttemptedRevision":"\#(rev)""#,
      meta: meta)
  }
}

extension Item {
  static func release(
    _ name: String, _ conditions: [String], spec: String, more: String = "", gen: Int = 1, obs: Int? = 1
  ) -> String {
    Item.object(name, ns: "apps", spec: spec, conditions, gen: gen, obs: obs, more: more)
  }

  static let progressing = Item.condition(
    "Ready", "Unknown", "Progressing", "Running 'upgrade' action with timeout of 20m0s")

  static let charted =
    #""interval":"1h","chart":{"spec":{"chart":"web","sourceRef":{"kind":"HelmRepository","name":"h"}}}"#

  static func node(
    _ conditions: [String] = [Item.condition("Ready", "True", ago: 86_400)], spec: String = "{}",
    status: String = "", version: String = "v1.33.4+k3s1",
    meta: String = ""
  ) -> [String: [String]] {
    [
      "nodes": [
        #"{"metadata":{"name":"n","creationTimestamp":"2025-01-01T00:00:00Z"\#(meta)},"spec":\#(spec),"status":{"nodeInfo":{"kubeletVersion":"\#(version)"}\#(status),"conditions":[\#(conditions.joined(separator: ","))]}}"#
      ]
    ]
  }

  static func deployment(
    _ name: String, ns: String = "cloudflared", desired: Int = 2,
    status: String = #","replicas":2,"updatedReplicas":2,"readyReplicas":2,"availableReplicas":2"#,
    _ conditions: [String] = [
      Item.condition("Available", "True"), Item.condition("Progressing", "True", "NewReplicaSetAvailable"),
    ], spec: String = "", gen: Int = 1
  ) -> String {
    Item.object(
      name, ns: ns, spec: #"{"replicas":\#(desired),"progressDeadlineSeconds":600\#(spec)}"#, conditions,
      gen: gen, more: status)
  }
  /// The expectations of guard.yaml.
  static let wanted = Expectations(workloads: [.init(namespace: "cloudflared", name: "cloudflared")])

  static func pod(
    _ name: String, status: String, spec: String = "{}", owner: String? = nil, ago: Int = 7200,
    meta: String = ""
  ) -> String {
    let owners = owner.map { #","labels":{"pod-template-hash":"abc"},"ownerReferences":[\#($0)]"# } ?? ""
    return
      #"{"metadata":{"name":"\#(name)","namespace":"apps","creationTimestamp":"\#(Item.time(ago))"\#(owners)\#(meta)},"spec":\#(spec),"status":{\#(status)}}"#
  }

  static let replicaSet = #"{"kind":"ReplicaSet","name":"web-abc"}"#

  static let job = #"{"kind":"Job","name":"mig"}"#

  static func evicted(_ number: Int) -> String {
    Item.pod(
      "web-abc-\(number)",
      status:
        #""phase":"Failed","reason":"Evicted","message":"The node was low on resource: ephemeral-storage.""#,
      owner: Item.replicaSet, ago: 90 + number * 90)
  }

  static func cert(_ conditions: [String], _ more: String, age: Int = 864_000, meta: String = "") -> [String:
    [String]]
  {
    ["certificates": [Item.object("c", ns: "web", conditions, obs: nil, more: more, meta: meta, age: age)]]
  }

  static func times(_ end: Int, _ renewal: Int) -> String {
    #","notAfter":"\#(Item.time(-end))","renewalTime":"\#(Item.time(-renewal))""#
  }

  static let day = 86_400

  static func stack(
    _ conditions: [String], _ more: String = "", spec: String = #"{"stack":"o/p/s"}"#, gen: Int = 1,
    obs: Int? = 1
  ) -> [String: [String]] {
    ["stacks": [Item.object("s", spec: spec, conditions, gen: gen, obs: obs, more: more)]]
  }

  static let failedUpdate =
    #","lastUpdate":{"state":"failed","lastResyncTime":"\#(Item.time(600))","lastAttemptedCommit":"bbbbbbbbbb","lastSuccessfulCommit":"aaaaaaaaaa"}"#

  static let old = "ghcr.io/o/app:v1"

  static func policy(
    _ conditions: [String] = [Item.condition("Ready", "True", ago: 10_800)], ns: String = "flux-system",
    tag: String = "v2", digest: String? = nil, labels: String = ""
  ) -> String {
    Item.object(
      "app", ns: ns, spec: #"{"imageRepositoryRef":{"name":"app"},"policy":{"semver":{"range":"*"}}}"#,
      conditions,
      more:
        #","latestRef":{"name":"ghcr.io/o/app","tag":"\#(tag)"\#(digest.map { #","digest":"\#($0)""# } ?? "")}"#,
      meta: labels)
  }

  static func repository(_ conditions: [String] = [Item.condition("Ready", "True")], scan: Int = 60) -> String
  {
    Item.object(
      "app", spec: #"{"image":"ghcr.io/o/app","interval":"5m"}"#, conditions,
      more: #","lastScanResult":{"scanTime":"\#(Item.time(scan))","tagCount":9}"#)
  }

  static func automation(
    _ conditions: [String] = [Item.condition("Ready", "True")], git: String = "{}", spec: String = "",
    run: Int = 60, push: Int? = nil, commit: String = "cccccccc", seen: String? = "v2"
  ) -> String {
    Item.object(
      "auto",
      spec:
        #"{"interval":"5m","sourceRef":{"kind":"GitRepository","name":"flux-system"},"git":\#(git)\#(spec)}"#,
      conditions,
      more: #","lastAutomationRunTime":"\#(Item.time(run))""#
        + (push.map { #","lastPushTime":"\#(Item.time($0))","lastPushCommit":"\#(commit)""# } ?? "")
        + (seen.map { #","observedPolicies":{"app":{"name":"ghcr.io/o/app","tag":"\#($0)"}}"# } ?? ""))
  }

  static func web(_ image: String, ns: String = "apps") -> String {
    Item.object(
      "web", ns: ns,
      spec: #"{"replicas":1,"template":{"spec":{"containers":[{"name":"a","image":"\#(image)"}]}}}"#,
      [Item.condition("Available", "True")],
      more: #","replicas":1,"readyReplicas":1,"availableReplicas":1,"updatedReplicas":1"#,
      meta:
        #","labels":{"kustomize.toolkit.fluxcd.io/name":"apps","kustomize.toolkit.fluxcd.io/namespace":"flux-system"}"#
    )
  }

  static func images(
    _ automation: String?, git: String = Item.git(), applied: String = Item.kustomization("apps"),
    policy: String = Item.policy(), repository: String = Item.repository(), web: String = Item.web(Item.old)
  ) -> [String: [String]] {
    [
      "gitrepositories": [git], "kustomizations": [applied], "imagepolicies": [policy],
      "imagerepositories": [repository],
      "imageupdateautomations": automation.map { [$0] } ?? [], "deployments": [web],
    ]
  }

  static let behind = "image/policy/flux-system/app/behind"

  static func broken(_ reason: String, ago: Int) -> [String] {
    [
      Item.condition(
        "Ready", "False", reason,
        reason == "DependencyNotReady" ? "dependency 'flux-system/base' is not ready" : "x", ago: ago)
    ]
  }

  static func pair(_ apps: [String], base: [String] = [Item.condition("Ready", "True")]) -> [String: [String]]
  {
    [
      "gitrepositories": [Item.git()],
      "kustomizations": [
        Item.kustomization("base", base),
        Item.kustomization("apps", apps, spec: #","dependsOn":[{"name":"base"}]"#),
      ],
    ]
  }

  static let failed = "flux/kustomization/flux-system/apps/failed"
}
