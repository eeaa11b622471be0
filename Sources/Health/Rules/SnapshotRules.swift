// A snapshot as a whole: part by part when it is fresh, as a memory without verdicts when it is not.
extension Judgement {
  mutating func judge(_ snapshot: Snapshot) {
    skew = observation.clockSkew
    // A cause comes before what it brings about.
    judgeNodes(snapshot)
    judgeSecrets(snapshot)
    gatherPods(snapshot)
    judgeWorkloads(snapshot)
    judgeFlux(snapshot)
    judgeImages(snapshot)
    judgeCertificates(snapshot)
    judgeStacks(snapshot)
    judgePods(snapshot)
  }

  /// What was last seen stays, and says of nothing how it is now.
  mutating func remember(_ snapshot: Snapshot) {
    func unknown<Value>(_ value: Value) -> Judged<Value> {
      Judged(
        value: value, verdict: .unknown, status: .unknown, reason: "Stale",
        message: "last seen at \(snapshot.serverTime)")
    }
    nodes = (snapshot.nodes.value ?? []).map {
      NodeReport(
        node: $0, verdict: .unknown, status: Judgement.statusColumn($0),
        isExpected: expectations.nodes.isEmpty || expectations.nodes.contains($0.name))
    }
    flux = (snapshot.flux.value ?? []).map(unknown)
    policies = (snapshot.imagePolicies.value ?? []).map {
      ImagePolicyReport(policy: unknown($0), running: nil, isBehind: nil)
    }
    repositories = (snapshot.imageRepositories.value ?? []).map(unknown)
    automations = (snapshot.imageUpdateAutomations.value ?? []).map(unknown)
    workloads = shownWorkloads(snapshot).map(unknown)
    certificates = (snapshot.certificates.value ?? []).map(unknown)
    stacks = (snapshot.stacks.value ?? []).map(unknown)
    secrets = snapshot.secrets.value ?? []
    pods = snapshot.pods.value.map { report($0) }
  }
}
