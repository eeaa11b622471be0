internal import Dispatch
internal import Glibc
package import GuardAPI
internal import GuardCluster
internal import GuardConfiguration
internal import GuardState
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import Kubernetes
internal import Platform
internal import Synchronization
package import Tunnel

/// Tests the connection to each cluster once, step by step. It binds no port and stores nothing, so it does not disturb
/// a running guard.
package struct ConnectionDiagnosis {
  /// The extent of the tests.
  package enum Extent: Sendable {
    case everything
    /// The tests that no running guard can make: the login of this process's user, the ports and programs of this
    /// machine, and the user's shell.
    case besideGuard
  }

  private let environment: LocalEnvironment
  /// True if the user's service manager runs the guard of this configuration; nil if there is no file.
  private var isUserGuard: Bool?
  private let configurationPath: String?
  private let extent: Extent
  private let report: (FindingDocument) -> Void

  /// The time limit for a login, including all hops.
  static let timeLimit: Duration = .seconds(20)

  /// - Parameters:
  ///   - configurationPath: nil selects the first default path that has a configuration.
  ///   - report: called with each finding as soon as it is made.
  package init(
    environment: LocalEnvironment, configurationPath: String?, extent: Extent,
    report: @escaping (FindingDocument) -> Void
  ) {
    self.environment = environment
    self.configurationPath = configurationPath
    self.extent = extent
    self.report = report
  }

  /// Examines the configuration, every cluster and the user's shell.
  package mutating func run() {
    let configuration: Configuration
    do throws(ConfigurationErrors) {
      configuration = try Configuration.load(path: configurationPath)
    } catch {
      for mistake in error.errors.prefix(5) {
        report(
          FindingDocument(
            "configuration", .failed, "\(mistake)",
            next: NextStep(command: ConfigurationStatus.check(mistake.file))))
      }
      return
    }
    if let file = configuration.file, let flawed = warning(aboutWritersOf: file) { report(flawed) }
    report(finding(of: configuration))
    // A file of the user is the one of the user's own guard.
    isUserGuard = configuration.file.map { $0.hasPrefix("\(environment.home)/") }
    report(FindingDocument("libraries", .ok, LinkedLibraries.text))
    if extent == .everything { checkUser(configuration) }
    var here: Set<String> = []
    for cluster in configuration.clusters where examine(cluster) { here.insert(cluster.name) }
    examineShell(configuration, here: here)
  }

  /// A user who can change guard.yaml can have the guard run a program, as root if that is the guard's user.
  private func warning(aboutWritersOf file: String) -> FindingDocument? {
    guard let writer = OtherWriter(of: file) else { return nil }
    return FindingDocument(
      "configuration", .warning,
      "\(file) can be changed by another user, who can name programs in it: \(writer.reason)",
      next: NextStep(command: writer.command))
  }

  /// Without a file and without a running guard, none is set up. The first failed step is that.
  private func finding(of configuration: Configuration) -> FindingDocument {
    let names = configuration.clusters.map(\.name).joined(separator: ", ")
    if configuration.file == nil, extent == .everything {
      return FindingDocument(
        "configuration", .failed,
        "no guard is set up: there is no guard.yaml; the steps below are for \(names)",
        next: PortFindings.setup)
    }
    return FindingDocument(
      "configuration", .ok, "\(configuration.file ?? "no file, so the built-in values"): \(names)")
  }

  /// Keys and files are looked up for the user that runs the diagnosis, which may not be the service's user.
  private func checkUser(_ configuration: Configuration) {
    guard configuration.file?.hasPrefix("/etc/") == true, let service = UserAccount(named: "oceanid")?.uid,
      geteuid() != service
    else { return }
    report(
      FindingDocument(
        "user", .warning,
        "you are \(environment.localUser): keys and files below are yours, not the service's",
        next: NextStep(command: "sudo -u oceanid oceanid-ctl doctor")))
  }

  // MARK: - A cluster

  /// - Returns: true if the SSH server of the cluster is or may be this machine. If a guard runs, a failed login leaves
  ///   it unknown.
  private func examine(_ cluster: Configuration.Cluster) -> Bool {
    // Only the service has the credentials.
    if extent == .besideGuard, environment.credentialsDirectory == nil, !cluster.credentials.isEmpty {
      report(
        FindingDocument(
          "login", of: cluster.name, .skipped,
          "its credentials (\(cluster.credentials.joined(separator: ", "))) are the service's alone"))
      reportPorts(cluster)
      return true
    }
    let way = resolve(cluster)
    let refusal = Refusal()
    guard let tunnel = start(cluster, refusal) else { return false }
    defer { _ = tunnel.stop(timeout: .seconds(2)) }
    if case .success = way { waitForEnd(of: tunnel) }
    let status = tunnel.status
    var findings = TunnelFindings.findings(cluster: cluster.name, way: way, status: status)
    if let host = try? way.get().last {
      findings.insert(TunnelFindings.keys(cluster: cluster.name, host), at: findings.count - 1)
    }
    findings.forEach(report)
    reportPorts(cluster)

    let path = Result { () throws(PollFailure) in try cluster.kubernetes.file(in: environment) }
    let kubeconfig = path.flatMap { path in
      Result { () throws(PollFailure) in try Kubeconfig.load(path: path, context: cluster.kubernetes.context)
      }
    }
    report(KubeconfigFindings.own(cluster, kubeconfig, in: environment, now: .now))
    let isHere = TunnelFindings.isHere(status, isOwn: LocalAddress.includes)
    guard extent == .everything else { return isHere || status.state != .up }
    let access = ClusterAccess(cluster, tunnel: tunnel, environment: environment)
    let isWorthIt = status.state == .up && (try? kubeconfig.get()) != nil
    let poll = isWorthIt ? access.poll() : nil
    let target = (try? kubeconfig.get()).map { cluster.target(of: $0.server).description }
    ClusterFindings.findings(
      cluster: cluster.name, target: target ?? "", refusal: refusal.failure.withLock(\.self),
      expectsFlux: cluster.expect.fluxVersion != nil, poll: poll, now: .now
    ).forEach(report)
    return isHere
  }

  private func reportPorts(_ cluster: Configuration.Cluster) {
    for listen in cluster.tunnel.forwards.map(\.listen) {
      let holder: String? =
        if case .tcp(let place) = listen {
          PortListener.find(port: place.port, host: place.host)
        } else {
          nil
        }
      report(
        PortFindings.forward(
          listen, cluster: cluster.name, holder: holder,
          isTaken: holder != nil || ConnectionDiagnosis.answers(listen), isUserGuard: isUserGuard))
    }
  }

  private static func answers(_ listen: StreamAddress) -> Bool {
    switch listen {
    case .tcp(let place): PortListener.isListening(port: place.port, host: place.host)
    case .unix(let path): (try? StreamSocket.connect(toPath: path)) != nil
    }
  }

  private func resolve(_ cluster: Configuration.Cluster) -> Result<[Resolution], TunnelFailure> {
    let configuration = TunnelConfiguration(cluster.tunnel)
    return Result { () throws(TunnelFailure) in
      do throws(TunnelFailure) {
        return try Resolution.ask(configuration, environment: environment)
      } catch {
        throw error.completed(
          ssh: configuration.host.shellWord, host: configuration.host, asOwner: environment.asOwner)
      }
    }
  }

  /// The remote side's message about the target.
  private final class Refusal: Sendable {
    let failure = Mutex<TunnelFailure?>(nil)
  }

  private func start(_ cluster: Configuration.Cluster, _ refusal: Refusal) -> SSHTunnel? {
    var configuration = cluster.tunnel
    // A running guard uses the ports of the forwards.
    configuration.forwards = []
    do {
      return try SSHTunnel(
        name: cluster.name, configuration: TunnelConfiguration(configuration),
        internalTarget: cluster.tunnel.forwards.first?.target ?? Configuration.Forward.standard.target,
        environment: environment,
        observer: { event in
          guard case .targetRefused(let failure) = event else { return }
          refusal.failure.withLock { $0 = failure }
        })
    } catch {
      report(
        FindingDocument(
          "tunnel", of: cluster.name, .failed, "this machine gives no thread or descriptor: \(error)",
          next: NextStep(command: "ulimit -n -u", note: "check the limits")))
      return nil
    }
  }

  /// Waits until the tunnel is up or its first attempt failed.
  private func waitForEnd(of tunnel: SSHTunnel) {
    var end = MonotonicTime.now + ConnectionDiagnosis.timeLimit
    while MonotonicTime.now < end {
      let status = tunnel.status
      // An agent that asks a person has a limit of its own.
      if status.waitsFor != nil { end = MonotonicTime.now + ConnectionDiagnosis.timeLimit }
      if status.state == .up || status.lastFailure != nil { return }
      usleep(20_000)
    }
  }

  // MARK: - This machine

  /// - Parameter here: the clusters whose remote side is this machine.
  private func examineShell(_ configuration: Configuration, here: Set<String>) {
    let clusters = configuration.clusters
    let set = environment.variables["KUBECONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    let path = set ?? "\(environment.home)/.kube/config"
    if set != nil || SmallFile.exists(path) {
      let loaded = Result { () throws(PollFailure) in try Kubeconfig.load(path: path, context: nil) }
      report(KubeconfigFindings.shell(clusters, path: path, isSet: set != nil, loaded))
    }
    var listens: Set<UInt16> = []
    var targets: Set<UInt16> = []
    var farPorts: Set<UInt16> = []
    for cluster in clusters {
      for forward in cluster.tunnel.forwards {
        if case .tcp(let place) = forward.listen { listens.insert(place.port) }
        guard case .tcp(let place) = forward.target else { continue }
        targets.insert(place.port)
        if !here.contains(cluster.name) { farPorts.insert(place.port) }
      }
    }
    for port in farPorts.subtracting(listens).sorted() {
      let finding = PortFindings.farPort(
        port, here: clusters.first?.publicListen ?? "", holder: PortListener.find(port: port),
        isTaken: PortListener.isListening(port: port))
      finding.map(report)
    }
    PortFindings.oldTunnels(ProcessTable.all(), ports: listens.union(targets)).forEach(report)
  }
}
