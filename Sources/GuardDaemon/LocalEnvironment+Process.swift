internal import Glibc
internal import GuardConfiguration
internal import Tunnel

extension LocalEnvironment {
  /// The environment of this process. Call it before anything changes environment variables.
  static func ofThisProcess() -> LocalEnvironment {
    let environment = ConfigurationEnvironment.current
    let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry = entry.advanced(by: 1)
    }
    func path(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    return LocalEnvironment(
      home: environment.home ?? "/", localUser: user ?? "\(geteuid())", agentSocket: path("SSH_AUTH_SOCK"),
      credentialsDirectory: path("CREDENTIALS_DIRECTORY"), variables: variables)
  }
}
