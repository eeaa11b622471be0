import Glibc
import GuardTypes
import TestSupport
import Testing

@testable import Tunnel

/// Other types of files instead of ssh_config or of an included file.
@Suite(.enabled(if: program("ssh") != nil, "no ssh here: apt-get install openssh-client"), .blocking)
struct ConfigurationFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func resolve(_ path: String) throws(TunnelFailure) -> Resolution {
    try Resolution.ask(
      TunnelConfiguration(host: "tethys", sshConfig: path, forwards: []),
      environment: LocalEnvironment(home: "/h", localUser: "ann", agentSocket: nil), within: .seconds(2))[0]
  }

  /// ssh(1) would wait for a writer.
  @Test func aFIFOIsReported() throws {
    let fifo = folder.file("fifo")
    try #require(mkfifo(fifo, 0o600) == 0)
    symlink(fifo, folder.file("transport"))
    let including = try folder.write("Host x\nInclude \(fifo)\n", to: "including")
    let named = try folder.write("Include \"\(folder.path)/f*o\"\n", to: "globbing")
    for path in [fifo, folder.file("transport"), including, named] {
      let failure = try #require(throws: TunnelFailure.self) { try resolve(path) }
      #expect(failure.code == .config)
      #expect(failure.message.contains("is a FIFO"), "\(path)")
    }
  }

  /// ssh(1) would read them into its memory.
  @Test func devicesAndVeryLargeFilesAreRefusedBeforeSSHReadsThem() throws {
    let large = try folder.write("", to: "large")
    try #require(truncate(large, 2 << 30) == 0)
    let device = try folder.write("Match host x\n  include \"/dev/zero\"\n", to: "device")
    let nested = try folder.write("Include=\(folder.path)/devic?\n", to: "nested")
    let including = try folder.write("Host *\n\tInclude none \(large)\n", to: "including")
    for (path, words) in [
      ("/dev/zero", "it is a device, not a regular file"), (device, "/dev/zero can't be read"),
      (nested, "/dev/zero"),
      (large, "larger than 4 MiB"), (including, "\(large) can't be read: it is larger than 4 MiB"),
    ] {
      let failure = try #require(throws: TunnelFailure.self) { try resolve(path) }
      #expect(failure.code == .config)
      #expect(failure.message.contains(words), "\(failure)")
    }
  }

  @Test(arguments: [
    ("Ciphers aes256-ctr,nonsense", "Ciphers", "has 'nonsense', which ssh does not know", "cipher"),
    ("MACs +nonsense,other", "MACs", "has 'nonsense', 'other', which", "mac"),
    ("KexAlgorithms=\"nonsense\"", "KexAlgorithms", "has 'nonsense', which", "kex"),
    ("HostKeyAlgorithms ^ssh-rs*,no*", "HostKeyAlgorithms", "has 'no*', which", "HostKeyAlgorithms"),
    ("pubkeyacceptedkeytypes x", "PubkeyAcceptedAlgorithms", "has 'x', which", "HostKeyAlgorithms"),
    // For these, `ssh -G` succeeds in some versions.
    ("KexAlgorithms ,", "KexAlgorithms", "leaves no algorithm (',')", "kex"),
    ("PubkeyAcceptedAlgorithms ,", "PubkeyAcceptedAlgorithms", "leaves no algorithm", "HostKeyAlgorithms"),
  ])
  func anUnknownAlgorithmIsNamedWithItsLine(
    _ text: String, _ option: String, _ fault: String, _ query: String
  ) throws {
    let inner = try folder.write("\n# x\nHost *\n  \(text)\n", to: "inner file")
    let path = try folder.write("Include \"\(inner)\"\n", to: "outer")
    let failure = try #require(throws: TunnelFailure.self) { try resolve(path) }
    #expect(failure.code == .config)
    #expect(failure.message.hasPrefix("\(option) at \(inner):4 \(fault)"), "\(failure)")
    #expect(failure.command == "ssh -Q \(query)")
    #expect(failure.note.contains("\(inner):4"))
    #expect(failure.files.contains(inner))
  }

  /// `ssh -G` of some versions prints a name that ssh(1) refuses later.
  @Test func anUnknownAlgorithmInASuccessfulAnswerIsNamed() throws {
    let path = try folder.write("Host a\nCiphers other\nHost b\nCiphers aes256-ctr,new,nonsense\n", to: "c")
    let answer = ConfigurationAnswer(output: "user x\nciphers aes256-ctr,new,nonsense\n", errors: "")
    func failure(_ known: [String]?) -> TunnelFailure? {
      TunnelFailure(algorithms: answer, isRefused: false, files: [path]) { _ in known }
    }
    #expect(failure(["aes256-ctr", "new"])?.message.hasPrefix("Ciphers at \(path):4 has 'nonsense'") == true)
    #expect(failure(["aes256-ctr", "new", "nonsense"]) == nil)
    #expect(failure(nil) == nil)
  }

  @Test func filesThatIncludeThemselvesEnd() throws {
    let path = folder.file("own")
    _ = try folder.write("Host other\nInclude \(path)\n", to: "own")
    #expect(throws: TunnelFailure.self) { try resolve(path) }
  }

  @Test func emptyFilesAndNoneAreAccepted() throws {
    #expect(try resolve("/dev/null").hostName == "tethys")
    #expect(try resolve("none").hostName == "tethys")
    let including = try folder.write("Include \(folder.path)\n", to: "including")
    #expect(try resolve(including).hostName == "tethys")
  }

  /// ssh(1) refuses to run in the background without a command, even with -G.
  @Test(arguments: [
    "ForkAfterAuthentication yes", "ForkAfterAuthentication yes\nRemoteCommand top", "SessionType subsystem",
    "SessionType none", "RemoteCommand top", "StdinNull yes", "RequestTTY force",
  ])
  func optionsAboutTheRemoteCommandAreIgnored(_ lines: String) throws {
    #expect(try resolve(folder.write(lines + "\n", to: "config")).hostName == "tethys")
  }

  @Test func aMissingFileIsReported() throws {
    let failure = try #require(throws: TunnelFailure.self) { try resolve(folder.file("missing")) }
    #expect(failure.code == .config)
    #expect(failure.message.contains("ssh -G tethys failed"))
  }
}
