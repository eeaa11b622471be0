import Glibc
import GuardAPI
import GuardTypes
import Health
import Platform

/// The user of this program, for whom the commands in remedies are written.
package struct Caller: Hashable, Sendable {
  let name: String
  let uid: UInt32
  /// True if the user is in the group oceanid-admin, whose members may make changes.
  let isAdmin: Bool
  /// The socket of the user's agent (SSH_AUTH_SOCK).
  let agent: String?

  init(name: String, uid: UInt32, isAdmin: Bool = false, agent: String? = nil) {
    self.name = name
    self.uid = uid
    self.isAdmin = isAdmin
    self.agent = agent
  }

  /// The user of this process.
  package static var current: Caller {
    let name = UserAccount(uid: geteuid())?.name
    var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
    let count = getgroups(Int32(groups.count), &groups)
    let admin = PeerCredentials.groupNumber(named: "oceanid-admin")
    let own = groups.prefix(max(0, Int(count))) + [getegid()]
    let agent = getenv("SSH_AUTH_SOCK").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    return Caller(
      name: name ?? "uid \(geteuid())", uid: geteuid(), isAdmin: admin.map(own.contains) ?? false,
      agent: agent)
  }

  /// Programs that read or change files of the user who runs them.
  private static let homeReaders = [
    "ssh", "ssh-add", "ssh-keygen", "chmod", "env", "flux", "grep", "kubectl", "ls", "namei",
  ]

  /// The guard's step with a command that the caller can run: it runs as the guard's user where it must, without the
  /// prefix of sudo(8) if that is the caller.
  ///
  /// - Parameter isOnServer: true if ssh(1) is to run a command on the server. That needs the caller's own login, because
  ///   the guard's key runs no commands there.
  func run(_ step: NextStep, for view: GuardViewDocument, isOnServer: Bool) -> NextStep {
    let prefix = view.user.asSudoPrefix
    if view.uid == uid {
      return NextStep(
        command: step.command?.replacing(prefix, with: ""), note: step.note?.replacing(prefix, with: ""))
    }
    guard let command = step.command, let program = command.split(separator: " ").first,
      Caller.homeReaders.contains(String(program)), !(isOnServer && program == "ssh")
    else { return step }
    return NextStep(command: prefix + command, note: step.note)
  }

  /// True if the guard is the user's own service and has another agent than the user, or none. An agent that a session
  /// starts has a new socket in each session.
  func hasOtherAgent(than view: GuardViewDocument) -> Bool {
    view.uid == uid && view.unit != nil && agent != nil && view.agent != agent
  }

  /// The command that makes the guard reconnect. It uses sudo if the caller may not do that.
  func reconnect(_ view: GuardViewDocument) -> String {
    uid == 0 || uid == view.uid || isAdmin ? "oceanid-ctl reconnect" : "sudo oceanid-ctl reconnect"
  }
}
