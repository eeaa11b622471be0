internal import Health

/// One request type of a poll.
enum Query: Hashable {
  case version
  case readiness
  /// The server's failed checks, if /readyz did not list them.
  case readinessChecks
  /// All groups of the server, in one response if it supports that.
  case groups
  /// The resources of one group version, for servers without aggregated discovery.
  case resources(group: String, version: String)
  /// The events by which K3s warns of its certificates.
  case certificateEvents
  /// One page of a kind's list, by the kind's name.
  case list(kind: String)
  case secret(Expectations.Name)
  /// A read from etcd itself, after the server's cache did not have the Secret.
  case uncachedSecret(Expectations.Name)
}
