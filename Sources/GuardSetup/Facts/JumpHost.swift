/// The one host through which the server is reached (ssh_config(5), ProxyJump).
struct JumpHost: Hashable, Sendable {
  /// The destination for ssh(1).
  let destination: String
  /// The alias in the ssh_config of the service.
  let name: String
  let host: ResolvedHost
  /// The lines of the known_hosts files with a key of the host.
  let knownHostLines: [String]
  var authorization = MachineFacts.Authorization.unknown

  /// nil if the server is not behind exactly one host that ssh(1) reaches directly.
  ///
  /// - Parameter caller: the user whose ssh_config names it.
  init?(of server: ResolvedHost, alias: String, sshConfig: String?, _ caller: any SetupSystem) {
    guard let jump = server.jump,
      jump.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-@:".contains($0)) })
    else { return nil }
    let place = jump.split(separator: "@").last ?? ""
    name = String(place.prefix { $0 != ":" })
    // Only an address in the form of a URI has a port.
    destination = place.contains(":") ? "ssh://\(jump)" : jump
    guard !name.isEmpty, !name.hasPrefix("-"), name != alias else { return nil }
    let file = sshConfig.map { ["-F", $0] } ?? []
    let answer = caller.run(ProgramCall("ssh", file + ["-G", "--", destination]))
    guard answer.isGood, let host = ResolvedHost(answer.text), host.proxy == nil else { return nil }
    self.host = host
    knownHostLines = KnownHosts(system: caller).lines(of: host)
  }
}
