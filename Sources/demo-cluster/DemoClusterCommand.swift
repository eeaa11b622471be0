internal import ArgumentParser
internal import DemoCluster
internal import DemoPipeline
internal import Dispatch
internal import Glibc

@main
struct DemoClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo-cluster",
    abstract: "Serve a simulated Oceanid cluster's Kubernetes API on loopback.",
    discussion: """
      Makes throw-away certificates in a folder, writes FOLDER/kubeconfig and FOLDER/port, and serves until \
      SIGTERM. Each line on standard input is a fault: node-not-ready calypso, node-ready calypso, \
      policy-moved cert-manager v1.18.3, rollout cert-manager, answers-wrong status:503 /apis, answers-right, \
      begins push-refused, ends push-refused, healed … With --pipeline also: push cloud/ cluster/, run-failed, \
      run-waiting production, workflow-disabled inactivity, pool-offline, deployment-failed, drift, \
      token-refused github, force-push …
      """)

  @Option(help: "Folder for certificates, kubeconfig and port.")
  var folder: String

  @Option(help: "Port on 127.0.0.1; 0 selects a free port.")
  var port = 0

  @Option(help: "Number of additional nodes.")
  var nodes = 0

  @Option(help: "Number of additional Kustomizations.")
  var kustomizations = 0

  @Option(help: "Length of the failure message of each additional Kustomization.")
  var failing: Int?

  @Flag(
    help: "Give the additional nodes long names and bad conditions, and delete the additional Kustomizations."
  )
  var heavy = false

  @Option(help: "Seconds that a simulated start-up of the API server takes.")
  var starting: Int?

  @Flag(
    help: "Also serve a simulated GitHub and Pulumi Cloud; writes FOLDER/github.url, github.token and so on.")
  var pipeline = false

  @Flag(help: "Exit when standard input ends.")
  var attached = false

  func run() throws {
    let signals = blockSignals()
    let extra =
      nodes + kustomizations > 0
      ? ExtraObjects(nodes: nodes, kustomizations: kustomizations, failureLength: failing, areHeavy: heavy)
      : nil
    let cluster = try DemoCluster.start(
      certificates: try Certificates.make(in: folder), port: port, with: extra)
    if let starting { cluster.apply(.restarts(seconds: starting)) }
    let console = DemoConsole(cluster: cluster, pipeline: pipeline ? try startPipeline(for: cluster) : nil)
    try console.pipeline?.writeFolder(folder)
    try cluster.writeFolder(folder)
    printLine("serving https://127.0.0.1:\(cluster.port)")
    readFaults(for: console)
    wait(for: signals)
    console.pipeline?.stop()
    cluster.stop()
  }

  /// A pipeline whose newest commit is the one that the cluster runs.
  private func startPipeline(for cluster: DemoCluster) throws -> DemoPipeline {
    let (sha, parent) = cluster.commit
    return try DemoPipeline.start(
      head: sha, previous: parent,
      images: cluster.images.map { Markers.Image(policy: $0.policy, name: $0.name, tag: $0.tag) })
  }

  /// Blocks the signals for `sigwait`, before the first thread starts, so that all threads inherit the mask.
  private func blockSignals() -> sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return signals
  }

  private func wait(for signals: sigset_t) {
    var signals = signals
    var signal: Int32 = 0
    while sigwait(&signals, &signal) != 0 {}
  }

  private func readFaults(for console: DemoConsole) {
    let isAttached = attached
    DispatchQueue(label: "faults").async { @Sendable in
      while let line = readLine() {
        do {
          try console.apply(line)
          printLine("done: \(line)")
        } catch {
          printLine("refused: \(error)")
        }
      }
      if isAttached { kill(getpid(), SIGTERM) }
    }
  }
}

/// Writes a line to standard output without buffering, unlike `print` on a pipe.
private func printLine(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}
