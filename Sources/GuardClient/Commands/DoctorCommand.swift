import ArgumentParser
import Glibc
import GuardAPI
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
      It needs no running guard and does not disturb one. With your rights, keys and files it reads the configuration \
      and ssh_config, resolves the address, connects, verifies the host key, logs in, reaches the API through SSH and \
      sends every request that the guard sends. Then it checks local ports, old ssh processes, the KUBECONFIG of your \
      shell, the control socket and the journal. It changes nothing and ends no process.

      Exit status: 0 no problem, 1 warnings, 2 a step failed.

      Examples:
        oceanid-ctl doctor
        sudo -u oceanid oceanid-ctl doctor               with the service's keys and files
        oceanid-ctl doctor --config ./guard.yaml --json | jq '.findings[] | select(.outcome == "failed")'
      """)

  @Option(
    help: ArgumentHelp("The configuration file of oceanid-guard.", valueName: "file"),
    completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The program oceanid-guard (default: beside oceanid-ctl, or in PATH).", valueName: "path"),
    completion: .file())
  var `guard`: String?

  @OptionGroup var options: ReadOptions

  func run() throws {
    var findings = GuardProgram(named: `guard`).examine(configuration: config)
    let connection = options.connection.client
    findings += ClientFindings.socket(
      connection.socket, Result { () throws(ClientError) in try connection.status() })
    findings.append(ClientFindings.journal(Self.journalFailure(connection.socket)))
    if let cluster = options.cluster {
      let known = Set(findings.compactMap(\.cluster))
      guard known.contains(cluster) else { throw NoSuchCluster(name: cluster, known: known.sorted()) }
      findings.removeAll { $0.cluster != nil && $0.cluster != cluster }
    }
    let document = DoctorDocument(findings)
    if options.json {
      try StandardOutput.answer(String(decoding: try DocumentCoding.encode(document), as: UTF8.self) + "\n")
    } else {
      let terminal = Terminal.standardOutput()
      try StandardOutput.answer(DoctorPage.page(document, terminal).text(for: terminal))
    }
    throw ExitCode(document.outcome == .failed ? 2 : document.outcome == .warning ? 1 : 0)
  }

  private static func journalFailure(_ socket: SocketPath) -> JournalError? {
    do throws(JournalError) {
      _ = try JournalReader(
        socket.isUserUnit
          ? .userUnit(HistoryReading.unit, uid: getuid()) : .systemUnit(HistoryReading.unit),
        identifier: "oceanid-guard")
      return nil
    } catch {
      return error
    }
  }
}
