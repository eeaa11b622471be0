internal import GuardConfiguration
internal import GuardPipeline
internal import GuardStatus
internal import GuardTypes
internal import Health
internal import Pipeline
internal import Tunnel

extension TokenFile {
  /// The token in a file or in a credential of the service.
  init(_ place: SecretSource, environment: LocalEnvironment) {
    let description =
      switch place {
      case .file(let path): path
      case .credential(let name): "the credential \(name)"
      }
    self.init(place: description, path: { TokenFile.path(place, environment) }) { path in
      // The service manager protects its credentials.
      guard case .file = place, let refusal = SecretFile.refusal(of: path, in: environment) else {
        return nil
      }
      return (refusal.reason, NextStep(command: refusal.command))
    }
  }

  private static func path(
    _ place: SecretSource, _ environment: LocalEnvironment
  ) -> Result<String, SourceFailure> {
    switch place {
    case .file(let path): return .success(path)
    case .credential(let name):
      do throws(TunnelFailure) {
        return .success(try environment.credential(name))
      } catch {
        return .failure(SourceFailure(.token, error.message, step: NextStep(error)))
      }
    }
  }
}
