/// The state of one node of the demo.
struct NodeFacts: Sendable {
  let name: String
  let address: String
  /// Label suffixes after `node-role.kubernetes.io/`.
  let roles: [String]
  /// Number of GPUs in the machine.
  let gpus: Int
  var allocatableGPUs: Int
  /// Number of images that its kubelet lists.
  var images = 0
  var kubeletVersion = ClusterState.kubernetesVersion
  /// False if the kubelet has stopped reporting.
  var isReady = true
  var since: APITime
  var isCordoned = false
  /// False if the node was deleted.
  var exists = true
  /// The time of the last Lease renewal; nil while the Lease is renewed.
  var leaseStopped: APITime?

  static func oceanid(since: APITime) -> [NodeFacts] {
    [
      NodeFacts(
        name: "calypso", address: "10.0.0.3", roles: [], gpus: 1, allocatableGPUs: 1, since: since),
      NodeFacts(
        name: "srv712429", address: "10.0.0.1", roles: ["control-plane", "master"], gpus: 0,
        allocatableGPUs: 0, since: since),
      NodeFacts(name: "srv712695", address: "10.0.0.2", roles: [], gpus: 0, allocatableGPUs: 0, since: since),
    ]
  }
}

extension ClusterState {
  /// The listed nodes, including unexpected ones.
  var presentNodes: [NodeFacts] {
    let joined = ongoingFaults.compactMap { fault, since -> NodeFacts? in
      guard case .nodeJoined(let name) = fault else { return nil }
      return NodeFacts(
        name: name, address: "10.0.0.99", roles: [], gpus: 0, allocatableGPUs: 0, since: since)
    }
    return nodes.filter(\.exists) + joined
  }

  private func kubeletVersion(of node: NodeFacts) -> String {
    for case .kubeletVersion(node.name, let version) in ongoingFaults.keys { return version }
    return node.kubeletVersion
  }

  func nodeObjects(at now: APITime) -> [Object] {
    presentNodes.map { node in
      Object(
        kind: .node, name: node.name, labels: labels(of: node), generation: nil,
        annotations: [
          "alpha.kubernetes.io/provided-node-ip": node.address, "k3s.io/hostname": node.name,
          "k3s.io/internal-ip": node.address,
          "k3s.io/node-args": node.roles.isEmpty ? #"["agent"]"# : #"["server"]"#,
        ],
        spec: spec(of: node), status: status(of: node, at: now))
    }
  }

  private func labels(of node: NodeFacts) -> [String: String] {
    var labels = [
      "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
      "kubernetes.io/os": "linux", "kubernetes.io/hostname": node.name,
      "node.kubernetes.io/instance-type": "k3s",
    ]
    for role in node.roles { labels["node-role.kubernetes.io/\(role)"] = "true" }
    if node.gpus > 0 {
      labels["nvidia.com/gpu.count"] = "\(node.gpus)"
      labels["nvidia.com/gpu.product"] = "NVIDIA-GeForce-RTX-4090"
    }
    return labels
  }

  private func spec(of node: NodeFacts) -> JSON {
    var taints: [JSON] = []
    if node.gpus > 0 { taints.append(["key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"]) }
    if node.isCordoned { taints.append(["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]) }
    if ongoingFaults[.nodeOutOfService(node.name)] != nil {
      taints.append([
        "key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute",
      ])
    }
    if !node.isReady {
      for effect in ["NoSchedule", "NoExecute"] {
        taints.append([
          "key": "node.kubernetes.io/unreachable", "effect": .string(effect),
          "timeAdded": .string(node.since.time),
        ])
      }
    }
    let number = node.address.split(separator: ".").last.map(String.init) ?? "0"
    return [
      "podCIDR": "10.42.\(number).0/24", "podCIDRs": ["10.42.\(number).0/24"],
      "providerID": "k3s://\(node.name)", "taints": taints.isEmpty ? .null : .array(taints),
      "unschedulable": node.isCordoned ? true : .null,
    ]
  }

  private func status(of node: NodeFacts, at now: APITime) -> JSON {
    var capacity: JSON = [
      "cpu": "8", "ephemeral-storage": "205374420Ki", "memory": "32872180Ki", "pods": "110",
    ]
    var allocatable = capacity
    if node.gpus > 0 {
      capacity["nvidia.com/gpu"] = "\(node.gpus)"
      allocatable["nvidia.com/gpu"] = "\(node.allocatableGPUs)"
    }
    return [
      "addresses": [
        ["type": "InternalIP", "address": .string(node.address)],
        ["type": "Hostname", "address": .string(node.name)],
      ],
      "allocatable": allocatable, "capacity": capacity,
      "conditions": .array(conditions(of: node, at: now)),
      "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]],
      "images": node.images == 0
        ? .null : .array((0..<node.images).map { Self.image($0, of: node.name) }),
      "nodeInfo": [
        "architecture": "amd64", "bootID": .string(Hash.uid("boot \(node.name)")),
        "containerRuntimeVersion": "containerd://2.0.5-k3s2", "kernelVersion": "6.8.0-71-generic",
        "kubeProxyVersion": "", "kubeletVersion": .string(kubeletVersion(of: node)),
        "machineID": .string(Hash.hex("machine \(node.name)", digits: 32)), "operatingSystem": "linux",
        "osImage": "Ubuntu 24.04.3 LTS", "systemUUID": .string(Hash.uid("system \(node.name)")),
      ],
    ]
  }

  private func conditions(of node: NodeFacts, at now: APITime) -> [JSON] {
    let quiet = [
      ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
      ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
      ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ]
    let all =
      quiet.map { ($0.0, "False", $0.1, $0.2) } + [
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status")
      ]
    let others = ongoingFaults.compactMap { fault, since -> JSON? in
      guard case .nodeCondition(node.name, let type, let status, let reason) = fault else { return nil }
      return condition(type, status, reason, "", since: since, generation: nil)
    }
    return others + extraConditions(of: node)
      + all.map { type, status, reason, message -> JSON in
        if let since = ongoingFaults[.nodePressure(node.name, type: type)] {
          return condition(type, "KubeletHas\(type)", "kubelet has \(type)", since: since, generation: nil)
        }
        return [
          "type": .string(type), "status": .string(node.isReady ? status : "Unknown"),
          "reason": .string(node.isReady ? reason : "NodeStatusUnknown"),
          "message": .string(node.isReady ? message : "Kubelet stopped posting node status."),
          "lastTransitionTime": .string(node.since.time),
          // The kubelet posts its status every five minutes; only the Lease is renewed every ten seconds.
          "lastHeartbeatTime": .string((node.isReady ? now.advanced(seconds: -120) : node.since).time),
        ]
      }
  }

  func leaseObjects(at now: APITime) -> [Object] {
    let kubelets = presentNodes.map { node in
      let renewed =
        node.leaseStopped ?? (node.isReady ? now.advanced(seconds: -3) : node.since.advanced(seconds: -50))
      return Object(
        kind: .lease, namespace: "kube-node-lease", name: node.name, generation: nil,
        spec: [
          "holderIdentity": .string(node.name), "leaseDurationSeconds": 40,
          "renewTime": .string(renewed.microTime),
        ])
    }
    let leaders = fluxControllers.map { controller in
      Object(
        kind: .lease, namespace: Self.fluxNamespace, name: "\(controller)-leader-election", generation: nil,
        spec: [
          "holderIdentity": .string("\(controller)-\(Hash.hex(controller, digits: 10))"),
          "leaseDurationSeconds": 35, "leaseTransitions": 2,
          "acquireTime": .string(settled.microTime),
          "renewTime": .string(lastWork(of: controller, at: now).advanced(seconds: -4).microTime),
        ])
    }
    return kubelets + leaders
  }
}
