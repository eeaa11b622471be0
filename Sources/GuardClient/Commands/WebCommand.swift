import ArgumentParser
import Glibc
import GuardAPI
import GuardConnection
import GuardTerminal
import GuardWeb
import Platform

struct WebCommand: ParsableCommand, TimeDisplaying {
  static let configuration = CommandConfiguration(
    commandName: "web",
    abstract: "Show the status as a live page in your browser.",
    discussion: """
      The page is served to this machine only, by this command, until Ctrl-C. It prints an address and opens it if there \
      is a desktop. The address works once: the browser that opens it gets a session. From another \
      machine, forward the port with ssh -L and use --port.

      Examples:
        oceanid-ctl web
        oceanid-ctl web --no-open --port 8080
      """)

  @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 selects a free one.", valueName: "number"))
  var port: UInt16 = 0

  @Flag(name: .customLong("no-open"), help: "Only print the address.")
  var staysClosed = false

  @OptionGroup var choice: ClusterOption

  @OptionGroup var connection: SocketOption

  @Flag(help: "Show exact times in UTC instead of this machine's zone.")
  var utc = false

  func run() throws {
    // The page shows a guard that does not answer as a state, but a wrong name is a mistake.
    if let cluster = choice.cluster, let status = try? connection.client.status(.overview) {
      _ = try status.chosen(cluster)
    }
    // Before the server's threads, which inherit the mask.
    let signals = try SignalDescriptor([SIGINT, SIGTERM, SIGHUP])
    let content = WebContent(
      client: connection.client, cluster: choice.cluster, zone: DisplayTimeZone.current)
    let server: WebServer
    do throws(SystemError) {
      server = try WebServer(port: port, client: connection.client, content: content)
    } catch {
      throw UnusablePort(port: port, error: error)
    }
    guard
      try StandardOutput.writePart(
        "The page is at \(server.address)\nThe address works once. Ctrl-C ends the page.\n")
    else { return }
    if !staysClosed, WebCommand.hasDesktop { WebCommand.open(server.address) }
    try server.run(until: signals)
  }

  private static var hasDesktop: Bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].contains { (name: String) in
      getenv(name).map { String(cString: $0) }?.isEmpty == false
    }
  }

  /// The address is printed already, so a failure needs no more than a line.
  private static func open(_ address: String) {
    do throws(SystemError) {
      try DetachedProgram.start("xdg-open", [address])
    } catch {
      StandardOutput.writeError(
        "oceanid-ctl: xdg-open can't be started: \(error.reason); open the address yourself\n")
    }
  }
}

/// The page cannot listen on its port.
struct UnusablePort: CommandError {
  let port: UInt16
  let error: SystemError
  var exitStatus: Int32 { ExitStatus.usage.rawValue }

  var description: String {
    let holder =
      error.code == EADDRINUSE
      ? PortListener.find(port: port, host: "127.0.0.1").map { " by \($0)" } ?? "" : ""
    return "port \(port) of 127.0.0.1 can't be used: \(error.reason)\(holder); set another with --port"
  }
}
