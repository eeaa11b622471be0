/// The state of K3s while its API server does not answer, as the port shows it. The supervisor of K3s answers `GET /ping`
/// there without login, also while the API server does not run (k3s, pkg/server/handlers).
public enum ControlPlaneState: Hashable, Sendable {
  /// Nothing answers on the port: K3s does not run, or the port is closed.
  case down
  /// K3s answers, but passes no request to its API server yet: it starts, or waits for its datastore.
  case notReady
  /// K3s answers, and its API server does not.
  case hanging
  /// The API server runs, and checks of `/readyz` fail.
  case unhealthy(checks: [String])
  /// The API server runs, and rejects the credential of the kubeconfig.
  case rejectsCredential
}
