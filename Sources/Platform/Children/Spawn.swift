internal import CLinux
internal import Glibc

/// How programs are started: each in a session of its own, so that a Ctrl-C meant for this process does not reach it,
/// with no descriptor of this process but three, and with every signal as a program expects it.
enum Spawn {
  /// - Parameters:
  ///   - program: a path, or a name that is looked up in PATH; it is the first of its own arguments.
  ///   - variables: `NAME=value`, in place of this process's own or added to them.
  ///   - inheritsEnvironment: false: `variables` are all that it gets.
  ///   - input: nil is /dev/null.
  /// - Returns: the child, whom the caller has to wait for.
  static func start(
    _ program: String, _ arguments: [String], variables: [String] = [], inheritsEnvironment: Bool = true,
    input: Int32?, output: Int32, errors: Int32
  ) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | oceanid_spawn_setsid)

    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    let environment = inheritsEnvironment ? ProcessEnvironment.forChildren(with: variables) : variables
    var envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw SystemError(program, code: code) }
    return pid
  }
}
