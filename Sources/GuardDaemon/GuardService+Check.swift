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
      case .yaml: print(configuration.yaml, terminator: "")
      case .json: print(configuration.json, terminator: "")
      case nil: break
      }
      return 0
    } catch {
      return complain(error)
    }
  }

  /// Prints the drop-in that oceanid-forward.socket needs for the configuration, if it needs one.
  ///
  /// - Returns: the exit status.
  package static func printForwardSocket(configurationPath: String?) -> Int32 {
    do throws(ConfigurationErrors) {
      print(
        ForwardSocketUnit(configuration: try .load(path: configurationPath)).dropIn, terminator: "")
      return 0
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
    var diagnosis = ConnectionDiagnosis(
      environment: .ofThisProcess(), configurationPath: configurationPath,
      extent: isBesideGuard ? .besideGuard : .everything
    ) { finding in
      worst = max(worst, finding.outcome == .failed ? 2 : finding.outcome == .warning ? 1 : 0)
      guard let line = try? DocumentCoding.encode(finding) else { return }
      let text = Array(line) + [UInt8(ascii: "\n")]
      _ = text.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
    diagnosis.run()
    return worst
  }

  /// `oceanid-guard 0.1.0`, and the versions of its libraries.
  package static var version: String { "oceanid-guard \(Product.version)\n\(LinkedLibraries.text)" }

  static func complain(_ errors: ConfigurationErrors) -> Int32 {
    var text = "\(errors)\n"
    _ = text.withUTF8 { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    return configurationStatus
  }
}
