internal import CLinux
internal import Glibc
internal import Synchronization

/// The running child processes of this process. Each leads its own process group.
///
/// The kernel kills a child when the thread that started it ends. `endAll` kills the rest of its process group, and its
/// descendants in other groups.
package enum RunningPrograms {
  struct StartFailure: Error {
    let code: Int32
  }

  private struct State {
    var pids: Set<pid_t> = []
    var isOver = false
  }

  /// Waiting for a child and removing its id happen under one lock, so that no signal reaches a recycled process id.
  private static let state = Mutex(State())

  /// - Parameter body: starts the program, sets its process id, and returns 0 or an errno.
  static func start(_ body: (inout pid_t) -> Int32) -> Result<pid_t, StartFailure> {
    state.withLock { state in
      guard !state.isOver else { return .failure(StartFailure(code: ECANCELED)) }
      var pid = pid_t()
      let code = body(&pid)
      guard code == 0 else { return .failure(StartFailure(code: code)) }
      state.pids.insert(pid)
      return .success(pid)
    }
  }

  /// A descriptor that is readable once the program has ended (pidfd_open(2)). The process id stays valid until the child
  /// has been waited for.
  ///
  /// - Throws: after the program was killed, because its end could not be detected.
  static func end(of pid: pid_t) throws(SystemError) -> Descriptor {
    let raw = oceanid_pidfd_open(pid)
    guard raw >= 0 else {
      let error = SystemError.last("pidfd_open")
      killGroup(pid)
      _ = wait(for: pid)
      throw error
    }
    return Descriptor(owning: raw)
  }

  /// The state of a child process.
  enum ExitState: Hashable {
    case running
    case ended(status: Int32)
    /// Another waiter has collected the exit status.
    case unknown
  }

  /// Waits for the end of a program and returns its exit status; 0 if another waiter has collected it.
  static func wait(for pid: pid_t) -> Int32 {
    var ended = siginfo_t()
    // WNOWAIT keeps the process id valid until it has been removed from the set.
    while waitid(P_PID, id_t(pid), &ended, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    guard case .ended(let status) = reap(pid) else { return 0 }
    return status
  }

  /// Collects the exit status of a program that has ended.
  static func reap(_ pid: pid_t) -> ExitState {
    state.withLock { state in
      var status: Int32 = 0
      let found = waitpid(pid, &status, WNOHANG)
      guard found == pid || (found < 0 && errno == ECHILD) else { return .running }
      state.pids.remove(pid)
      return found == pid ? .ended(status: status) : .unknown
    }
  }

  /// Sends a signal to the process group of a program that has not been waited for. A shell would pass none on to the
  /// members of a pipeline.
  static func signal(_ pid: pid_t, _ number: Int32) {
    state.withLock { state in
      if state.pids.contains(pid) { kill(-pid, number) }
    }
  }

  /// Kills a program, its process group, and its descendants in other groups and sessions.
  static func killGroup(_ pid: pid_t) {
    state.withLock { state in
      if state.pids.contains(pid) { killTree(pid) }
    }
  }

  private static func killTree(_ pid: pid_t) {
    // A stopped process starts no further one, and does not end before it is killed.
    kill(-pid, SIGSTOP)
    var descendants: Set<pid_t> = []
    // A program of another user, such as sudo, cannot be stopped and may start others for ever.
    for _ in 0..<16 {
      let more = ProcessTable.descendants(of: pid).subtracting(descendants)
      let stopped = more.filter { kill($0, SIGSTOP) == 0 }
      guard !stopped.isEmpty else { break }
      descendants.formUnion(stopped)
    }
    kill(-pid, SIGKILL)
    for each in descendants { kill(each, SIGKILL) }
  }

  /// Kills all running programs with their process groups and prevents further starts. Call it when this process
  /// ends.
  package static func endAll() {
    state.withLock { state in
      state.isOver = true
      for pid in state.pids { killTree(pid) }
    }
  }
}
