internal import Glibc
internal import GuardAPI
internal import GuardConfiguration
internal import GuardDoctor

/// The commands that print something and exit.
extension GuardService {
  package enum PrintedForm: Sendable {
    /// For people, with comments.
    case yaml
    /// For programs.
    case json
  }

  /// Checks the configuration and prints its errors.
  ///
  /// - Parameter printed: the form in which the effective configuration is printed; nil prints nothing.
  /// - Returns: the exit status.
  package static func check(configurationPath: String?, printed: PrintedForm?) -> Int32 {
    do throws(ConfigurationErrors) {
      let configuration = try Configuration.load(path: configurationPath)
      switch printed {
      case .yaml: return output(configuration.yaml)
      case .json: return output(configuration.json)
      case nil: return 0
      }
    } catch {
      return complain(error)
    }
  }

  /// Prints the drop-in that oceanid-forward.socket needs for the configuration, if it needs one.
  ///
  /// - Returns: the exit status.
  package static func printForwardSocket(configurationPath: String?) -> Int32 {
    do throws(ConfigurationErrors) {
      return output(ForwardSocketUnit(configuration: try .load(path: configurationPath)).dropIn)
    } catch {
      return complain(error)
    }
  }

  /// Tests the connection to every cluster once and prints the findings, one JSON document per line.
  ///
  /// - Parameter isBesideGuard: true omits the checks that a running guard answers.
  /// - Returns: the exit status: 0, 1 for warnings, 2 if a step failed.
  package static func examine(configurationPath: String?, isBesideGuard: Bool) -> Int32 {
    var worst: Int32 = 0
    var lost: Int32 = 0
    var diagnosis = ConnectionDiagnosis(
      environment: .ofThisProcess(), configurationPath: configurationPath,
      extent: isBesideGuard ? .besideGuard : .everything
    ) { finding in
      worst = max(worst, finding.outcome == .failed ? 2 : finding.outcome == .warning ? 1 : 0)
      // One message about lost output is enough.
      guard lost == 0, let line = try? DocumentCoding.encode(finding) else { return }
      lost = max(lost, output(String(decoding: line, as: UTF8.self) + "\n"))
    }
    diagnosis.run()
    return lost == 0 ? worst : lost
  }

  /// `oceanid-guard 0.1.0`, and the versions of its libraries.
  package static var version: String { "oceanid-guard \(Product.version)\n\(LinkedLibraries.text)" }

  /// Writes to standard output. A closed pipe is not an error, because its reader needs no more.
  ///
  /// - Returns: the exit status: 0, or 74 (sysexits.h: EX_IOERR) if the output is lost.
  package static func output(_ text: String) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let bytes = Array(text.utf8)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var entry = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&entry, 1, 1000)
      } else if errno != EINTR {
        let code = errno
        guard code != EPIPE else { return 0 }
        var words = "oceanid-guard: standard output can't be written: \(String(cString: strerror(code)))\n"
        _ = words.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        return 74
      }
    }
    return 0
  }

  static func complain(_ errors: ConfigurationErrors) -> Int32 {
    var text = "\(errors)\n"
    _ = text.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    return configurationStatus
  }
}
