internal import Glibc
internal import GuardConfiguration
internal import Health
internal import Platform
internal import Tunnel

/// What channels take from this process and machine: secrets, and a name.
struct AlertSurroundings: Sendable {
  let environment: LocalEnvironment
  let hostName: String

  init(environment: LocalEnvironment, hostName: String = AlertSurroundings.ownName) {
    self.environment = environment
    self.hostName = hostName
  }

  private static var ownName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return HostPort.isName(text) ? text : "localhost"
  }

  /// One for each server that gets everything.
  func channels(for configuration: Configuration.AlertChannel) -> [any DeliveryChannel] {
    let name = configuration.name
    switch configuration.means {
    case .webhook(let webhook):
      return [WebhookChannel(door: door(webhook.target, name, "webhook"), key: webhook.key)]
    case .alertmanager(let alertmanager):
      return alertmanager.targets.map {
        AlertmanagerChannel(
          door: door($0, name, "alertmanager"), resolveAfter: alertmanager.resolveAfter, host: hostName)
      }
    case .ntfy(let ntfy): return [NtfyChannel(door: door(ntfy.target, name, "ntfy"))]
    case .ping(let ping):
      return [PingChannel(door: door(ping.target, name, "ping"), interval: ping.interval)]
    case .email(let email): return [EmailChannel(name: name, email, host: hostName, user: environment)]
    case .command(let program): return [CommandChannel(name: name, program, user: environment)]
    }
  }

  private func door(_ target: WebTarget, _ name: String, _ means: String) -> WebDoor {
    WebDoor(target: target, channel: name, means: means, surroundings: self)
  }

  // MARK: - Secrets

  /// The text of a secret, read anew each time: it may be replaced while the guard runs.
  ///
  /// - Throws: a refusal that names the place and never the text.
  func text(_ place: SecretPlace) throws(DeliveryError) -> String {
    let path: String
    switch place {
    case .file(let file):
      path = file
      if let reason = SecretFile.exposure(of: file) {
        throw DeliveryError(.refused, "\(file) \(reason)", remedy: "chmod 600 \(file)")
      }
    case .credential(let name):
      do throws(TunnelFailure) {
        path = try environment.credential(name)
      } catch {
        throw DeliveryError(.refused, error.message, remedy: error.remedy)
      }
    }
    let remedy = "put it into \(path) as one line of text, readable for the guard's user alone"
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try SmallFile.read(path, limit: 4096)
    } catch {
      throw DeliveryError(.refused, "\(path) can't be read: \(error.reason)", remedy: remedy)
    }
    var line = bytes[...]
    while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { line.removeLast() }
    guard !line.isEmpty, line.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw DeliveryError(.refused, "\(path) does not hold one line of printable text", remedy: remedy)
    }
    return String(decoding: line, as: UTF8.self)
  }
}
