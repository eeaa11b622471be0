internal import Glibc

/// Runs the `openssl` command, the one certificate tool that every machine has.
enum OpenSSL {
  /// Runs `openssl` and waits for it. Its output goes to a log in the folder and into the error.
  static func run(_ arguments: [String], logging folder: String) throws(DemoError) {
    let log = folder + "/openssl.log"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)

    var argv = (["openssl"] + arguments).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, "openssl", &actions, nil, &argv, environ)
    guard code == 0 else {
      throw DemoError.certificates(
        "openssl can't be run: \(String(cString: strerror(code))); install openssl")
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    guard status == 0 else {
      let said = (try? Files.text(of: log)) ?? ""
      throw DemoError.certificates(
        """
        openssl \(arguments.first ?? "") failed in \(folder): \
        \(said.split(separator: "\n").suffix(3).joined(separator: "; "))
        """
      )
    }
  }
}
