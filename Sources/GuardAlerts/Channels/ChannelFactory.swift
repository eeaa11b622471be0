internal import Glibc
internal import GuardConfiguration
internal import Tunnel

/// Creates the channels of the configuration.
struct ChannelFactory: Sendable {
  private let environment: LocalEnvironment
  /// The configuration file, if there is one.
  private let file: String?

  init(environment: LocalEnvironment, file: String?) {
    self.environment = environment
    self.file = file
  }

  /// Returns one channel per server that gets every alert.
  func channels(for configuration: Configuration.AlertChannel) -> [any DeliveryChannel] {
    let name = configuration.name
    switch configuration.means {
    case .webhook(let webhook):
      return [WebhookChannel(sender: sender(webhook.target, name, "webhook"), key: webhook.key)]
    case .alertmanager(let alertmanager):
      return alertmanager.targets.map {
        AlertmanagerChannel(
          sender: sender($0, name, "alertmanager"), resolveAfter: alertmanager.resolveAfter,
          host: ChannelFactory.hostName)
      }
    case .ntfy(let ntfy): return [NtfyChannel(sender: sender(ntfy.target, name, "ntfy"))]
    case .github(let github): return gitHub(github, name).map { [$0] } ?? []
    case .ping(let ping):
      return [PingChannel(sender: sender(ping.target, name, "ping"), interval: ping.interval)]
    case .email(let email):
      return [EmailChannel(name: name, email, from: file, host: ChannelFactory.hostName, user: environment)]
    case .command(let program): return [CommandChannel(name: name, program, from: file, user: environment)]
    }
  }

  private func gitHub(_ github: Configuration.AlertChannel.GitHub, _ name: String) -> (any DeliveryChannel)? {
    guard let repository = github.repository else { return nil }
    let access = WebAccess(login: .token(github.token), authorities: github.authorities)
    let target = WebTarget(location: .address(github.url), access: access)
    return GitHubChannel(
      issues: GitHubIssues(
        sender: sender(target, name, "github"), repository: repository, labels: github.labels),
      host: ChannelFactory.hostName)
  }

  private func sender(_ target: WebTarget, _ name: String, _ means: String) -> HTTPSender {
    HTTPSender(
      target: target, channel: name, means: means, secretReader: SecretReader(environment: environment))
  }

  /// The name of this machine.
  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return HostPort.isName(text) ? text : "localhost"
  }
}
