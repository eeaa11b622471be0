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
      Creates temporary certificates in FOLDER, writes FOLDER/kubeconfig and FOLDER/port, and serves until \
      SIGTERM. Each line on standard input applies a fault, and `healed` reverts all of them: node-not-ready calypso, \
      policy-moved cert-manager v1.18.3 15, rollout cert-manager, answers-wrong status:503 /apis, answers-right, \
      begins push-refused, ends push-refused …

      Flux and its Git credentials: source-refused, begins source-forbidden, begins repository-not-found, \
      begins push-forbidden, begins push-lost, begins rollout-held.

      With --pipeline also commits: push cloud/ cluster/, automation-push, force-push, not-started 11, \
      image-tag cert-manager v1.18.3. Markers: marker WORD cert-manager, where WORD is one of missing, ignored, unknown, \
      other-namespace, suffix, wrong-kind, wrong-kind-tag, unwritten, broken, elsewhere or good.

      GitHub Actions: workflow-disabled manually, workflow-deleted, run-failed STEP, run-ended cancelled, \
      run-queued 11, run-pending 11, run-running 45, run-waiting production 70, run-again, pull-request, \
      list-stale, list-unsorted.

      Pulumi Deployments: deployment-failed STEP, deployment-queued 3, deployment-accepted 6, \
      deployment-running 45, deployment-skipped, preview, pool-offline 12, pool-gone, pools-forbidden, paused ada, \
      organization-paused, drift, applied-by-hand dirty.

      API access: token-refused github, token-expires 48, permission-missing actions, sso-required, \
      repository-hidden, renamed, rate-limited pulumi 60, secondary-limit 60, api-answers-wrong github hangs /, \
      api-answers-right, access-granted. Numbers are ages in minutes, for a limit in seconds, for a token in hours.
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
    help:
      "Give the additional nodes long names and bad conditions, and leave the additional Kustomizations terminating."
  )
  var heavy = false

  @Option(help: "Duration of a simulated start-up of the API server, in seconds.")
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
    let console = DemoConsole(cluster: cluster, pipeline: pipeline ? try .start(for: cluster) : nil)
    try console.pipeline?.writeFolder(folder)
    try cluster.writeFolder(folder)
    printLine("serving https://127.0.0.1:\(cluster.port)")
    readFaults(for: console)
    wait(for: signals)
    console.pipeline?.stop()
    cluster.stop()
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
