internal import GuardAPI

/// The state of a machine and of the connection to the cluster, as far as a user's guard needs it.
package struct SetupFacts: Hashable, Sendable {
  let person: SetupUser
  let guardProgram: String
  let host: String
  /// True if the user units of the guard are installed.
  var areUnitsInstalled = true
  var manager = Manager.running
  /// The states of the guard's units in the user's service manager.
  var units: [String: UnitState] = [:]
  /// Folders that do not exist yet, outermost first.
  var missingFolders: [String] = []
  var states: [StateFolderFacts] = []
  /// Existing folders that systemctl(1) removes when they are empty.
  var keptFolders: [String] = []
  var tools = Tools()
  /// The reason why files cannot be written in the folder of the configuration; nil if they can.
  var writeObstacle: WriteObstacle?
  /// The reasons why files cannot be written in ~/.ssh and ~/.kube, as some next steps do; nil if they can.
  var sshObstacle: WriteObstacle?
  var kubeObstacle: WriteObstacle?
  /// The reason why ssh(1) does not use the user's ssh_config; nil if it does.
  var sshConfigFault: AccessFault?
  /// True if ~/.ssh does not exist, so that an editor could not write ssh_config there.
  var isConfigFolderMissing = false
  /// The first known_hosts file that the user may not read.
  var knownHostsFault: AccessFault?

  /// nil if `ssh -G` failed; `sshFailure` is the reason.
  var resolved: ResolvedHost?
  var sshFailure: String?
  /// True if ssh_config has another HostName for the host.
  var isAlias = true
  /// True if known_hosts has a key of the host.
  var isHostKnown: Bool { !knownHostLines.isEmpty }
  /// The lines of the known_hosts files with a key of the host.
  var knownHostLines: [String] = []
  /// The fingerprints of the keys that the host offers; empty if it offers none.
  var offeredKeys: [String] = []
  /// The findings of `oceanid-guard --doctor`, in the order of the connection's steps.
  var findings: [FindingDocument] = []
  var keys = LoginKeys()
  var kubeconfig = KubeconfigFact.absent("")
  /// False if the kubeconfig has the entries of other clusters or users, too.
  var isClusterAlone = true
  /// True if guard.yaml names the context that is not the default.
  var isContextNamed = false
  var configuration = ConfigurationFact.absent
  /// The settings that guard.yaml should have.
  var guardFile: GuardFile
  var guardFileText = ""
  /// The drop-in that oceanid-guard.service should have; nil if it needs none.
  var dropIn: String?
  var dropInNow = FileContents.absent
  var port = PortFact.free
  var linger = Linger.on
  /// True if an earlier setup wrote files and did not restart the guard.
  var isRestartPending = false

  /// The service manager of the user.
  package enum Manager: Hashable, Sendable {
    case running
    /// The caller is root and may start it.
    case startable
    case stopped
    /// This machine does not run systemd.
    case none
  }

  package struct UnitState: Hashable, Sendable {
    var isActive = false
    var isEnabled = false
    var mainProcess: Int32?
    var variables: [String: String] = [:]
    /// The status text that the service reports.
    var text = ""
  }

  package enum Linger: Hashable, Sendable {
    case on, off
    /// This machine has no logind.
    case unsupported
  }

  package enum ConfigurationFact: Hashable, Sendable {
    case absent
    case fits
    case differs(String)
    /// It does not fit, and it has settings that setup cannot keep, or errors.
    ///
    /// - Parameter command: nil if the user has to edit the file.
    case foreign(reason: String, command: String?, why: String)
    case unreadable(String, AccessFault?)

    /// True if there is a file, and its host is unknown.
    var isUnclear: Bool {
      switch self {
      case .unreadable, .foreign(_, command: _?, _): true
      case .absent, .fits, .differs, .foreign(_, command: nil, _): false
      }
    }
  }

  package enum KubeconfigFact: Hashable, Sendable {
    case absent(String)
    case unreadable(path: String, reason: String, AccessFault?)
    /// It has no server, so it is not a kubeconfig.
    case serverless(String)
    /// It has several servers, and the one of the context is not the local address of the forward.
    ///
    /// - Parameter context: the context whose cluster the guard is for; nil if that is uncertain.
    case severalServers(path: String, count: Int, context: String?)
    case fits(String)
    /// Its server is not the local address of the forward, so setup writes a copy with the right one.
    case copy(source: String, server: String, path: String, text: String)
    /// The copy already exists and is current.
    case copied(source: String, path: String)
  }

  package enum PortFact: Hashable, Sendable {
    case free
    /// The guard that is set up holds it, or its socket unit does.
    case own
    /// The guard of the whole machine holds it.
    case machine(isIdle: Bool)
    case other(PortHolder)
  }

  /// The keys and the agent of the login.
  package struct LoginKeys: Hashable, Sendable {
    package struct File: Hashable, Sendable {
      let path: String
      let condition: Condition
      /// True if its public key is beside it.
      var hasPublicKey = true
    }

    package enum Condition: Hashable, Sendable {
      case usable, encrypted
      /// ssh-keygen(1) cannot read it, whatever the passphrase.
      case broken(String)
      /// Other users may read it: ssh(1) does not use such a key.
      case open
      /// The user may not read it; nil if the reason is unknown.
      case unreadable(AccessFault?)
    }

    package enum Agent: Hashable, Sendable {
      /// Neither SSH_AUTH_SOCK nor ssh_config names a socket, or ssh_config turns the agent off.
      case none
      case silent(String)
      case empty(String)
      case filled(String)
    }

    var files: [File] = []
    /// Public keys without a private key beside them: an agent or a device has the private key.
    var publicOnly: [String] = []
    package enum New: Hashable, Sendable {
      /// The file that ssh-keygen(1) writes by default.
      case usual
      case named(String)
      /// No key can be made at the path that IdentityFile names; nil: it names none.
      case impossible(String?)
    }

    /// Where ssh would look for a new key.
    var new = New.usual
    /// Private keys in ~/.ssh that IdentityFile does not name.
    var unnamed: [String] = []
    /// True if the login may use only the keys that IdentityFile names, also of those in the agent.
    var areOnlyNamed = false
    /// True if ssh_config has a path with tokens that only ssh expands, so another key file may exist.
    var areSomeUnknown = false
    var agent = Agent.none
    /// False with `IdentityAgent none`.
    var allowsAgents = true
    /// The socket of the agent that the login needs, if the service does not have it by default.
    var needed: String?
  }

  /// The step of the finding that oceanid-guard does not run.
  static let programStep = "oceanid-guard"
  static let service = "oceanid-guard.service"
  static let sockets = ["oceanid-guard.socket", "oceanid-forward.socket"]

  init(person: SetupUser, guardProgram: String, host: String, guardFile: GuardFile) {
    self.person = person
    self.guardProgram = guardProgram
    self.host = host
    self.guardFile = guardFile
  }

  /// The arguments with which ssh(1) connects to the host as the guard will.
  var sshWay: [String] { sshOptions + [host] }
  var sshOptions: [String] { guardFile.sshConfig.map { ["-F", person.expanded($0) ?? $0] } ?? [] }
  var sshConfigPath: String {
    guardFile.sshConfig.map { person.expanded($0) ?? $0 } ?? "\(person.sshHome)/.ssh/config"
  }
  var copyPath: String { "\(person.folder)/\(guardFile.cluster).kubeconfig.yaml" }
  /// A kubeconfig with the guard's cluster alone, which the user makes.
  var ownKubeconfigPath: String { "\(person.folder)/own.kubeconfig.yaml" }
  var dropInPath: String { "\(person.units)/\(SetupFacts.service).d/setup.conf" }
}
