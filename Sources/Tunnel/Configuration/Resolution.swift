package import GuardTypes
package import SSH

/// The parameters of a connection, after ssh_config was applied.
package struct Resolution: Hashable, Sendable {
  package enum AddressFamily: String, Hashable, Sendable {
    case any, inet, inet6
  }

  package var hostName: String
  package var user: String
  package var port: UInt16
  /// The families of the addresses to try.
  package var addressFamily: AddressFamily
  /// The local address to connect from; nil: the kernel chooses.
  package var bindAddress: String?
  /// The jump hosts, nearest first; empty if the host is reached directly or by `proxyCommand`.
  package var proxyJump: [JumpHost]
  /// A command for `/bin/sh -c` that begins with `exec`, with expanded tokens. The session runs over its standard input
  /// and output.
  package var proxyCommand: String?
  package var connectTimeout: Duration

  package var identityFiles: [String]
  /// True if only keys of identity files are offered, even if the agent has more (ssh_config(5)).
  package var identitiesOnly: Bool
  /// The path of the agent's socket; nil if there is no agent.
  package var agentSocket: String?
  /// False with `IdentityAgent none`: then no message names an agent as the remedy.
  package var allowsAgents = true
  /// PubkeyAcceptedAlgorithms: keys of other types are not offered; nil allows all.
  package var publicKeyAlgorithms: Set<String>?
  /// The file that contains the passphrase of encrypted identity files.
  package var passphraseFile: String?
  /// The folder into which the service manager puts credentials; nil if it provides none.
  package var credentialsDirectory: String?
  /// CertificateFile. libssh2 cannot log in with a certificate, so the key is offered without it.
  package var certificateFiles: [String]
  /// Sentences about keys in ssh_config that cannot be used. They are shown when no other key works.
  package var keyNotes: [String]

  package var knownHostsFiles: [String]
  /// The first of the user's own files. ssh(1) adds accepted keys to it. nil if there is none.
  package var userKnownHostsFile: String?
  package var revokedHostKeysFiles: [String]
  /// The name of the host in known_hosts.
  package var hostKeyName: String
  /// The port for known_hosts: 22 if HostKeyAlias replaces host and port (sshconnect.c).
  package var hostKeyPort: UInt16
  /// The algorithms of libssh2 that HostKeyAlgorithms, KexAlgorithms, Ciphers and MACs allow.
  package var algorithms: Algorithms.Offer

  /// ServerAliveInterval; nil if it is off.
  package var serverAliveInterval: Duration?
  package var serverAliveCountMax: Int
  /// The name given to ssh, before HostName was applied.
  package var alias: String
  /// The arguments with which ssh(1) connects to the same host with the same keys, for any shell: `-p 2222 tethys`.
  package var sshArguments: String
  /// The prefix of commands that use the files of the guard's user: see `LocalEnvironment.asOwner`.
  package var asOwner: String
  /// The service that connects; nil: the guard was started from a shell.
  package var service: LocalEnvironment.Service?
  /// Files whose change may change this resolution, and the patterns of Include.
  package var configFiles: [String]
  /// Warnings about ssh_config for the user, one sentence each.
  package var notes: [String]
  /// True if ssh(1) asks the user about an unknown host key before it refuses it (StrictHostKeyChecking).
  package var asksForHostKeys: Bool
  /// NoHostAuthenticationForLocalhost: ssh(1) neither checks nor records the key of a loopback address.
  package var skipsLoopbackHostKeys = false
  /// The variable that IdentityAgent names, if the guard does not have it.
  package var missingAgentVariable: String?
}

extension Resolution {
  /// The command that makes the same connection manually.
  package var byHand: String { "\(asOwner)ssh \(sshArguments)" }
  /// The same command, which asks whether an unknown host key is to be accepted.
  package var askByHand: String { "\(asOwner)ssh \(askOption)\(sshArguments)" }
  /// The same command for a key of one type. It asks even if a certificate of the host would keep ssh(1) from asking.
  package func askByHand(for keyType: String) -> String {
    // An RSA key has one type and several signature algorithms (RFC 8332 §3).
    let algorithm = keyType == "ssh-rsa" ? "rsa-sha2-512" : keyType
    return "\(asOwner)ssh \(askOption)-o HostKeyAlgorithms=\(algorithm) \(sshArguments)"
  }
  /// The command that adds the host's keys of other types, if ssh(1) knows one of them (UpdateHostKeys).
  package var updateByHand: String { "\(asOwner)ssh -o UpdateHostKeys=yes \(sshArguments) true" }
  private var askOption: String {
    (asksForHostKeys ? "" : "-o StrictHostKeyChecking=ask ")
      + (skipsLoopbackHostKeys ? "-o NoHostAuthenticationForLocalhost=no " : "")
  }

  /// The idle time after which the peer is probed, and the silence after which the session is considered dead.
  ///
  /// The values of guard.yaml if it sets them. Otherwise the guard's defaults, which ServerAliveInterval and
  /// ServerAliveCountMax can shorten but not extend, because they are often set for all hosts to keep NAT entries
  /// alive.
  package func keepalive(_ configuration: TunnelConfiguration) -> (interval: Duration, timeout: Duration) {
    let interval = configuration.keepaliveInterval
    let timeout = configuration.keepaliveTimeout
    guard !configuration.keepaliveIsChosen, let alive = serverAliveInterval else {
      return (interval, timeout)
    }
    let shorter = min(interval, alive)
    // The user may set any values, so their product may overflow.
    let timeLimit = alive >= timeout ? timeout : alive * min(max(1, serverAliveCountMax), 1 << 20)
    return (shorter, max(shorter, min(timeout, timeLimit)))
  }
}

// MARK: - Files

extension Resolution {
  var loginFiles: [String] {
    identityFiles.flatMap { [$0, $0 + ".pub"] } + [passphraseFile, agentSocket].compactMap(\.self)
      + configFiles
  }

  /// Files that a connection reads, and whose change causes another attempt.
  var files: [String] { loginFiles + knownHostsFiles + revokedHostKeysFiles }

  /// The folders of the identity files.
  var keyFolders: Set<String> {
    Set(identityFiles.compactMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } })
  }
}
