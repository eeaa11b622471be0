import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardHistory
import GuardTerminal
import SystemJournal

struct DoctorCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Go the whole way to the cluster step by step, and name the first thing that is broken.",
    discussion: """
      It needs no guard that runs, and disturbs none: with your rights, your keys and your files it reads the \
      configuration and ssh_config, finds the address, connects, compares the host key, logs in, reaches the API \
      through SSH and asks for all that the guard asks for; then it looks at ports, old ssh processes, your shell's \
      KUBECONFIG, the guard's socket and the journal. It changes nothing and ends no process.

      Exit status: 0 all is well, 1 there is something to look at, 2 something is broken.

      Examples:
        oceanid-ctl doctor
        sudo -u oceanid oceanid-ctl doctor               with the service's keys and files
        oceanid-ctl doctor --config ./guard.yaml --json | jq '.findings[] | select(.outcome == "failed")'
      """)

  @Option(
    help: ArgumentHelp("The configuration, as oceanid-guard takes it.", valueName: "file"),
    completion: .file())
  var config: String?

  @Option(
    help: ArgumentHelp("The guard's program; else the one beside this, or in PATH.", valueName: "path"),
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
