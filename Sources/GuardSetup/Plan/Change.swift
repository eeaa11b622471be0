internal import Health

/// One write: to a file, or to the state of a service manager.
package enum Change: Hashable, Sendable {
  case file(FileChange)
  /// Stops and disables the guard of the whole machine.
  case stopMachineGuard
  case startManager(uid: UInt32)
  /// Enables and starts units.
  case start(Units.Scope, [String])
  /// Restarts the guard, so that it reads its files again.
  case restart(Units.Scope)
  case linger(String)
  /// Creates the key of the machine's guard.
  case key(path: String)
  /// Permits that key to forward on the server.
  case authorize(AuthorizedKey)
  /// Permits a user to read the status of the machine's guard and its kubeconfig.
  case member(String)

  package struct FileChange: Hashable, Sendable {
    let path: String
    let contents: [UInt8]
    var mode: UInt32 = 0o644
    var owner: FileOwner?
    /// The contents in a few words, for the user.
    let purpose: String
  }

  static let machineUnits = SetupFacts.sockets + [SetupFacts.service]

  /// The change as an instruction for the user: `write ~/.config/oceanid/guard.yaml`.
  func words(_ person: SetupUser) -> String {
    switch self {
    case .file(let file):
      "write \(person.shown(file.path))"
    case .stopMachineGuard: "stop and disable the machine's guard: \(Change.stopCommand.shown)"
    case .startManager(let uid): "start your service manager: systemctl start user@\(uid).service"
    case .start(.user, _): "enable and start your units"
    case .start(.machine, _): "enable and start the units"
    case .restart: "restart the guard, so that it reads the files"
    case .linger(let user): "keep it running after logout: loginctl enable-linger \(user)"
    case .key(let path): "make the key \(path) (ed25519, of user \(FileOwner.serviceName), mode 0600)"
    case .authorize(let key):
      "add the key to authorized_keys of \(key.host), over your own login, for forwarding only"
    case .member(let user):
      "let \(user) read the status and the kubeconfig: usermod -aG \(FileOwner.serviceName) \(user)"
    }
  }

  /// Details that the instruction does not contain; nil if there are none.
  var detail: String? {
    switch self {
    case .file(let file): "\(file.purpose), mode 0\(String(file.mode, radix: 8))"
    case .start(_, let units): units.joined(separator: ", ")
    case .stopMachineGuard, .startManager, .restart, .linger, .key, .authorize, .member: nil
    }
  }

  /// The effect of `setup --undo` on the change, for the user.
  var undo: String {
    switch self {
    case .file: "removed, or restored from its backup, unless it was changed since"
    case .stopMachineGuard: "they are enabled and started again, as they were"
    case .startManager(let uid): "systemctl stop user@\(uid).service"
    case .start: "they are stopped and disabled"
    case .restart: "nothing to undo"
    case .linger(let user): "loginctl disable-linger \(user)"
    case .key: "the key is removed"
    case .authorize: "exactly that line is removed"
    case .member(let user): "gpasswd -d \(user) \(FileOwner.serviceName)"
    }
  }

  /// True if the guard works without the change.
  var isOptional: Bool {
    switch self {
    case .linger, .member: true
    case .file, .stopMachineGuard, .startManager, .start, .restart, .key, .authorize: false
    }
  }

  static var stopCommand: CommandInvocation {
    CommandInvocation("systemctl", ["disable", "--now"] + machineUnits)
  }
}
