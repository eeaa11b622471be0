internal import GuardAPI
internal import GuardConnection

/// The state of a machine and of the connection to the cluster, as far as the guard of the whole machine needs it.
package struct MachineFacts: Hashable, Sendable {
  /// The facts of the user who runs setup. They provide the alias, the host key, the kubeconfig and the login.
  var own: SetupFacts
  /// The findings of `oceanid-guard --doctor` as the service's user; empty if it has no key yet.
  var findings: [FindingDocument] = []
  /// True if the user of the service exists.
  var isUserThere = true
  var areUnitsInstalled = true
  var isSystemdRunning = true
  var hasKey = false
  /// The reason why the service cannot use its key, if it has one; nil if it can.
  var keyFault: String?
  /// False if the home of the service or its `.ssh` is a link, which could lead to files of root.
  var isHomeReal = true
  /// False if neither the caller nor the service has a key of the host in a file that can be copied.
  var isHostKeyFound = true
  var authorization = Authorization.unknown
  /// The jump hosts before the server.
  var route = JumpRoute()
  var alias = FileFact(path: "\(home)/.ssh/config")
  var knownHosts = FileFact(path: "\(home)/.ssh/known_hosts")
  var kubeconfig = FileFact(path: "")
  var configuration = FileFact(path: configurationPath)
  var guardFile: GuardFile
  var units: [String: SetupFacts.UnitState] = [:]
  var port = SetupFacts.PortFact.free
  /// True if the guard already serves the host, with another configuration.
  var isServingOtherwise = false
  /// True if guard.yaml does not fit, and has settings that setup does not write.
  var isConfigurationForeign = false
  /// True if the caller is root, or is in the group that may read the status.
  var mayRead = true
  var isRestartPending = false
  var missingFolders: [String] = []
  var states: [StateFolderFacts] = []
  /// The reason why files cannot be written in /etc or in the service's home; nil if they can.
  var writeObstacle: WriteObstacle?
  /// The programs that next steps may name, for the reader of the output.
  var tools: Tools { own.tools }

  /// A file of the service with the contents that it should have.
  struct FileFact: Hashable, Sendable {
    var path: String
    var now = FileContents.absent
    /// nil: the current contents fit.
    var wanted: String?
  }

  enum Authorization: Hashable, Sendable {
    case present, absent
    /// There is no key yet, or the caller's login runs no commands.
    case unknown
  }

  static let folder = "/etc/oceanid"
  static let configurationPath = "\(folder)/guard.yaml"
  static let home = "/var/lib/oceanid"
  static let key = "\(home)/.ssh/id_ed25519"
  static let socket = SocketPath.system

  init(own: SetupFacts) {
    self.own = own
    guardFile = GuardFile(cluster: own.guardFile.cluster, host: own.host)
  }

  var authorizedKey: AuthorizedKey {
    AuthorizedKey(host: own.host, sshConfig: own.guardFile.sshConfig, caller: own.person.uid)
  }

  /// The key on a jump host: it may forward to the sshd of the next server of the route.
  func authorizedKey(onHop index: Int) -> AuthorizedKey? {
    let hop = route.hops[index]
    let next = index + 1 < route.hops.count ? route.hops[index + 1].host : own.resolved
    return next.map { next in
      let name = next.hostName.contains(":") ? "[\(next.hostName)]" : next.hostName
      return AuthorizedKey(
        host: hop.destination, sshConfig: hop.sshConfig, caller: own.person.uid, through: hop.through,
        target: "\(name):\(next.port)", server: own.host)
    }
  }
}
