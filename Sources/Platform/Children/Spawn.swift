internal import CChildProcess
internal import Glibc

/// Starts programs. Each runs in its own session, so that Ctrl-C for this process does not reach it, inherits three
/// descriptors only, and starts with default signal handling.
///
/// The kernel kills a program when the thread that started it ends, and so also when this process ends. The thread
/// must live as long as the program is needed.
enum Spawn {
  /// - Parameters:
  ///   - program: a path, or a name to look up in PATH; it is also argument 0.
  ///   - variables: `NAME=value` pairs that replace or extend this process's environment.
  ///   - inheritsEnvironment: if false, the program gets `variables` only.
  ///   - input: nil is /dev/null.
  /// - Returns: the process id. The caller must wait for it with `RunningPrograms`.
  static func start(
    _ program: String, _ arguments: [String], variables: [String] = [], inheritsEnvironment: Bool = true,
    input: Int32?, output: Int32, errors: Int32
  ) throws(SystemError) -> pid_t {
    let environment =
      inheritsEnvironment ? ProcessEnvironment.forChildren(with: variables) : variables
    let result = withProgram(program, arguments, environment) { start in
      start.input = input ?? -1
      start.output = output
      start.errors = errors
      return RunningPrograms.start { oceanid_start(&start, &$0) }
    }
    return try result.get(program)
  }

  /// Starts a program that outlives this process, with /dev/null as its descriptors. It is not observed, so its exit
  /// status is lost.
  static func startDetached(_ program: String, _ arguments: [String]) throws(SystemError) {
    // The kernel removes ended children that no process waits for (waitpid(2)).
    signal(SIGCHLD, SIG_IGN)
    let code = withProgram(program, arguments, ProcessEnvironment.forChildren(with: [])) { start in
      start.outlives = true
      var pid = pid_t()
      return oceanid_start(&start, &pid)
    }
    guard code == 0 else { throw SystemError(program, code: code) }
  }

  /// Calls `body` with a program that has /dev/null as its descriptors. Its texts are valid during the call.
  private static func withProgram<Outcome>(
    _ program: String, _ arguments: [String], _ environment: [String],
    _ body: (inout oceanid_program) -> Outcome
  ) -> Outcome {
    let candidates = ProgramPath.candidates(for: program, path: ProgramPath.inEnvironment)
    var paths = candidates.map { strdup($0) } + [nil]
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for text in paths + argv + envp { free(text) } }
    return paths.withUnsafeMutableBufferPointer { paths in
      argv.withUnsafeMutableBufferPointer { argv in
        envp.withUnsafeMutableBufferPointer { envp in
          paths.withMemoryRebound(to: UnsafePointer<CChar>?.self) { paths in
            var start = oceanid_program(
              paths: paths.baseAddress, arguments: argv.baseAddress, environment: envp.baseAddress,
              input: -1, output: -1, errors: -1, outlives: false)
            return body(&start)
          }
        }
      }
    }
  }
}

extension Result<pid_t, RunningPrograms.StartFailure> {
  fileprivate func get(_ program: String) throws(SystemError) -> pid_t {
    switch self {
    case .success(let pid): return pid
    case .failure(let failure): throw SystemError(program, code: failure.code)
    }
  }
}
