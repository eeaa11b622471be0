package import GuardAPI
import GuardTerminal
package import GuardTypes

/// The guard's last poll shows that its kubeconfig does not work: the file cannot be used, or the API rejects its
/// certificates or its credentials.
package struct RejectedKubeconfig: CommandError, Hashable {
  let path: String
  let message: String
  let steps: [String]
  package var exitStatus: Int32 { ExitStatus.unavailable.rawValue }
  package var description: String { "the guard's kubeconfig \(path) does not work: \(message)" }
  package var remedy: [String] { steps }

  /// Throws if the kubeconfig of one of the clusters does not work. An unreachable API says nothing about the file.
  ///
  /// - Parameter only: the codes of the failures to look for; nil: all that say something about the file.
  package static func refuse(
    _ status: StatusDocument, only: Set<PollErrorCode>? = nil
  ) throws(RejectedKubeconfig) {
    for cluster in status.clusters {
      guard let error = cluster.poll.error, let code = PollErrorCode(rawValue: error.code),
        only?.contains(code) ?? true
      else { continue }
      switch code {
      case .kubeconfig, .tls, .unauthorized:
        throw RejectedKubeconfig(
          path: cluster.kubeconfig ?? "file", message: error.message,
          steps: [error.command, error.note].compactMap(\.self))
      case .tunnelDown, .unreachable, .forbidden, .timeout, .badResponse: continue
      }
    }
  }
}
