internal import GuardTypes
internal import Health
internal import Tunnel

extension Configuration.Kubernetes {
  /// The file that `kubeconfig` means in this process: a credential lies where the service manager put it.
  ///
  /// - Throws: `PollFailure` with code `kubeconfig` and the line that the unit lacks.
  func file(in environment: LocalEnvironment) throws(PollFailure) -> String {
    guard let name = Credential.name(in: kubeconfig) else { return kubeconfig }
    do throws(TunnelFailure) {
      return try environment.credential(name)
    } catch {
      throw PollFailure(code: .kubeconfig, message: error.message, remedy: error.remedy)
    }
  }
}
