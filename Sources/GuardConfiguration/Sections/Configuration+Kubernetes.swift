internal import GuardTypes
package import Health
package import Tunnel

extension Configuration {
  /// How a cluster's API is asked.
  package struct Kubernetes: Hashable, Sendable {
    /// Absolute path, or `credential:NAME` for a credential of the service manager's.
    package var kubeconfig: String
    /// The context of the kubeconfig.
    package var context = "default"
    /// How often the API is polled.
    package var poll = Poll()
  }

  /// How often a cluster's API is asked.
  package struct Poll: Hashable, Sendable {
    /// From one poll to the next.
    package var interval: Duration = .seconds(15)
    /// After which a poll has failed.
    package var timeout: Duration = .seconds(10)
  }
}

extension Configuration.Kubernetes: ConfigurationSection {
  init(defaultsIn environment: ConfigurationEnvironment) {
    let path = "~/.kube/k3s-config.yaml"
    // KUBECONFIG, as kubectl reads it. Without any home the path stays as it is, and the poll reports that there is no
    // such file.
    self.init(
      kubeconfig: environment.kubeconfig.flatMap(environment.expandList) ?? environment.expand(path) ?? path)
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

  /// The file that `kubeconfig` means in this process: a credential lies where the service manager put it.
  ///
  /// - Throws: `PollFailure` with code `kubeconfig` and the line that the unit lacks.
  package func file(in environment: LocalEnvironment) throws(PollFailure) -> String {
    guard let name = Credential.name(in: kubeconfig) else { return kubeconfig }
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
        "The time after which a poll has failed."),
    ]
  }
}
