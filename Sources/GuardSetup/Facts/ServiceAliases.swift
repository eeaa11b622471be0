internal import GuardTypes

/// The ssh_config of the service: the server and the jump hosts before it.
enum ServiceAliases {
  /// Each alias names the one before it in ProxyJump, and all use the same key.
  ///
  /// - Parameter alias: the name of the server.
  static func text(
    _ alias: String, _ server: ResolvedHost, _ route: JumpRoute, key: String = MachineFacts.key
  ) -> String {
    var text = section(alias, server, through: route.hops.last?.name, key)
    for (index, hop) in route.hops.enumerated().reversed() {
      let before = index == 0 ? nil : route.hops[index - 1].name
      text += section(hop.name, hop.host, through: before, key)
    }
    return text
  }

  private static func section(
    _ name: String, _ host: ResolvedHost, through jump: String?, _ key: String
  ) -> String {
    var lines = [
      "# Written by oceanid-ctl setup --machine.", "Host \(name)",
      // ssh(1) expands tokens here, and the interface of a link-local address follows after a %.
      "  HostName \(host.hostName.escaping(["%": "%%"]))", "  User \(host.user)", "  Port \(host.port)",
    ]
    if let alias = host.hostKeyAlias { lines.append("  HostKeyAlias \(alias)") }
    // Also written without a jump host. Otherwise, a later section with an earlier route would be used.
    lines += [
      "  ProxyJump \(jump ?? "none")", "  IdentityFile \(key)", "  IdentitiesOnly yes",
      "  IdentityAgent none",
    ]
    return lines.map { "\($0)\n" }.joined()
  }
}
