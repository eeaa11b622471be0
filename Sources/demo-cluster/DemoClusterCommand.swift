internal import ArgumentParser
internal import DemoCluster
internal import Dispatch
internal import Glibc

@main
struct DemoClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo-cluster",
    abstract: "A Kubernetes API on loopback that shows the Oceanid cluster.",
    discussion: """
      Makes throw-away certificates in a folder, writes FOLDER/kubeconfig and FOLDER/port, and serves until \
      SIGTERM. Each line on standard input is a fault: node-not-ready calypso, node-ready calypso, \
      policy-moved cert-manager v1.18.3, rollout cert-manager, answers-wrong status:503 /apis, answers-right, \
      begins push-refused, ends push-refused, healed …
      """)

  @Option(help: "Folder for certificates, kubeconfig and port.")
  var folder: String

  @Option(help: "Port on 127.0.0.1; 0 for any free one.")
  var port = 0

  @Flag(help: "Play the demo's story in a loop.")
  var scenes = false

  @Option(help: "Seconds between two scenes.")
  var pause: UInt32 = 20

  @Option(help: "So many more nodes.")
  var nodes = 0

  @Option(help: "So many more Kustomizations.")
  var kustomizations = 0

  @Option(help: "These Kustomizations fail, each with a text of so many characters.")
  var failing: Int?

  @Option(help: "Start as a real API server does, which takes so many seconds.")
  var starting: Int?

  @Flag(help: "End when standard input ends.")
  var attached = false

  func run() throws {
    let signals = blockSignals()
    let crowd =
      nodes + kustomizations > 0
      ? Crowd(nodes: nodes, kustomizations: kustomizations, failureLength: failing) : nil
    let cluster = try DemoCluster.start(
      certificates: try Certificates.make(in: folder), port: port, with: crowd)
    if let starting { cluster.apply(.restarts(seconds: starting)) }
    try cluster.writeFolder(folder)
    say("serving https://127.0.0.1:\(cluster.port)")
    readFaults(for: cluster)
    if scenes { play(on: cluster) }
    wait(for: signals)
    cluster.stop()
  }

  /// Signals wait for `sigwait`; set before the first thread starts, so that all threads inherit it.
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

  private func readFaults(for cluster: DemoCluster) {
    let isAttached = attached
    DispatchQueue(label: "faults").async { @Sendable in
      while let line = readLine() {
        do {
          cluster.apply(try Fault(line: line))
          say("done: \(line)")
        } catch {
          say("refused: \(error)")
        }
      }
      if isAttached { kill(getpid(), SIGTERM) }
    }
  }

  private func play(on cluster: DemoCluster) {
    let pause = pause
    DispatchQueue(label: "scenes").async { @Sendable in
      while true {
        for scene in Scene.story {
          sleep(pause)
          cluster.apply(scene.fault)
          say("scene: \(scene.title)")
        }
      }
    }
  }
}

/// A line on standard output, at once: `print` would keep it back while output is a pipe.
private func say(_ line: String) {
  let bytes = Array((line + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}
