internal import Glibc
internal import GuardConfiguration
internal import Platform
internal import Systemd
internal import Tunnel

extension LocalEnvironment {
  /// The environment of this process. Call it before anything changes environment variables.
  static func ofThisProcess() -> LocalEnvironment {
    let environment = ConfigurationEnvironment.current
    let account = UserAccount(uid: geteuid())
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry = entry.advanced(by: 1)
    }
    func path(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    // systemd sets it for the main process of a unit, and the children inherit it (systemd.exec(5)).
    let isMain = variables["SYSTEMD_EXEC_PID"] == "\(getpid())"
    return LocalEnvironment(
      home: environment.home ?? "/", localUser: account?.name ?? "\(geteuid())",
      agentSocket: path("SSH_AUTH_SOCK"),
      credentialsDirectory: path("CREDENTIALS_DIRECTORY"), variables: variables,
      service: Service(
        isMain ? OwnUnit.current() : nil, uid: geteuid(),
        shell: account?.shell))
  }
}

extension LocalEnvironment.Service {
  private static let usualUnit = "oceanid-guard"
  /// The user ids of service accounts are below those of people (login.defs(5), SYS_UID_MAX).
  private static let systemAccounts: ClosedRange<UInt32> = 1...999

  /// - Parameters:
  ///   - unit: nil: no service manager started this process.
  ///   - shell: nil: the user has no entry in the user database.
  init?(_ unit: OwnUnit?, uid: UInt32, shell: String?) {
    switch unit {
    case .user(let name): self = .user(unit: Self.short(name))
    case .system(let name): self = .system(unit: Self.short(name))
    case nil:
      let canLogIn = shell.map { !$0.hasSuffix("/nologin") && !$0.hasSuffix("/false") } ?? false
      guard uid != 0, Self.systemAccounts.contains(uid) || !canLogIn else { return nil }
      self = .system(unit: Self.usualUnit)
    }
  }

  /// The name without the suffix `.service`, as users write it.
  private static func short(_ name: String) -> String {
    name.hasSuffix(".service") ? String(name.dropLast(".service".count)) : name
  }
}
