/// What the guard's kubeconfig selects.
public struct KubeconfigTarget: Hashable, Sendable {
  public let context: String
  /// `https://127.0.0.1:16443`
  public let server: String

  public init(context: String, server: String) {
    self.context = context
    self.server = server
  }
}
