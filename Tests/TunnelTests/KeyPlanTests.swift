import Glibc
import SSH
import TestSupport
import Testing

@testable import Tunnel

/// Which keys are offered, and in which order (OpenSSH's sshconnect2.c, pubkey_prepare).
@Suite struct KeyPlanTests {
  private static func blob(_ name: String, type: String = "ssh-ed25519") -> [UInt8] {
    var blob: [UInt8] = []
    blob.appendSSH(string: type)
    blob.appendSSH(string: name)
    return blob
  }

  private static func held(_ name: String, type: String = "ssh-ed25519") -> Agent.Identity {
    Agent.Identity(publicKey: blob(name, type: type), comment: name)
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A private key in PEM format with its public key file.
  private func file(_ name: String, hasPrivate: Bool = true) throws -> IdentityFile {
    let path = folder.file(name)
    if hasPrivate {
      try folder.write("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", to: name)
      chmod(path, 0o600)
    }
    try folder.write("ssh-ed25519 \(Base64.encodeUnpadded(Self.blob(name))) comment\n", to: name + ".pub")
    return IdentityFile(path: path)
  }

  private func plan(
    _ files: [IdentityFile], _ agent: [Agent.Identity]?, only: Bool = false, allowed: Set<String>? = nil
  ) -> KeyPlan {
    KeyPlan(files: files, agent: agent, identitiesOnly: only, allowed: allowed)
  }

  private func names(_ plan: KeyPlan) -> [String] {
    plan.keys.map { key in
      switch key {
      case .agent(let identity, let file): (file == nil ? "agent " : "named ") + identity.comment
      case .file(let path, _, _): "file " + (path.split(separator: "/").last.map(String.init) ?? "")
      }
    }
  }

  @Test func namedKeysOfTheAgentComeFirstThenItsOthersThenFiles() throws {
    let plan = plan(
      [try file("c"), try file("a"), try file("f")], ["x", "a", "y", "c"].map { Self.held($0) })
    #expect(names(plan) == ["named a", "named c", "agent x", "agent y", "file f"])
  }

  @Test func withIdentitiesOnlyTheAgentsOtherKeysAreOmitted() throws {
    let plan = plan([try file("c"), try file("f")], ["x", "c"].map { Self.held($0) }, only: true)
    #expect(names(plan) == ["named c", "file f"])
  }

  @Test func aFileThatIsNamedTwiceIsTriedTwice() throws {
    let plan = plan([try file("a"), try file("a")], [Self.held("a")])
    #expect(names(plan) == ["named a", "file a"])
  }

  @Test func aPublicKeyFileAloneSelectsAKeyOfTheAgent() throws {
    let half = try file("a", hasPrivate: false)
    let whole = IdentityFile(path: folder.file("a.pub"))
    chmod(folder.file("a.pub"), 0o666)
    for named in [half, whole] {
      #expect(names(plan([named], [Self.held("a")], only: true)) == ["named a"])
      let without = plan([named], nil, only: true)
      #expect(without.keys.isEmpty)
      #expect(without.omissions.map(\.kind) == [.needsAgent])
    }
  }

  @Test(arguments: [
    ("sk-ssh-ed25519@openssh.com", "security key"), ("ssh-ed25519-cert-v01@openssh.com", "certificate"),
    ("ssh-dss", "type"),
  ])
  func keysThatLibssh2CannotUseAreSkippedAndReported(_ type: String, _ word: String) {
    let plan = plan([], [Self.held("odd", type: type), Self.held("a")])
    #expect(names(plan) == ["agent a"])
    #expect(plan.omissions.map(\.name) == ["odd (agent)"])
    #expect(plan.omissions.first?.reason.contains(word) == true)
  }

  @Test func keysOfExcludedTypesAreOmitted() throws {
    let plan = plan(
      [try file("f")], [Self.held("e", type: "ecdsa-sha2-nistp256"), Self.held("a")],
      allowed: ["ecdsa-sha2-nistp256"])
    #expect(names(plan) == ["agent e"])
    #expect(plan.omissions.allSatisfy { $0.reason.contains("PubkeyAcceptedAlgorithms") })
  }

  @Test func commentsOfTheAgentAreCleaned() {
    let identity = Agent.Identity(publicKey: Self.blob("a"), comment: "\u{1b}[2Jmy key\n")
    #expect(KeyPlan.Key.agent(identity, file: nil).name == "[2Jmy key (agent)")
    let nameless = Agent.Identity(publicKey: Self.blob("a"), comment: "")
    #expect(nameless.shown.hasPrefix("ssh-ed25519 SHA256:"))
  }
}
