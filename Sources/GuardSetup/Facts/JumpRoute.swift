internal import GuardTypes

/// The jump hosts between this machine and the server.
struct JumpRoute: Hashable, Sendable {
  /// Nearest first; empty for a direct connection, or if the service cannot use the route.
  var hops: [JumpHop] = []
  /// The reason why the service cannot use the route; nil if it can.
  var fault: Fault?

  enum Fault: Hashable, Sendable {
    /// A ProxyCommand runs as the caller, and may need the caller's files.
    case command(String, of: String)
    /// An element of ProxyJump that is not a plain `[user@]host[:port]`.
    case name(String, of: String)
    /// The jump host that `ssh -G` does not describe, and the file of `-F`.
    case unresolved(JumpHost, sshConfig: String?, reason: String)
    case loop(JumpHost, shown: String)
    case tooLong
  }
}
