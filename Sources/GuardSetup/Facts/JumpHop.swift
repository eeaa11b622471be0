internal import GuardTypes

/// A jump host of the route to the server, as ssh(1) reaches it with the caller's login.
struct JumpHop: Hashable, Sendable {
  let jump: JumpHost
  /// The jump hosts before it, for `ssh -J`; empty if ssh(1) reaches it as ssh_config says.
  let before: [JumpHost]
  /// The ssh_config that names it; nil: the default files.
  let sshConfig: String?
  let host: ResolvedHost
  /// The lines of the caller's known_hosts files with a key of the host.
  let knownHostLines: [String]
  /// The alias in the ssh_config of the service.
  var name: String
  /// False if neither the caller nor the service has a key of the host in a file.
  var isHostKeyFound = true
  var authorization = MachineFacts.Authorization.unknown

  var destination: String { jump.destination }
  /// The argument of `ssh -J`; nil if it is not needed.
  var through: String? { before.isEmpty ? nil : before.map(\.description).joined(separator: ",") }
}

extension JumpHost {
  /// The destination for ssh(1). Only an address in the form of a URI has a port.
  var destination: String {
    port == nil ? (user.map { "\($0)@" } ?? "") + host : "ssh://\(self)"
  }

  /// True if user and host have no character that ssh(1) or a shell gives a meaning to.
  var isPlain: Bool {
    func isPlain(_ text: String, _ marks: String) -> Bool {
      text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || marks.contains($0)) }
    }
    return isPlain(host, "._-:") && isPlain(user ?? "", "._-@+") && user?.hasPrefix("-") != true
  }
}
