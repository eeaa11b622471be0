internal import Glibc

/// Runs a program that may ask on the terminal, with the descriptors and the process group of this process.
package enum ForegroundProgram {
  /// Waits for the end of the program.
  ///
  /// - Returns: its exit status, or 128 plus the number of the signal that ended it.
  /// - Throws: `SystemError` if it cannot be started.
  package static func run(_ program: String, _ arguments: [String]) throws(SystemError) -> Int32 {
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for text in argv { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, program, nil, nil, &argv, environ)
    guard code == 0 else { throw SystemError(program, code: code) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }
}
