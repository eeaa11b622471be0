import DemoCluster
import Foundation
import TestSupport
import Testing

/// A user other than root.
private enum OtherUser {
  static let name = "nobody"
  static let id: UInt32 = 65534
  static let identity = ["--reuid=65534", "--regid=65534", "--clear-groups"]

  /// True if programs of this build can run as that user.
  static var isPossible: Bool {
    guard geteuid() == 0 else { return false }
    return (try? run("setpriv", identity + [Installation.client, "--version"]).exit) == .exited(0)
  }

  /// The command as root, through sudo(8) or su(1).
  static func asRoot(_ command: String) -> String {
    program("sudo") == nil ? "su -c '\(command)'" : "sudo \(command)"
  }
}

/// `oceanid-ctl setup` as a user who may not read, or not write, some of the files. The tests run as root, which may, so
/// setup runs as another user.
@Suite(
  .enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)),
  .enabled(if: OtherUser.isPossible, "needs root, setpriv and programs that other users can run"),
  .serialized, .blocking, .timeLimit(.minutes(5)))
struct SetupFileTests {
  enum State: CaseIterable {
    case ready
    case keyOfMode000, keyOfAnotherUser, knownHostsOfMode000, configOfMode000, kubeconfigOfMode000
    case kubeconfigOfAnotherUser, configurationOfMode000
    case readOnlyHome, fullDisk

    /// The file, and its mode and owner.
    func damage(_ installation: Installation) throws {
      let server = installation.server
      switch self {
      case .ready, .readOnlyHome, .fullDisk: break
      case .keyOfMode000: chmod(server.userKey, 0)
      case .keyOfAnotherUser: chown(server.userKey, 0, 0)
      case .knownHostsOfMode000: chmod(server.folder.file("known_hosts"), 0)
      case .configOfMode000: chmod(server.sshConfig, 0)
      case .kubeconfigOfMode000: chmod(installation.kubeconfig, 0)
      case .kubeconfigOfAnotherUser:
        chown(installation.kubeconfig, 0, 0)
        chmod(installation.kubeconfig, 0o600)
      case .configurationOfMode000: chmod(installation.folder.file("config/oceanid/guard.yaml"), 0)
      }
    }

    /// A script that changes the file systems of its own mount namespace. `$1` is the folder of the configuration.
    var mounts: String {
      switch self {
      case .readOnlyHome:
        "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\""
      case .fullDisk:
        "cp \"$1\"/guard.yaml /tmp/$$.yaml && mount -t tmpfs -o size=16k,mode=777 none \"$1\" && cp /tmp/$$.yaml \"$1\"/guard.yaml && rm /tmp/$$.yaml"
      case .ready, .keyOfMode000, .keyOfAnotherUser, .knownHostsOfMode000, .configOfMode000,
        .kubeconfigOfMode000,
        .kubeconfigOfAnotherUser, .configurationOfMode000:
        "true"
      }
    }

    func next(_ installation: Installation) -> String? {
      let server = installation.server
      let folder = installation.folder.file("config/oceanid")
      return switch self {
      case .ready: nil
      case .keyOfMode000: "chmod 600 \(server.userKey)"
      case .keyOfAnotherUser: OtherUser.asRoot("chown \(OtherUser.name): \(server.userKey)")
      case .knownHostsOfMode000: "chmod 600 \(server.folder.file("known_hosts"))"
      case .configOfMode000: "chmod 600 \(server.sshConfig)"
      case .kubeconfigOfMode000: "chmod 600 \(installation.kubeconfig)"
      case .kubeconfigOfAnotherUser: OtherUser.asRoot("chown \(OtherUser.name): \(installation.kubeconfig)")
      case .configurationOfMode000: "chmod 600 \(folder)/guard.yaml"
      case .readOnlyHome: "findmnt -T \(folder)"
      case .fullDisk: "df -h --output=target,avail,iavail \(folder)"
      }
    }
  }

  @Test(arguments: State.allCases) func fileThatCannotBeUsedIsTheOneNextStep(_ state: State) throws {
    let installation = try Installation(isStarted: false)
    let (server, folder) = (installation.server, installation.folder)
    try FileManager.default.createDirectory(
      atPath: folder.file("config/oceanid"), withIntermediateDirectories: true)
    try folder.write(folder.read("guard.yaml"), to: "config/oceanid/guard.yaml")
    for path in [folder.path, server.folder.path] { chmod(path, 0o755) }
    for path in [
      server.userKey, server.userKey + ".pub", server.sshConfig, server.folder.file("known_hosts"),
      installation.kubeconfig, folder.path, folder.file("config"), folder.file("config/oceanid"),
      folder.file("config/oceanid/guard.yaml"),
    ] { chown(path, OtherUser.id, OtherUser.id) }
    try state.damage(installation)
    let script =
      "\(state.mounts) && shift && exec setpriv \(OtherUser.identity.joined(separator: " ")) \"$@\""
    let result = try run(
      "unshare",
      [
        "-m", "sh", "-c", script, "sh", folder.file("config/oceanid"), Installation.client, "setup",
        "--dry-run",
        "--guard", Installation.guardProgram,
      ],
      environment: [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path,
        "XDG_CONFIG_HOME": folder.file("config"),
        "XDG_RUNTIME_DIR": folder.path,
      ])
    let next = result.errors.split(separator: "\n").filter { $0.hasPrefix("next: ") }.map { $0.dropFirst(6) }
    #expect(next.count == 1, "\(result.output)\(result.errors)")
    guard let expected = state.next(installation) else {
      // This machine may have no service manager for that user.
      #expect(
        !result.output.contains(" STOP  login") && result.output.contains("  ok    login"), "\(result.output)"
      )
      return
    }
    #expect(next.first.map(String.init) == expected, "\(result.output)\(result.errors)")
    #expect(result.exit == .exited(69))
  }
}
