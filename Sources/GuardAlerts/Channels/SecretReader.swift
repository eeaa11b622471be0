internal import GuardConfiguration
internal import GuardTypes
internal import Health
internal import Platform
internal import Tunnel

/// Reads the secrets of alert channels from files and credentials.
struct SecretReader: Sendable {
  private let environment: LocalEnvironment

  init(environment: LocalEnvironment) { self.environment = environment }

  /// Reads a secret each time it is needed, because it may be replaced while the guard runs.
  ///
  /// - Throws: `DeliveryError` that names the place and never the text.
  func text(_ place: SecretSource) throws(DeliveryError) -> String {
    let path: String
    switch place {
    case .file(let file):
      path = file
      if let refusal = SecretFile.refusal(of: file, in: environment) {
        throw DeliveryError(.refused, "\(file) \(refusal.reason)", remedy: refusal.command)
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
