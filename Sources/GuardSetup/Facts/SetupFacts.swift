internal import GuardAPI

/// The state of a machine and of the way to the cluster, as far as a user's guard needs it.
package struct SetupFacts: Hashable, Sendable {
  let person: Person
  let guardProgram: String
  let host: String
  /// The user units of the guard are installed.
  var areUnitsInstalled = true
  var manager = Manager.running
  /// The guard's units as the user's manager knows them.
  var units: [String: UnitState] = [:]
  /// Folders that do not exist yet, outermost first.
  var missingFolders: [String] = []
  /// Folders of the guard's state that do not exist yet.
  var missingStates: [String] = []

  /// nil if `ssh -G` failed, for the reason.
  var resolved: ResolvedHost?
  var sshFailure: String?
  /// ssh_config has nothing about the host.
  var isAlias = true
  /// known_hosts has a key of the host.
  var isHostKnown = true
  /// Fingerprints of the host's keys as it offers them; empty if it offers none.
  var offeredKeys: [String] = []
  /// The findings of `oceanid-guard --doctor`, in the order of the connection's steps.
  var findings: [FindingDocument] = []
  var keys = LoginKeys()
  var kubeconfig = KubeconfigFact.absent("")
  var configuration = ConfigurationFact.absent
  /// The guard.yaml that fits.
  var guardFile: GuardFile
  var guardFileText = ""
  /// The drop-in of oceanid-guard.service that fits; nil if it needs none.
  var dropIn: String?
  var dropInNow = FileContents.absent
  var port = PortFact.free
  var linger = Linger.on
  /// An earlier setup wrote files and did not restart the guard.
  var isRestartPending = false

  /// The service manager of the user.
  package enum Manager: Hashable, Sendable {
    case running
    /// The caller is root and may start it.
    case startable
    case stopped
    /// systemd does not run this machine.
    case none
  }

  package struct UnitState: Hashable, Sendable {
    var isActive = false
    var isEnabled = false
    var mainProcess: Int32?
    var variables: [String: String] = [:]
    /// What the service says of itself.
    var text = ""
  }

  package enum Linger: Hashable, Sendable {
    case on, off
    /// There is no logind to ask.
    case unsupported
  }

  package enum ConfigurationFact: Hashable, Sendable {
    case absent
    case fits
    case differs(String)
    case unreadable(String)
  }

  package enum KubeconfigFact: Hashable, Sendable {
    case absent(String)
    case unreadable(path: String, reason: String)
    /// It has no server, so it is no kubeconfig.
    case serverless(String)
    case severalServers(path: String, [String])
    case fits(String)
    /// Its server is not the local end of the forward: a copy with the right one.
    case copy(source: String, server: String, path: String, text: String)
    /// The copy is there already and is current.
    case copied(source: String, path: String)
  }

  package enum PortFact: Hashable, Sendable {
    case free
    /// By the user's own guard or its socket unit.
    case own
    /// By the guard of the whole machine.
    case machine(isServing: Bool)
    case other(PortHolder)
  }

  /// The keys and the agent of the login.
  package struct LoginKeys: Hashable, Sendable {
    package struct File: Hashable, Sendable {
      let path: String
      let isEncrypted: Bool
    }

    package enum Agent: Hashable, Sendable {
      /// SSH_AUTH_SOCK is not set and ssh_config names none.
      case none
      case silent(String)
      case empty(String)
      case filled(String)
    }

    var files: [File] = []
    /// A path of ssh_config has tokens that only ssh expands, so a file may exist.
    var areSomeUnknown = false
    var agent = Agent.none
    /// The agent's socket that the login needs and the service does not have by itself.
    var needed: String?
  }

  /// The finding of a program that does not run.
  static let programStep = "oceanid-guard"
  static let service = "oceanid-guard.service"
  static let sockets = ["oceanid-guard.socket", "oceanid-forward.socket"]

  init(person: Person, guardProgram: String, host: String, guardFile: GuardFile) {
    self.person = person
    self.guardProgram = guardProgram
    self.host = host
    self.guardFile = guardFile
  }

  var copyPath: String { "\(person.folder)/\(guardFile.cluster).kubeconfig.yaml" }
  var dropInPath: String { "\(person.units)/\(SetupFacts.service).d/setup.conf" }
}
