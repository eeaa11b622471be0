/// Problems of the cluster's nodes.
public enum NodeProblem: String, DeclaredProblem {
  case notReady = "node-not-ready"
  case missing = "node-missing"
  case leaseStale = "node-lease-stale"
  case cordoned = "node-cordoned"
  case noNodes = "nodes-none"
  case tainted = "node-tainted"
  case unexpected = "node-unexpected"
  case terminating = "node-terminating"
  case gpuLost = "node-gpu-lost"
  case devicesLost = "node-devices-lost"
  case versionSkew = "node-version-skew"
  case diskPressure = "node-disk-pressure"
  case memoryPressure = "node-memory-pressure"
  case pidPressure = "node-pid-pressure"
  case networkUnavailable = "node-network-unavailable"
  case etcdNotVoting = "node-etcd-not-voting"
  case kernelDeadlock = "node-kernel-deadlock"
  case condition = "node-condition"
  case certificatesExpiring = "node-certificates-expiring"

  public var declaration: ProblemDeclaration {
    switch self {
    case .notReady:
      ProblemDeclaration(
        .node, .critical, rank: .node, path: "node/<node>/not-ready", title: "node <node> is NotReady",
        meaning: "The node's kubelet reports that it is not ready, or has stopped reporting.",
        command: "kubectl describe node <node>", note: "on the node: systemctl status k3s k3s-agent")
    case .certificatesExpiring:
      ProblemDeclaration(
        .node, .warning, path: "node/<node>/certificates-expiring",
        title: "certificates of node <node> expire",
        meaning:
          """
          K3s renews the certificates of a node when it starts there, if they have 120 days left or less; this \
          event is the warning. Kubernetes keeps events for an hour, so a missing event proves nothing.
          """,
        command: "kubectl get events -A --field-selector reason=CertificateExpirationWarning",
        note:
          """
          on the node: k3s certificate check --output table; then restart k3s (or k3s-agent) there, and copy the \
          kubeconfig again
          """
      )
    case .missing:
      ProblemDeclaration(
        .node, .critical, rank: .node, path: "node/<node>/missing", title: "node <node> is missing",
        meaning:
          "guard.yaml expects the node (expect.nodes or expect.gpu), and the cluster does not list it.",
        command: "kubectl get nodes",
        note:
          "on the node: systemctl status k3s-agent; if it is gone for good, remove it from expect.nodes and expect.gpu"
      )
    case .noNodes:
      ProblemDeclaration(
        .node, .critical, rank: .node, path: "node/none", title: "the cluster has no node",
        meaning: "The API server answers, and its list of nodes is empty. No pod can run.",
        command: "kubectl get nodes",
        note:
          "on the server: systemctl status k3s; a node that was deleted joins again when its k3s or k3s-agent starts"
      )
    case .tainted:
      ProblemDeclaration(
        .node, .warning, path: "node/<node>/taint", title: "node <node> has taint <taint>",
        meaning:
          """
          The node is Ready, and a taint keeps pods away from it: it was taken out of service, its cloud \
          controller has not initialized it, or an agent of the network or storage has not run there for five \
          minutes. Taints for certain kinds of pods, as on control planes and nodes with GPUs, are not a problem.
          """,
        command: "kubectl describe node <node>",
        note: "find out who set the taint; an out-of-service taint stays until it is removed manually")
    case .leaseStale:
      ProblemDeclaration(
        .node, .warning, rank: .node, path: "node/<node>/lease-stale",
        title: "node <node> has stopped renewing its lease",
        meaning:
          """
          The node's kubelet has not renewed its Lease for more than 30 s. The cluster will soon mark the node \
          NotReady.
          """,
        command: "kubectl -n kube-node-lease get lease <node> -o yaml",
        note: "on the node: systemctl status k3s k3s-agent")
    case .cordoned:
      ProblemDeclaration(
        .node, .warning, path: "node/<node>/cordoned", title: "node <node> is cordoned",
        meaning: "The node was cordoned or drained: no new pods are scheduled on it.",
        command: "kubectl describe node <node>", note: "it stays so until it is uncordoned")
    case .unexpected:
      ProblemDeclaration(
        .node, .warning, path: "node/<node>/unexpected", title: "node <node> is not expected",
        meaning: "The cluster has a node that expect.nodes of guard.yaml does not list.",
        command: "kubectl describe node <node>", note: "add it to expect.nodes, or find out who joined it")
    case .terminating:
      ProblemDeclaration(
        .node, .warning, path: "node/<node>/terminating", title: "node <node> has been terminating for <age>",
        meaning: "The node was deleted, and a finalizer keeps it.", command: "kubectl describe node <node>",
        note: "find out what its finalizers wait for")
    case .gpuLost:
      ProblemDeclaration(
        .node, .warning, rank: .node, path: "node/<node>/gpu-lost",
        title: "node <node> offers <offered> of <wanted> GPUs",
        meaning:
          """
          The node offers fewer GPUs than expect.gpu requires (critical), or than its own labels and capacity \
          count (a warning).
          """,
        command: "kubectl describe node <node>", note: "on the node: <tool>")
    case .devicesLost:
      ProblemDeclaration(
        .node, .warning, rank: .node, path: "node/<node>/devices-lost",
        title: "node <node> does not offer <devices>",
        meaning:
          """
          The node counts devices of a vendor (an extended resource such as furiosa.ai/npu) in its capacity, and \
          none of them can be allocated: the device plugin is not running, or reports all of them as unhealthy.
          """,
        command: "kubectl describe node <node>", note: "look at the pod of the device plugin on that node")
    case .versionSkew:
      ProblemDeclaration(
        .node, .warning, path: "node/<node>/version-skew",
        title: "node <node> runs <version>, and the API server <server>",
        meaning:
          """
          The kubelet is newer than the API server, or more than three minor releases older. Kubernetes supports \
          neither.
          """,
        command: "kubectl get nodes -o wide",
        note: "upgrade the older one: https://kubernetes.io/releases/version-skew-policy")
    case .diskPressure:
      NodeProblem.declared(
        "node/<node>/DiskPressure",
        "The node is short of disk space. The kubelet evicts pods and schedules none.",
        note: "on the node: df -h; crictl images")
    case .memoryPressure:
      NodeProblem.declared(
        "node/<node>/MemoryPressure", "The node is short of memory. The kubelet evicts pods.",
        note: "what uses it: kubectl top pods -A --sort-by=memory")
    case .pidPressure:
      NodeProblem.declared(
        "node/<node>/PIDPressure", "The node is short of process ids.",
        note: "on the node: ps -eLf | wc -l")
    case .networkUnavailable:
      NodeProblem.declared(
        "node/<node>/NetworkUnavailable", "The pod network of the node is not set up.",
        note: "look at the pods of the network plugin on that node")
    case .etcdNotVoting:
      NodeProblem.declared(
        "node/<node>/EtcdIsVoter",
        "The etcd member on this server node does not vote. K3s gives the reason in the condition.",
        rank: .dependent,
        note: "on the node: journalctl -u k3s -n 200 | grep -i etcd")
    case .kernelDeadlock:
      NodeProblem.declared(
        "node/<node>/KernelDeadlock",
        "node-problem-detector found in the kernel's log that tasks hang. The node seldom recovers without a reboot.",
        note: "on the node: journalctl -k -n 200")
    case .condition:
      NodeProblem.declared(
        "node/<node>/<condition>",
        """
        A condition of the node is in its bad state. The last part of the id is the condition's type; its reason \
        and message say more.
        """,
        rank: .dependent,
        note: "the condition's reason says what set it")
    }
  }

  /// The problem for a type of condition; `condition` for a type without a case of its own.
  init(condition type: String) {
    let path = "node/<node>/\(type)"
    self = Self.allCases.first { $0.declaration.path.description == path } ?? .condition
  }

  private static func declared(
    _ path: Pattern, _ meaning: String, rank: Problem.Rank = .node, note: Pattern? = nil
  ) -> ProblemDeclaration {
    ProblemDeclaration(
      .node, .warning, rank: rank, path: path, title: "node <node> has <state>", meaning: meaning,
      command: "kubectl describe node <node>", note: note)
  }
}
