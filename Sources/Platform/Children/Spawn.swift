internal import CChildProcess
internal import Glibc

/// How programs are started: each in a session of its own, so that a Ctrl-C meant for this process does not reach it,
/// with no descriptor of this process but three, and with every signal as a program expects it.
///
/// A program is killed with the thread that started it, and so with this process however that ends: the thread has to
/// live for as long as the program is wanted.
enum Spawn {
  /// - Parameters:
  ///   - program: a path, or a name that is looked up in PATH; it is the first of its own arguments.
  ///   - variables: `NAME=value`, in place of this process's own or added to them.
  ///   - inheritsEnvironment: false: `variables` are all that it gets.
  ///   - input: nil is /dev/null.
  /// - Returns: the child, for which the caller has to wait with `RunningPrograms`.
  static func start(
    _ program: String, _ arguments: [String], variables: [String] = [], inheritsEnvironment: Bool = true,
    input: Int32?, output: Int32, errors: Int32
  ) throws(SystemError) -> pid_t {
    let candidates = ProgramPath.candidates(for: program, path: ProgramPath.inEnvironment)
    var paths = candidates.map { strdup($0) } + [nil]
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    let environment = inheritsEnvironment ? ProcessEnvironment.forChildren(with: variables) : variables
    var envp = environment.map { strdup($0) } + [nil]
    defer { for text in paths + argv + envp { free(text) } }
    let code = paths.withUnsafeMutableBufferPointer { paths in
      argv.withUnsafeMutableBufferPointer { argv in
        envp.withUnsafeMutableBufferPointer { envp in
          paths.withMemoryRebound(to: UnsafePointer<CChar>?.self) { paths in
            var start = oceanid_program(
              paths: paths.baseAddress, arguments: argv.baseAddress, environment: envp.baseAddress,
              input: input ?? -1, output: output, errors: errors)
            return RunningPrograms.start { oceanid_start(&start, &$0) }
          }
        }
      }
    }
    return try code.get(program)
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
