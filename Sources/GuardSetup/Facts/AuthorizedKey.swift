internal import GuardTypes
internal import Health

/// The line of the guard's key in authorized_keys on the server. It is read and changed with the caller's own login.
package struct AuthorizedKey: Codable, Hashable, Sendable {
  let host: String
  /// The ssh_config to use; nil: the default files.
  let sshConfig: String?
  /// The user whose login it is.
  let caller: UInt32
  /// The jump hosts for `ssh -J`; nil if ssh_config is enough to reach the host.
  var through: String?
  /// The only target of forwards; nil: the API of the cluster.
  var target: String?
  /// The host that is set up; nil: `host`.
  var server: String?

  /// The line permits the key to forward to one target and nothing else (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
  func line(_ publicKey: String) -> String {
    "restrict,port-forwarding,permitopen=\"\(target ?? GuardFile.usualTarget)\",command=\"/bin/false\" \(publicKey)"
  }

  enum Action: String {
    case check, add, remove
  }

  enum Answer: Hashable {
    case present, absent
    /// The login failed, or it runs no commands.
    case unable(String)
  }

  /// A script that reads the line from standard input, so that no shell parses it. The script is in single quotes, which
  /// all login shells treat alike.
  private static let script =
    "IFS= read -r line || exit 65; f=.ssh/authorized_keys; has() { grep -qxF -e \"$line\" \"$f\" 2>/dev/null; }; "
    + "case $0 in "
    + "add) has || { umask 077; mkdir -p .ssh && { [ ! -s \"$f\" ] || [ -z \"$(tail -c 1 \"$f\")\" ] || echo >>\"$f\"; } "
    + "&& printf \"%s\\n\" \"$line\" >>\"$f\"; } || exit 1;; "
    + "remove) ! has || { umask 077; grep -vxF -e \"$line\" \"$f\" >\"$f.oceanid\"; "
    + "[ $? -le 1 ] && cat \"$f.oceanid\" >\"$f\"; rm -f \"$f.oceanid\"; };; "
    + "esac; if has; then echo oceanid:present; else echo oceanid:absent; fi"

  /// Options of the alias that would write to known_hosts, forward ports or run another command.
  private static let neutral = [
    "StrictHostKeyChecking=yes", "UpdateHostKeys=no", "ClearAllForwardings=yes", "RemoteCommand=none",
    "ControlMaster=no", "ControlPath=none", "PermitLocalCommand=no",
  ]

  func call(_ action: Action, line: String) -> CommandInvocation {
    var call = CommandInvocation(
      "ssh",
      way + [
        "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-T",
      ] + AuthorizedKey.neutral.flatMap { ["-o", $0] } + [
        "--", host, "exec /bin/sh -c '\(AuthorizedKey.script)' \(action.rawValue)",
      ])
    call.input = Array("\(line)\n".utf8)
    call.timeLimit = .seconds(30)
    return call
  }

  static func answer(_ answer: CommandResult) -> Answer {
    // The login shell may print a greeting before the answer.
    if answer.text.contains("oceanid:present") { return .present }
    if answer.text.contains("oceanid:absent") { return .absent }
    return .unable(answer.isGood ? "it runs no commands" : answer.reason)
  }

  /// The command with which the user can check the login manually.
  var byHand: String { "ssh \((way + [host]).asShellLine)" }

  private var way: [String] { (sshConfig.map { ["-F", $0] } ?? []) + (through.map { ["-J", $0] } ?? []) }
}
