import ArgumentParser
import Glibc
import GuardAPI
import GuardClientDoctor
import GuardConnection
import GuardHistory
import GuardSetup
import GuardTerminal
import SystemJournal

struct DoctorCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check each step of the connection to the cluster and name the first that fails.",
    discussion: """
      It asks the running guard how it sees each step, with its user, keys, credentials, agent and files, and compares \
      that with your own login: what works for you may not work for the service, and the reverse. Without a guard it \
      takes all steps itself, with your rights, keys and files: it reads the configuration and ssh_config, resolves the \
      address, connects, verifies the host key, logs in, reaches the API through SSH and sends every request that the \
      guard sends. Then it checks local ports, old ssh processes, the KUBECONFIG of your shell, the control socket and \
      the journal. It changes nothing, ends no process and does not disturb the guard.

      Exit status: 0 no problem, 1 warnings, 2 a step failed or the guard's verdict is critical.

      Examples:
        oceanid-ctl doctor
        sudo oceanid-ctl doctor                          also names programs of other users
        oceanid-ctl doctor --config ./guard.yaml --json | jq '.findings[] | select(.outcome == "failed")'
      """)

  @Option(
    help: ArgumentHelp(
      "Check this configuration file, and not the one of the running guard.", valueName: "file"),
    completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The program oceanid-guard (default: beside oceanid-ctl, or in PATH).", valueName: "path"),
    completion: .file())
  var `guard`: String?

  @OptionGroup var format: FormatOption

  @OptionGroup var options: ReadOptions

  func run() throws {
    let connection = options.connection.client
    let status = Result { () throws(ClientError) in try connection.status() }
    let steps = steps(connection, try? status.get())
    let socket = ClientFindings.socket(connection.socket, status)
    // The step that comes first is the cause: a guard that hangs is set up.
    let hangs = if case .failure(let error) = status { !error.isOfNoGuard } else { false }
    var findings = hangs ? socket + ClientFindings.besideGuard(steps) : steps + socket
    findings.append(ClientFindings.journal(Self.journalFailure(connection.socket)))
    if let cluster = options.cluster {
      let known = Set(findings.compactMap(\.cluster))
      guard known.contains(cluster) else { throw NoSuchCluster(name: cluster, known: known.sorted()) }
      findings.removeAll { $0.cluster != nil && $0.cluster != cluster }
    }
    let document = DoctorDocument(findings)
    if format.isDocument(json: options.json) {
      try StandardOutput.answer(format.text(document))
    } else {
      let terminal = Terminal.standardOutput()
      try StandardOutput.answer(DoctorPage.page(document, terminal).text(for: terminal))
    }
    throw ExitCode(document.outcome == .failed ? 2 : document.outcome == .warning ? 1 : 0)
  }

  /// The guard's view compared with the caller's, or the caller's alone.
  private func steps(_ connection: DaemonClient, _ status: StatusDocument?) -> [FindingDocument] {
    let program = GuardProgram(named: `guard`)
    guard let status, isOfGuard(status.configuration?.file) else {
      return program.examine(configuration: config, isBesideGuard: false)
    }
    do throws(ClientError) {
      let view = try connection.guardView()
      let own = program.examine(
        configuration: config ?? view.configuration, isBesideGuard: true)
      return Comparison(view: view, own: own, clusters: status.clusters, caller: .current).findings
    } catch {
      let own = program.examine(configuration: config ?? status.configuration?.file, isBesideGuard: false)
      return ClientFindings.besideGuard(own) + [ClientFindings.missingView(error, connection.socket)]
    }
  }

  /// True if the file to check is the configuration of the running guard.
  private func isOfGuard(_ file: String?) -> Bool {
    guard let config else { return true }
    func place(_ path: String) -> String {
      guard let place = realpath(path, nil) else { return path }
      defer { free(place) }
      return String(cString: place)
    }
    return file.map { place($0) == place(config) } ?? false
  }

  private static func journalFailure(_ socket: SocketPath) -> JournalError? {
    do throws(JournalError) {
      _ = try JournalReader(
        socket.isUserUnit
          ? .userUnit(HistoryReading.unit, uid: getuid()) : .systemUnit(HistoryReading.unit),
        identifier: Product.daemon)
      return nil
    } catch {
      return error
    }
  }
}
