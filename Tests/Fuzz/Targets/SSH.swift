internal import Glibc
import GuardTypes
internal import Platform
internal import SSH

@testable internal import Tunnel

extension FuzzTarget {
  /// The output of `ssh -G`.
  static let sshConfiguration = FuzzTarget("ssh-configuration") { bytes in
    let environment = LocalEnvironment(
      home: "/home/ada", localUser: "ada", agentSocket: nil, variables: ["HOME": "/home/ada", "A": "b"])
    let tunnel = TunnelConfiguration(host: "tethys", forwards: [])
    let configuration = SSHConfiguration(output: String(foreign: bytes))
    do {
      let resolution = try configuration.resolve(tunnel, environment: environment)
      _ = resolution.keepalive(tunnel)
      for jump in resolution.proxyJump {
        try hold(JumpHost("\(jump)") == jump, "\(jump) reads as something else")
      }
    } catch let error as TunnelFailure {
      try hold(error.code == .config, "\(error)")
      try hold(error.message.utf8.count < 1 << 16, "a message of \(error.message.utf8.count) bytes")
    }
  }

  /// known_hosts: a revoked key is never accepted, and entries of other hosts have no effect.
  static let knownHosts = FuzzTarget("known-hosts") { bytes in
    let name = "tethys"
    let blob: [UInt8] = [0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [0, 0, 0, 1, 7]
    let key = HostKey(type: "ssh-ed25519", blob: blob, fingerprint: "")
    let hosts = KnownHosts(files: ["known"]) { _ in bytes }
    for port: UInt16 in [22, 2222] {
      let answer = hosts.check(key, name: name, port: port)
      _ = hosts.authority(name: name, port: port)?.shown
      _ = hosts.onlyUnusableEntry(name: name, port: port)
      try hold(
        Set(hosts.keyTypes(name: name, port: port)) == Set(Algorithms.hostKeys), "algorithms are lost")
      // Adds a line at the beginning that revokes the key for all hosts.
      let line = "@revoked * ssh-ed25519 \(Base64.encodeUnpadded(blob))\n"
      let revoking = KnownHosts(files: ["known"]) { _ in Array(line.utf8) + bytes }
      guard case .revoked = revoking.check(key, name: name, port: port) else {
        throw Broken(description: "revoked, and yet \(answer)")
      }
    }
    _ = KeyRevocationList(KeyRevocationList.magic + bytes)?.revokes(blob)
    try ScratchFile.holding(bytes) { path in
      let place = try? RevokedKeys([path]).place(of: blob)
      try hold(place?.hasPrefix(path) ?? true, "revoked by \(place ?? "")")
    }
  }

  /// A private key file with its public key file.
  static let identityFile = FuzzTarget("identity-file") { bytes in
    try ScratchFile.holding(bytes) { path in
      for hasPassphrase in [false, true] {
        let file = IdentityFile(path: path, isGuarded: true, passphrase: hasPassphrase ? "open it" : nil)
        switch file.content {
        case .missing: throw Broken(description: "missing")
        case .usable(let key, let isEncrypted):
          // A key of OpenSSH is wrapped again.
          let body = String(foreign: key).split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
          try hold(
            key == bytes || String(foreign: bytes.filter { $0 > 0x20 }).contains(body), "another key")
          try hold(!isEncrypted || hasPassphrase, "usable without its passphrase")
        case .publicOnly: try hold(file.publicKey != nil, "a public key that is none")
        case .exposed: throw Broken(description: "exposed, although it is guarded")
        case .unreadable(let reason), .damaged(let reason), .unsupported(let reason), .encrypted(let reason),
          .undecryptable(let reason):
          try hold(!reason.isEmpty, "unusable without a reason")
        }
      }
    }
    if let decoded = Base64.decode(String(foreign: bytes)) {
      try hold(
        Base64.decode(Base64.encodeUnpadded(decoded)) == decoded, "base64 reads as something else")
    }
  }

  /// The responses of an ssh-agent, which closes the connection after the last byte.
  static let agent = FuzzTarget("agent") { bytes in
    // The maximum size that fits into the socket's buffer.
    let bytes = bytes.prefix(64 << 10)
    // Tests replay inputs on several threads.
    let path = "/tmp/og-fuzz-\(getpid())-\(pthread_self()).sock"
    guard let address = SocketAddress(path: path) else { return }
    unlink(path)
    let listener = try StreamSocket.listen(on: address)
    defer { unlink(path) }
    let agent = try Agent(path: path)
    guard let (raw, _) = try StreamSocket.accept(from: listener) else { return }
    let peer = Descriptor(owning: raw)
    _ = bytes.withUnsafeBytes { peer.sendAll($0, until: .now + .seconds(1)) }
    StreamSocket.endSending(peer)
    let identities = agent.identities() ?? []
    try hold(identities.count <= 2048, "\(identities.count) identities")
    for identity in identities {
      _ = identity.type
      _ = SignatureFlags.asked(by: identity.publicKey)
    }
    // The rest is the answer to a request for a signature.
    agent.ask([0, 0, 0, 0], with: Agent.Identity(publicKey: [], comment: ""), proof: nil)
    try hold(agent.answer() != .waiting, "an agent that closed the connection is waited for")
  }
}
