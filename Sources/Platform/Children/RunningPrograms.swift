internal import Glibc
internal import Synchronization

/// The programs that this process started and has not waited for yet. Each leads a process group of its own.
///
/// The kernel kills a program with the thread that started it; what the program itself started is ended from here.
package enum RunningPrograms {
  struct StartFailure: Error {
    let code: Int32
  }

  private struct State {
    var pids: Set<pid_t> = []
    var isOver = false
  }

  /// A number leaves the set under the lock that it is waited for under: nobody signals one that is free again.
  private static let state = Mutex(State())

  /// - Parameter body: starts the program, sets its number, and returns 0 or an errno.
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

  /// What became of a program.
  enum Fate: Hashable {
    case running
    case ended(status: Int32)
    /// Somebody else took its status.
    case unknown
  }

  /// Waits for the end of a program, and takes its status; 0 where somebody else took it.
  static func wait(for pid: pid_t) -> Int32 {
    var ended = siginfo_t()
    // WNOWAIT: it keeps its number until the set has let go of it.
    while waitid(P_PID, id_t(pid), &ended, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    guard case .ended(let status) = reap(pid) else { return 0 }
    return status
  }

  /// Takes the status of a program that has ended.
  static func reap(_ pid: pid_t) -> Fate {
    state.withLock { state in
      var status: Int32 = 0
      let found = waitpid(pid, &status, WNOHANG)
      guard found == pid || (found < 0 && errno == ECHILD) else { return .running }
      state.pids.remove(pid)
      return found == pid ? .ended(status: status) : .unknown
    }
  }

  /// Sends a signal to a program that nobody has waited for yet.
  static func signal(_ pid: pid_t, _ number: Int32) {
    state.withLock { state in
      if state.pids.contains(pid) { kill(pid, number) }
    }
  }

  /// Kills a program with all that it started in its process group.
  static func killGroup(_ pid: pid_t) {
    state.withLock { state in
      if state.pids.contains(pid) { kill(-pid, SIGKILL) }
    }
  }

  /// Kills all programs that run, each with its process group, and lets none start any more: for the end of this
  /// process.
  package static func endAll() {
    state.withLock { state in
      state.isOver = true
      for pid in state.pids { kill(-pid, SIGKILL) }
    }
  }
}
