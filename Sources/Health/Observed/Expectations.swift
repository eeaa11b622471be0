/// What the operator says the cluster must have (`expect` in the configuration).
public struct Expectations: Hashable, Sendable {
  /// `namespace/name`
  public struct Name: Hashable, Sendable, CustomStringConvertible {
    public let namespace: String
    public let name: String

    public init(namespace: String, name: String) {
      self.namespace = namespace
      self.name = name
    }

    public var description: String { "\(namespace)/\(name)" }
  }

  /// Empty: any set of nodes will do.
  public var nodes: [String]
  /// Node name to the number of GPUs that it must offer.
  public var gpus: [String: Int]
  /// `v2.6.4`; nil: any.
  public var fluxVersion: String?
  public var fluxNamespace: String
  public var workloads: [Name]
  public var secrets: [Name]

  public init(
    nodes: [String] = [], gpus: [String: Int] = [:], fluxVersion: String? = nil,
    fluxNamespace: String = "flux-system", workloads: [Name] = [], secrets: [Name] = []
  ) {
    self.nodes = nodes
    self.gpus = gpus
    self.fluxVersion = fluxVersion
    self.fluxNamespace = fluxNamespace
    self.workloads = workloads
    self.secrets = secrets
  }
}
