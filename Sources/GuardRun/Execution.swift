import Glibc
import GuardTerminal

/// Replaces this process by another program.
package enum Execution {
  /// Replaces this process. Returns only if that fails.
  package static func replaceThisProcess(with words: [String]) -> CannotRun {
    // The new program would inherit an ignored signal.
    signal(SIGPIPE, SIG_DFL)
    var arguments: [UnsafeMutablePointer<CChar>?] =
      ArgumentBytes.ofThisProcess(words) ?? words.map { strdup($0) }
    arguments.append(nil)
    if let program = arguments.first ?? nil { execvp(program, arguments) }
    let code = errno
    signal(SIGPIPE, SIG_IGN)
    return CannotRun(program: words.first ?? "", code: code)
  }
}

/// A program that can't be run, with the exit status of the shells, 126 or 127 (POSIX.1-2017, XCU 2.8.2).
package struct CannotRun: CommandError {
  let program: String
  let code: Int32
  package var exitStatus: Int32 { code == ENOENT ? 127 : 126 }
  package var description: String {
    "\(program): \(code == ENOENT ? "command not found" : String(cString: strerror(code)))"
  }
}
