import ArgumentParser
import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardPages
import GuardScreen
import GuardTerminal

/// A command that shows times.
protocol TimeDisplaying {
  /// True for UTC instead of this machine's time zone.
  var utc: Bool { get }
}

/// A command that reads the guard's status.
protocol Reading: TimeDisplaying {
  var options: ReadOptions { get }
}

extension Reading {
  var utc: Bool { options.utc }
}

/// The guard's socket.
struct SocketOption: ParsableArguments {
  @Option(help: ArgumentHelp("The guard's socket.", valueName: "path"), completion: .file())
  var socket: String?

  var client: DaemonClient { DaemonClient(socket: .resolve(option: socket)) }

  /// The client for a command that acts on the guard's answer, so the guard must belong to a trusted user.
  var trustedClient: DaemonClient {
    DaemonClient(socket: .resolve(option: socket), trusted: .current)
  }
}

/// The choice of one of the guard's clusters.
struct ClusterOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only this cluster.", valueName: "name"), completion: .custom { _, _, _ in known() })
  var cluster: String?

  /// Completions for a shell; empty if the guard cannot be reached.
  static func known() -> [String] {
    var client = DaemonClient(socket: .resolve(option: nil))
    client.timeout = .seconds(1)
    return CompletionScript.offered((try? client.status(.overview))?.clusters.map(\.name) ?? [])
  }
}

/// The options of every command that reads the guard's status.
struct ReadOptions: ParsableArguments {
  @OptionGroup var connection: SocketOption

  // Not a nested group: each level adds a fraction of a millisecond of reflection to every command.
  @Option(
    help: ArgumentHelp("Only this cluster.", valueName: "name"),
    completion: .custom { _, _, _ in ClusterOption.known() })
  var cluster: String?

  @Flag(help: "Print the guard's document as JSON.")
  var json = false

  @Flag(help: "Show exact times in UTC instead of this machine's zone.")
  var utc = false

  /// Prints the page, the document or the names, and ends with the verdict's exit status.
  ///
  /// - Parameter watches: true to print the page again after each change instead.
  func show(
    _ section: Section?, _ format: OutputFormat?, watches: Bool = false,
    page: @escaping (StatusDocument, Terminal) -> Page
  ) throws {
    guard !watches else { return try follow(format, page) }
    guard !json || format == nil || format == .json else {
      throw ValidationError("--json and --output \(format?.rawValue ?? "") exclude each other")
    }
    // Only the page of all clusters does without their objects.
    let isOverview = section == nil && cluster == nil && !json && format == nil
    let bytes = try connection.client.statusBytes(isOverview ? .overview : nil)
    let status = try document(bytes)
    switch json ? .json : format {
    case .json: try StandardOutput.answer(DocumentText.reduced(bytes, cluster, section).pretty)
    case .yaml: try StandardOutput.answer(DocumentText.reduced(bytes, cluster, section).yaml)
    case .name:
      try StandardOutput.answer(DocumentText.names(status, section))
      // Standard output has nothing but names.
      for text in status.clusters.flatMap({ OmittedRows.texts($0, section.map { [$0] } ?? []) }) {
        StandardOutput.writeError("oceanid-ctl: \(text)\n")
      }
    case .wide, nil:
      let terminal = Terminal.standardOutput()
      try StandardOutput.answer(page(status, terminal).text(for: terminal))
    }
    throw ExitCode(ExitStatus(section?.verdict(of: status) ?? status.verdict).rawValue)
  }

  private func follow(_ format: OutputFormat?, _ page: @escaping (StatusDocument, Terminal) -> Page) throws {
    guard !json, format == nil || format == .wide else {
      throw ValidationError("--watch prints pages; for documents, see: oceanid-ctl watch --json")
    }
    try PageWatch(client: connection.client) { status in
      let terminal = Terminal.standardOutput()
      return page(try chosen(of: status), terminal).text(for: terminal)
    }.run()
  }

  /// Decodes the document and reduces it to the requested cluster.
  func document(_ bytes: Data) throws -> StatusDocument {
    let status: StatusDocument
    do { status = try DocumentCoding.decode(StatusDocument.self, from: bytes) } catch {
      throw ClientError.document(error)
    }
    return try chosen(of: status)
  }

  func chosen(of status: StatusDocument) throws(NoSuchCluster) -> StatusDocument {
    try status.chosen(cluster)
  }
}

extension NameSpecification {
  /// `-o yaml`, `-oyaml` and `--output yaml`, as kubectl takes them.
  static var output: NameSpecification { [.customShort("o", allowingJoined: true), .long] }
}

/// `--output` of a command that also has `--json`, and whose document is not the status.
struct FormatOption: ParsableArguments {
  @Option(name: .output, help: ArgumentHelp("json or yaml: the answer as a document.", valueName: "format"))
  var output: DocumentFormat?

  /// - Parameter json: `--json`.
  func isDocument(json: Bool) -> Bool { json || output != nil }

  /// A document, given as JSON, in the requested format.
  func text(_ json: String) throws -> String {
    switch output {
    case .json, nil: json
    case .yaml: try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8)).yaml
    }
  }

  func text(_ document: some Encodable) throws -> String {
    try text(String(decoding: try DocumentCoding.encode(document), as: UTF8.self) + "\n")
  }
}

/// The formats of a command whose document is not the status.
enum DocumentFormat: String, ExpressibleByArgument, CaseIterable {
  case json, yaml
}

/// The output format, as kubectl names it.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case wide, json, yaml, name

  static func help(wide: String) -> ArgumentHelp {
    ArgumentHelp("json or yaml: the guard's document; name: names only; wide: \(wide).", valueName: "format")
  }
}
