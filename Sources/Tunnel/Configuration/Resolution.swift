package import SSH

/// The parameters of a connection, after ssh_config was applied.
package struct Resolution: Hashable, Sendable {
  package enum AddressFamily: String, Hashable, Sendable {
    case any, inet, inet6
  }

  package var hostName: String
  package var user: String
  package var port: UInt16
  /// Which of the name's addresses may be tried.
  package var addressFamily: AddressFamily
  /// The local address to connect from; nil: the kernel chooses.
  package var bindAddress: String?
  /// The jump hosts, nearest first; empty where the host is reached directly or by `proxyCommand`.
  package var proxyJump: [JumpHost]
  /// For `/bin/sh -c`: it begins with `exec`, and its tokens are filled in. The session runs on its standard input
  /// and output.
  package var proxyCommand: String?
  package var connectTimeout: Duration

  package var identityFiles: [String]
  /// Only the identity files' keys are offered, even where the agent holds more (ssh_config(5)).
  package var identitiesOnly: Bool
  /// Path of the agent's socket; nil where there is none.
  package var agentSocket: String?
  /// PubkeyAcceptedAlgorithms: a key of another type is not offered; nil: all.
  package var publicKeyAlgorithms: Set<String>?
  /// The file with the passphrase of encrypted identity files.
  package var passphraseFile: String?
  /// Files below were put there by the service manager; nil where it gave none.
  package var credentialsDirectory: String?
  /// CertificateFile: libssh2 can't log in with a certificate, so its key is offered without it.
  package var certificateFiles: [String]
  /// Keys that ssh_config names and that can't be used, a sentence each: shown when no other key works.
  package var keyNotes: [String]

  package var knownHostsFiles: [String]
  /// The first of the user's own, where ssh(1) writes a key that is accepted; nil where there is none.
  package var userKnownHostsFile: String?
  package var revokedHostKeysFile: String?
  /// The name of the host in known_hosts.
  package var hostKeyName: String
  /// The port that belongs to it: 22 where HostKeyAlias stands for host and port (sshconnect.c).
  package var hostKeyPort: UInt16
  /// The algorithms of libssh2 that HostKeyAlgorithms, KexAlgorithms, Ciphers and MACs allow.
  package var algorithms: Algorithms.Offer

  /// ServerAliveInterval; nil where it is off.
  package var serverAliveInterval: Duration?
  package var serverAliveCountMax: Int
  /// The name that was given to ssh, before HostName.
  package var alias: String
  /// The arguments with which ssh(1) connects to the same host with the same keys, for any shell: `-p 2222 tethys`.
  package var sshArguments: String
  /// In front of a command that uses the files of the guard's user: see `LocalEnvironment.asOwner`.
  package var asOwner: String
  /// The service that connects; nil: started from a shell.
  package var service: LocalEnvironment.Service?
  /// Files whose change may change this resolution.
  package var configFiles: [String]
  /// Remarks on ssh_config for the user, a sentence each.
  package var notes: [String]
  /// ssh(1) asks before it refuses an unknown host key (StrictHostKeyChecking).
  package var asksForHostKeys: Bool
}

extension Resolution {
  /// The command that does the same by hand.
  package var byHand: String { "\(asOwner)ssh \(sshArguments)" }
  /// The same, to be asked whether a host key is to be accepted.
  package var askByHand: String { "\(asOwner)ssh \(askOption)\(sshArguments)" }
  /// The same for a key of one type, also where a certificate of the host would keep ssh(1) from asking.
  package func askByHand(for keyType: String) -> String {
    // An RSA key has one type and several names of signatures (RFC 8332 §3).
    let algorithm = keyType == "ssh-rsa" ? "rsa-sha2-512" : keyType
    return "\(asOwner)ssh \(askOption)-o HostKeyAlgorithms=\(algorithm) \(sshArguments)"
  }
  private var askOption: String { asksForHostKeys ? "" : "-o StrictHostKeyChecking=ask " }
  /// The same, telling each step: to compare with.
  package var byHandInDetail: String { "\(asOwner)ssh -v \(sshArguments)" }

  /// Idle time before the peer is probed, and the silence after which the session is considered dead.
  ///
  /// guard.yaml's, where it says; else the guard's own, shortened by ServerAliveInterval and ServerAliveCountMax but
  /// never extended by them: they are often set for all hosts, to keep NAT entries alive.
  package func keepalive(_ configuration: TunnelConfiguration) -> (interval: Duration, timeout: Duration) {
    let interval = configuration.keepaliveInterval
    let timeout = configuration.keepaliveTimeout
    guard !configuration.keepaliveIsChosen, let alive = serverAliveInterval else {
      return (interval, timeout)
    }
    let shorter = min(interval, alive)
    // Both values are arbitrary: their product may overflow.
    let patience = alive >= timeout ? timeout : alive * min(max(1, serverAliveCountMax), 1 << 20)
    return (shorter, max(shorter, min(timeout, patience)))
  }
}
