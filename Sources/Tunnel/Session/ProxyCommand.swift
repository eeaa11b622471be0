internal import GuardTypes
internal import Platform
internal import Redaction
internal import SSH

/// The ProxyCommand of ssh_config. The session runs over its standard input and output.
///
/// It runs while this object exists. Belongs to one thread.
final class ProxyCommand {
  /// How long to wait for the exit status after the end of the stream. Waiting is fine, because the thread has no
  /// session to serve then.
  private static let exitTimeLimit: Duration = .milliseconds(500)

  /// The session's ends of the command's standard output and input.
  let stream: Coprocess.Stream
  private let process: Coprocess
  private let resolution: Resolution
  /// Only the name of the command. Its arguments may contain a secret.
  private let name: String
  /// The arguments of the command, as a shell may quote them in an error.
  private let arguments: String

  /// - Parameter command: the value of `Resolution.proxyCommand`.
  /// - Throws: `TunnelFailure` with code `config` if its execution is denied (EACCES, EPERM), and a temporary one if no process
  ///   can be created now.
  init(_ command: String, _ resolution: Resolution) throws(TunnelFailure) {
    self.resolution = resolution
    self.name = ProxyCommand.name(of: command)
    self.arguments = ProxyCommand.arguments(of: command)
    do throws(SystemError) {
      (self.process, self.stream) = try Coprocess.start(shell: command)
    } catch {
      throw TunnelFailure(
        error.isDenied ? .config : .connectRefused,
        "\(name) for \(resolution.hostName) could not be started: \(error)",
        remedy: error.isDenied
          ? TunnelFailure.execRemedy : "check the limits of open files and processes: ulimit -n -u",
        files: resolution.configFiles)
    }
  }

  var pid: Int32 { process.pid }

  /// Adds the output of the command to the failure of a session over it.
  ///
  /// - Parameter receivedData: true if the server sent data, so the command reached it.
  func explain(_ failure: TunnelFailure, receivedData: Bool) -> TunnelFailure {
    switch failure.code {
    case .peerClosed, .protocolError:
      let exit = process.waitForExit(timeout: ProxyCommand.exitTimeLimit)
      guard let exit else { return withMessage("\(failure.message), over \(name)", failure) }
      let remedy = exit == .status(126) ? TunnelFailure.execRemedy : ProxyCommand.byHand
      guard !receivedData else {
        return failure.reworded("\(failure.message); \(name) \(exit)\(lastWords)", remedy: remedy)
      }
      return failure.reworded(
        "\(name) to \(peer) \(exit)\(lastWords)", remedy: remedy, code: .connectRefused)
    case .connectTimeout, .keepaliveTimeout: return withMessage("\(failure.message), over \(name)", failure)
    case .connectRefused, .dns, .hostKeyUnknown, .hostKeyChanged, .authRefused, .noUsableKey, .forwardRefused,
      .config:
      return failure
    }
  }

  private func withMessage(_ message: String, _ failure: TunnelFailure) -> TunnelFailure {
    failure.reworded(message + lastWords, remedy: ProxyCommand.byHand)
  }

  private var peer: HostPort { HostPort(host: resolution.hostName, port: resolution.port) }
  private static let byHand = "run the ProxyCommand manually"

  /// For example `: Connection refused`; empty if the command wrote no errors.
  private var lastWords: String {
    var errors = process.lastErrors
    // A shell quotes a command that it cannot find.
    if !arguments.isEmpty { errors = errors.replacing(arguments, with: " …") }
    let lines = redacted(errors).split(whereSeparator: \.isNewline).map { PeerText.clean($0) }
    guard let line = lines.last(where: { !$0.isEmpty }) else { return "" }
    return ": \(line)"
  }

  /// For example `ProxyCommand nc`.
  private static func name(of command: String) -> String {
    let words = command.split(whereSeparator: \.isWhitespace)
    guard let program = words.first(where: { $0 != "exec" }), !program.contains("=") else {
      return "ProxyCommand"
    }
    return "ProxyCommand \(PeerText.clean(program.trimming(ProxyCommand.quotes)))"
  }

  private static let quotes: Set<Character> = ["\"", "'"]

  /// The text after the name of the program, including the blank before it, and without the quotes around the whole command.
  private static func arguments(of command: String) -> String {
    let words = command.hasPrefix("exec ") ? command.dropFirst(5) : command[...]
    let text = words.drop(while: \.isWhitespace).trimming(quotes)
    return String(text[(text.firstIndex(where: \.isWhitespace) ?? text.endIndex)...])
  }
}

extension Substring {
  /// Without these characters at both ends.
  fileprivate func trimming(_ characters: Set<Character>) -> Substring {
    var text = drop(while: characters.contains)
    while let last = text.last, characters.contains(last) { text.removeLast() }
    return text
  }
}
