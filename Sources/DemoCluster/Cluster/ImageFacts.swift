/// An image that Flux follows: the tag that its policy selects and the one that runs.
struct ImageFacts: Sendable {
  /// The name of the ImageRepository and of the ImagePolicy.
  let name: String
  /// The image name without a tag.
  let image: String
  /// The range of tags that the policy accepts.
  let range: String
  var latest: String
  var previous: String?
  var moved: APITime
  /// The tag that the automation has written to Git and that the workload runs.
  var running: String
  var rolledOut: APITime
  /// Incremented by every rollout.
  var release = 2
  var tagCount: Int

  static func oceanid(since: APITime) -> [ImageFacts] {
    [
      ImageFacts(
        name: "cert-manager", image: "quay.io/jetstack/cert-manager-controller", range: "1.18.x",
        latest: "v1.18.2", previous: "v1.18.1", moved: since, running: "v1.18.2", rolledOut: since,
        tagCount: 184),
      ImageFacts(
        name: "cloudflared", image: "docker.io/cloudflare/cloudflared", range: ">=2025.8.0 <2026.0.0",
        latest: "2025.8.1", previous: "2025.8.0", moved: since, running: "2025.8.1", rolledOut: since,
        tagCount: 412),
    ]
  }
}

extension ClusterState {
  func image(named name: String) -> ImageFacts? { images.first { $0.name == name } }

  func imageObjects(of kind: ResourceKind, at now: APITime) -> [Object] {
    switch kind {
    case .imageRepository: images.map { repository($0, at: now) }
    case .imagePolicy: images.map(policy)
    default: ongoingFaults[.automationMissing] == nil ? [automation(at: now)] : []
    }
  }

  private func repository(_ facts: ImageFacts, at now: APITime) -> Object {
    let (suspend, generation) = suspension(.imageRepository, facts.name)
    let refusal = ongoingFaults[.scanRefused(facts.name)]
    let end =
      refusal ?? ongoingFaults[.scanStopped(facts.name)]
      ?? lastWork(of: "image-reflector-controller", at: now)
    let age = max(0, end.seconds(since: settled))
    let scanned = suspend == true ? settled : settled.advanced(seconds: age - age % 300)
    let failure =
      "failed to list tags: GET https://registry.example/v2/: UNAUTHORIZED: authentication required"
    return Object(
      kind: .imageRepository, namespace: Self.fluxNamespace, name: facts.name, generation: generation,
      spec: [
        "image": .string(facts.image), "interval": "5m0s", "provider": "generic",
        "exclusionList": [#"^.*\.sig$"#], "suspend": suspend,
      ],
      status: [
        "canonicalImageName": .string(canonical(facts.image)),
        "conditions": [
          refusal.map { condition("Ready", "False", "ReadOperationFailed", failure, since: $0) }
            ?? condition(
              "Ready", "Succeeded", "successful scan: found \(facts.tagCount) tags", since: settled,
              generation: generation)
        ],
        "lastScanResult": [
          "latestTags": JSON([facts.latest, facts.previous].compactMap(\.self)),
          "scanTime": .string(max(scanned, facts.moved).time), "tagCount": .number(facts.tagCount),
        ],
        "observedExclusionList": [#"^.*\.sig$"#], "observedGeneration": .number(generation),
      ])
  }

  private func canonical(_ image: String) -> String {
    image.hasPrefix("docker.io/") ? "index." + image : image
  }

  private func policy(_ facts: ImageFacts) -> Object {
    let latest = "\(facts.image):\(facts.latest)"
    let before = facts.previous.map { "\(facts.image):\($0)" }
    let message =
      "Latest image tag for \(facts.image) resolved to \(facts.latest)"
      + (before.map { " (previously \($0))" } ?? "")
    return Object(
      kind: .imagePolicy, namespace: Self.fluxNamespace, name: facts.name,
      spec: [
        "imageRepositoryRef": ["name": .string(facts.name)], "digestReflectionPolicy": "Never",
        "policy": ["semver": ["range": .string(facts.range)]],
      ],
      status: [
        "conditions": [
          ongoingFaults[.policyUnresolved(facts.name)].map {
            condition(
              "Ready", "False", "Failure",
              "cannot determine latest tag for policy: unable to determine latest version from provided list",
              since: $0)
          } ?? condition("Ready", "Succeeded", message, since: facts.moved)
        ],
        "latestImage": .string(latest),
        "latestRef": ["name": .string(facts.image), "tag": .string(facts.latest)],
        "observedPreviousImage": before.map(JSON.string) ?? .null,
        "observedPreviousRef": facts.previous.map {
          ["name": .string(facts.image), "tag": .string($0)]
        } ?? .null,
        "observedGeneration": 1,
      ])
  }

  private func automation(at now: APITime) -> Object {
    let (suspend, generation) = suspension(.imageUpdateAutomation, "flux-system")
    // The automation runs once per minute, on the minute.
    let end = automationStopped ?? lastWork(of: "image-automation-controller", at: now)
    let lastRun = automationStopped ?? end.advanced(seconds: -Int(end.microseconds / 1_000_000 % 60))
    let seesLatest = [OngoingFault.markerMissing, .pushNotFetched, .rolloutHeld].contains {
      ongoingFaults[$0] != nil
    }
    let pushedCommit = ongoingFaults[.pushLost] == nil ? commit.sha : Hash.hex("lost push", digits: 40)
    let pushed = ongoingFaults[.pushNotFetched] ?? commit.at
    let refusals: [(since: APITime?, words: String)] = [
      (ongoingFaults[.pushRefused], "command error on refs/heads/main: protected branch hook declined"),
      (ongoingFaults[.pushForbidden], "authorization failed"),
    ]
    let refusal = refusals.compactMap { refusal in
      refusal.since.map {
        condition(
          "Ready", "False", "GitOperationFailed", "failed to push to remote: \(refusal.words)", since: $0)
      }
    }.first
    return Object(
      kind: .imageUpdateAutomation, namespace: Self.fluxNamespace, name: "flux-system",
      generation: generation,
      spec: [
        "interval": "1m0s", "sourceRef": ["kind": "GitRepository", "name": "flux-system"],
        "git": [
          "checkout": ["ref": ["branch": "main"]],
          "commit": ["author": ["email": "flux@oceanid.example", "name": "fluxcdbot"]],
          "push": ["branch": "main"],
        ],
        "update": ["path": "./clusters", "strategy": "Setters"], "suspend": suspend,
      ],
      status: [
        "conditions": [
          refusal
            ?? condition(
              "Ready", "Succeeded", "repository up-to-date", since: commit.at, generation: generation)
        ],
        "lastAutomationRunTime": .string(lastRun.time), "lastPushCommit": .string(pushedCommit),
        "lastPushTime": .string(pushed.time), "observedGeneration": .number(generation),
        "observedPolicies": .object(
          Dictionary(
            uniqueKeysWithValues: images.map {
              ($0.name, ["name": .string($0.image), "tag": .string(seesLatest ? $0.latest : $0.running)])
            })),
        "observedSourceRevision": .string(commit.revision),
      ])
  }
}

extension JSON {
  /// image.toolkit.fluxcd.io/v1beta1 does not have these fields, and the API server prunes unknown fields.
  var prunedToFirstImageAPI: JSON {
    var object = self
    for field in ["digestReflectionPolicy", "provider"] { object["spec"][field] = .null }
    for field in [
      "latestRef", "observedExclusionList", "observedPolicies", "observedPreviousImage",
      "observedPreviousRef", "observedSourceRevision",
    ] { object["status"][field] = .null }
    if object["status"]["lastScanResult"] != .null {
      object["status"]["lastScanResult"]["latestTags"] = .null
    }
    return object
  }
}
