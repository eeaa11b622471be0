/// The state of a unit, as `systemctl show --timestamp=unix` on its machine prints it.
public struct ServiceReport: Hashable, Sendable {
  /// The meaning of the state for a service that should run.
  public enum State: Hashable, Sendable {
    /// It ends again and again, and systemd starts it each time.
    case crashLooping
    /// Its start has not ended: it waits for something.
    case starting
    /// It has ended by itself; the cause in systemd's words: `oom-kill`, `exit-code`.
    case failed(String)
    /// It was stopped on purpose.
    case stopped
    case running
    /// The machine has no such unit.
    case missing
    /// In between: stopping, reloading.
    case changing
  }

  /// The command whose output `init` reads. A key may be restricted to exactly this command (sshd(8), `command=`).
  public static let command =
    "/usr/bin/systemctl show k3s.service -p LoadState,ActiveState,SubState,Result,NRestarts,ExecMainCode,ExecMainStatus,ExecMainStartTimestamp,StateChangeTimestamp,MemoryCurrent --timestamp=unix"

  public let state: State
  /// How often systemd has restarted it.
  public let restarts: Int?
  /// How its last process ended: `exit status 1` or `signal 9`; nil if it runs.
  public let exit: String?
  /// When the state began, in seconds since 1970.
  public let since: Int64?
  /// Memory in use, in bytes.
  public let memory: Int64?

  /// Reads lines of the form `KEY=VALUE` in any order. An unset value is empty, `[not set]` or the largest number.
  ///
  /// - Returns: nil if it is not such a text, for example because the far side runs another command.
  public init?(_ text: String) {
    var values: [Substring: Substring] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard let equals = line.firstIndex(of: "=") else { return nil }
      values[line[..<equals]] = line[line.index(after: equals)...]
    }
    guard let load = values["LoadState"], let active = values["ActiveState"], let sub = values["SubState"]
    else {
      return nil
    }
    func number(_ key: Substring) -> Int64? {
      values[key].flatMap { UInt64($0) }.flatMap { $0 == .max ? nil : Int64(exactly: $0) }
    }
    func time(_ key: Substring) -> Int64? {
      guard let text = values[key], text.hasPrefix("@"), let time = Int64(text.dropFirst()), time > 0 else {
        return nil
      }
      return time
    }
    let result = values["Result"].map(String.init) ?? ""
    switch (load, active, sub) {
    case ("not-found", _, _): state = .missing
    case (_, "activating", "auto-restart"), (_, "activating", "auto-restart-queued"): state = .crashLooping
    case (_, "activating", _): state = .starting
    case (_, "failed", _): state = .failed(result.isWord ? result : "unknown")
    case (_, "inactive", _): state = result == "success" || !result.isWord ? .stopped : .failed(result)
    case (_, "active", "running"): state = .running
    case (_, "active", _), (_, "deactivating", _), (_, "reloading", _), (_, "maintenance", _),
      (_, "refreshing", _):
      state = .changing
    default: return nil
    }
    restarts = number("NRestarts").flatMap { Int(exactly: $0) }
    memory = number("MemoryCurrent")
    since = time("StateChangeTimestamp")
    // CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2).
    exit = number("ExecMainStatus").flatMap { status in
      switch number("ExecMainCode") {
      case 1: "exit status \(status)"
      case 2, 3: "signal \(status)"
      default: nil
      }
    }
  }
}

extension String {
  /// True for a word of systemd, which is safe to show.
  fileprivate var isWord: Bool {
    !isEmpty && utf8.count <= 32 && utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }
  }
}
