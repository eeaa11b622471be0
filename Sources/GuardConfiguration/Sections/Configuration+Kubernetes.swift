internal import GuardTypes
package import Health
package import Tunnel

extension Configuration {
  /// The access to a cluster's API.
  package struct Kubernetes: Hashable, Sendable {
    /// An absolute path, or `credential:NAME` for a credential of the service manager.
    package var kubeconfig: String
    /// The context of the kubeconfig.
    package var context = "default"
    /// The schedule of polls.
    package var poll = Poll()
  }

  /// The schedule of polls of a cluster's API.
  package struct Poll: Hashable, Sendable {
    /// The time between polls.
    package var interval: Duration = .seconds(15)
    /// The time after which a poll fails.
    package var timeout: Duration = .seconds(10)
  }
}

extension Configuration.Kubernetes: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) {
    let path = "~/.kube/k3s-config.yaml"
    // KUBECONFIG is used as in kubectl. Without a home, the path is not expanded, and the poll reports that
    // there is no such file.
    self.init(
      kubeconfig: environment.kubeconfig.flatMap(environment.expandVariable) ?? environment.expand(path)
        ?? path)
  }

  static var keys: [ConfigurationKey<Configuration.Kubernetes>] {
    [
      .init(
        "kubeconfig", \.kubeconfig, .kubeconfig, standard: "$KUBECONFIG, else ~/.kube/k3s-config.yaml",
        "The kubeconfig with the cluster's address and credentials."),
      .init("context", \.context, .text("the name of a context"), "The context of the kubeconfig."),
      .init("poll", section: \.poll, style: .flow),
    ]
  }

  /// The file of `kubeconfig` in this process. The service manager determines the path of a credential.
  ///
  /// - Throws: `PollFailure` with code `kubeconfig`, which names the line that is missing in the unit.
  package func file(in environment: LocalEnvironment) throws(PollFailure) -> String {
    guard let name = SecretSource.credentialName(in: kubeconfig) else { return kubeconfig }
    do throws(TunnelFailure) {
      return try environment.credential(name)
    } catch {
      throw PollFailure(
        code: .kubeconfig, message: error.message, step: NextStep(command: error.command, note: error.note))
    }
  }
}

extension Configuration.Poll: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) { self.init() }

  static var keys: [ConfigurationKey<Configuration.Poll>] {
    [
      .init(
        "interval", \.interval, .duration(.milliseconds(200)...(.seconds(3600))),
        "The time from one poll of the cluster to the next."),
      .init(
        "timeout", \.timeout, .duration(.milliseconds(100)...(.seconds(300))),
        "The time after which a poll fails."),
    ]
  }
}
