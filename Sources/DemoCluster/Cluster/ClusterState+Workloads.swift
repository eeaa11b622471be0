/// The demo's workloads: Flux controllers, cert-manager, cloudflared and those of k3s.
extension ClusterState {
  var fluxControllers: [String] {
    [
      "helm-controller", "image-automation-controller", "image-reflector-controller", "kustomize-controller",
      "notification-controller", "source-controller",
    ]
  }

  /// The image tags of the controllers in Flux 2.6.4.
  private static let controllerTags = [
    "helm-controller": "v1.3.0", "image-automation-controller": "v0.41.2",
    "image-reflector-controller": "v0.35.2", "kustomize-controller": "v1.6.1",
    "notification-controller": "v1.6.0", "source-controller": "v1.6.2",
  ]

  func deploymentObjects() -> [Object] {
    let release = ongoingFaults.keys.compactMap { fault -> String? in
      if case .fluxVersion(let version) = fault { version } else { nil }
    }.first
    let flux = fluxControllers.filter { ongoingFaults[.controllerMissing($0)] == nil }.map { name in
      deployment(
        Self.fluxNamespace, name, "ghcr.io/fluxcd/\(name):\(Self.controllerTags[name] ?? "")",
        labels: [
          "app.kubernetes.io/component": name, "app.kubernetes.io/instance": Self.fluxNamespace,
          "app.kubernetes.io/part-of": "flux", "app.kubernetes.io/version": release ?? Self.fluxVersion,
        ])
    }
    let certManager = ["controller", "cainjector", "webhook"].map { part in
      deployment(
        "cert-manager", part == "controller" ? "cert-manager" : "cert-manager-\(part)",
        "quay.io/jetstack/cert-manager-\(part):\(certManagerVersion)",
        labels: [
          "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/version": certManagerVersion,
          "helm.toolkit.fluxcd.io/name": "cert-manager", "helm.toolkit.fluxcd.io/namespace": "cert-manager",
        ],
        since: image(named: "cert-manager")?.rolledOut, revision: image(named: "cert-manager")?.release)
    }
    let cloudflared = image(named: "cloudflared")
    return flux + certManager + [
      deployment(
        "cloudflared", "cloudflared", "docker.io/cloudflare/cloudflared:\(cloudflared?.running ?? "")",
        replicas: 2,
        labels: [
          "app.kubernetes.io/name": "cloudflared", "kustomize.toolkit.fluxcd.io/name": "apps",
          "kustomize.toolkit.fluxcd.io/namespace": Self.fluxNamespace,
        ], since: cloudflared?.rolledOut, revision: cloudflared?.release),
      deployment("kube-system", "coredns", "rancher/mirrored-coredns-coredns:1.12.3"),
      deployment("kube-system", "local-path-provisioner", "rancher/local-path-provisioner:v0.0.31"),
      deployment("kube-system", "metrics-server", "rancher/mirrored-metrics-server:v0.8.0"),
      deployment(
        "pulumi-system", "pulumi-kubernetes-operator", "docker.io/pulumi/pulumi-kubernetes-operator:v2.2.0"),
    ]
  }

  private func deployment(
    _ namespace: String, _ name: String, _ image: String, replicas: Int = 1, labels: [String: String] = [:],
    since: APITime? = nil, revision: Int? = nil
  ) -> Object {
    let facts = WorkloadFacts(kind: .deployment, namespace: namespace, name: name, image: image)
    let full = replicas
    let replicas = ongoingFaults[.scaledToZero("\(namespace)/\(name)")] == nil ? full : 0
    let down = outage(of: facts)
    let ready = replicas == 0 ? 0 : pods(of: facts, replicas: replicas).count(where: \.isReady)
    let since = since ?? settled
    let stuck = ongoingFaults[.rolloutStuck("\(namespace)/\(name)")]
    return Object(
      kind: .deployment, namespace: namespace, name: name, labels: labels,
      generation: revision ?? 1,
      annotations: ["deployment.kubernetes.io/revision": "\(revision ?? 1)"],
      spec: [
        "replicas": .number(replicas), "progressDeadlineSeconds": 600, "revisionHistoryLimit": 10,
        "selector": ["matchLabels": ["app": .string(name)]], "strategy": ["type": "RollingUpdate"],
        "template": template(name, image),
      ],
      status: [
        "availableReplicas": ready == 0 ? .null : .number(ready),
        "readyReplicas": ready == 0 ? .null : .number(ready),
        "unavailableReplicas": ready == replicas ? .null : .number(replicas - ready),
        "replicas": .number(replicas), "updatedReplicas": .number(stuck == nil ? replicas : 0),
        "observedGeneration": .number(revision ?? 1),
        "conditions": [
          stuck.map {
            condition(
              "Progressing", "False", "ProgressDeadlineExceeded",
              "ReplicaSet \"\(facts.replicaSet)\" has timed out progressing.", since: $0, generation: nil)
          }
            ?? condition(
              "Progressing", "NewReplicaSetAvailable",
              "ReplicaSet \"\(facts.replicaSet)\" has successfully progressed.", since: since,
              generation: nil),
          ready > 0 || replicas == 0
            ? condition(
              "Available", "MinimumReplicasAvailable", "Deployment has minimum availability.", since: since,
              generation: nil)
            : condition(
              "Available", "False", "MinimumReplicasUnavailable",
              "Deployment does not have minimum availability.", since: down ?? since, generation: nil),
        ],
      ])
  }

  func statefulSetObjects() -> [Object] {
    let down = downWorkloads["monitoring/victoria-metrics"] != nil
    let revision = "victoria-metrics-\(Hash.hex("victoria-metrics", digits: 10))"
    return [
      Object(
        kind: .statefulSet, namespace: "monitoring", name: "victoria-metrics",
        spec: [
          "replicas": 1, "serviceName": "victoria-metrics", "updateStrategy": ["type": "RollingUpdate"],
          "selector": ["matchLabels": ["app": "victoria-metrics"]],
          "template": template("victoria-metrics", "docker.io/victoriametrics/victoria-metrics:v1.124.0"),
        ],
        status: [
          "availableReplicas": .number(down ? 0 : 1), "readyReplicas": down ? .null : 1,
          "currentReplicas": 1, "replicas": 1, "updatedReplicas": 1,
          "currentRevision": .string(revision), "updateRevision": .string(revision),
          "observedGeneration": 1, "collisionCount": 0,
        ])
    ]
  }

  /// The node controller marks the pods on a lost node as not ready.
  func daemonSetObjects() -> [Object] {
    let there = nodes.filter(\.exists)
    return [
      daemonSet(
        "kube-system", "nvidia-device-plugin", "nvcr.io/nvidia/k8s-device-plugin:v0.17.3",
        on: there.filter { $0.gpus > 0 }),
      daemonSet("monitoring", "node-exporter", "quay.io/prometheus/node-exporter:v1.9.1", on: there),
    ]
  }

  private func daemonSet(_ namespace: String, _ name: String, _ image: String, on nodes: [NodeFacts])
    -> Object
  {
    let isDown = downWorkloads["\(namespace)/\(name)"] != nil
    let ready = isDown ? 0 : nodes.count(where: \.isReady)
    return Object(
      kind: .daemonSet, namespace: namespace, name: name,
      spec: [
        "selector": ["matchLabels": ["app": .string(name)]], "template": template(name, image),
        "updateStrategy": ["type": "RollingUpdate"],
      ],
      status: [
        "currentNumberScheduled": .number(nodes.count), "desiredNumberScheduled": .number(nodes.count),
        "updatedNumberScheduled": .number(nodes.count), "numberMisscheduled": 0,
        "numberReady": .number(ready), "numberAvailable": ready == 0 ? .null : .number(ready),
        "numberUnavailable": ready == nodes.count ? .null : .number(nodes.count - ready),
        "observedGeneration": 1,
      ])
  }

  private func template(_ name: String, _ image: String) -> JSON {
    [
      "metadata": ["labels": ["app": .string(name)]],
      "spec": ["containers": [["name": .string(name), "image": .string(image)]]],
    ]
  }
}
