import Foundation
import TestSupport
import Testing

/// `systemd/install --root DIR` changes nothing outside DIR.
@Suite(.blocking) struct InstallTests {
  let scratch: TemporaryFolder
  let root: String
  let programs: String

  init() throws {
    scratch = try TemporaryFolder()
    root = scratch.path + "/root"
    programs = scratch.path + "/bin"
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    // Any program that exits with 0 is sufficient, because the installed one is not run. A copy might not be
    // executable while a forked child still has it open for writing (ETXTBSY, execve(2)).
    for name in ["oceanid-guard", "oceanid-ctl"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(programs)/\(name)", withDestinationPath: "/bin/true")
    }
  }

  private func install(_ arguments: String...) throws -> Program {
    try Program(
      "\(sourceTree)/systemd/install", arguments,
      environment: ["SUDO_USER": "", "XDG_CONFIG_HOME": "", "HOME": root])
  }

  private func files() -> Set<String> {
    let found = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return Set(
      found.filter {
        $0.contains("oceanid-") || $0.hasSuffix("oceanid.conf") || $0.hasSuffix(".yaml")
          || $0.hasSuffix("oceanid.catalog") || $0.contains("/examples/")
      }.filter {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(root)/\($0)", isDirectory: &isFolder)
          && !isFolder.boolValue
      })
  }

  private let system: Set = [
    "usr/local/bin/oceanid-guard", "usr/local/bin/oceanid-ctl", "etc/systemd/system/oceanid-guard.service",
    "etc/systemd/system/oceanid-guard.socket", "etc/systemd/system/oceanid-forward.socket",
    "etc/systemd/system/oceanid-online.target", "etc/systemd/system/oceanid-wait-online.service",
    "etc/systemd/system/oceanid-failed@.service", "etc/systemd/user/oceanid-notify.service",
    "usr/local/share/applications/oceanid-notify.desktop",
    "usr/local/lib/systemd/system-generators/oceanid-forward-generator",
    "etc/sysusers.d/oceanid.conf", "usr/local/lib/systemd/catalog/oceanid.catalog",
    "usr/local/share/man/man1/oceanid-ctl.1", "usr/local/share/man/man5/oceanid-guard.yaml.5",
    "usr/local/share/man/man7/oceanid-guard.7", "usr/local/share/man/man8/oceanid-guard.8",
    "usr/local/share/doc/oceanid-guard/examples/README",
    "usr/local/share/doc/oceanid-guard/examples/credentials.conf",
    "usr/local/share/doc/oceanid-guard/examples/addresses.conf",
    "usr/local/share/doc/oceanid-guard/examples/guard.yaml", "usr/local/share/oceanid-guard/rbac.yaml",
    "usr/local/share/oceanid-guard/prometheus-rules.yaml",
    "usr/local/share/oceanid-guard/grafana-dashboard.json",
    "usr/local/share/doc/oceanid-guard/examples/proxy-command.conf",
    "usr/local/share/doc/oceanid-guard/examples/metrics.conf",
    "usr/local/share/doc/oceanid-guard/examples/alerts-programs.conf",
  ]

  @Test func installAndUninstallAreIdempotent() throws {
    let first = try install("--root", root, "--bin-dir", programs)
    #expect(first.status == 0, "\(first.output)")
    #expect(files() == system)
    let unit = try String(contentsOfFile: root + "/etc/systemd/system/oceanid-guard.service", encoding: .utf8)
    #expect(unit.contains("\nExecStart=/usr/local/bin/oceanid-guard\n"))
    for file in system where !file.hasSuffix(".conf") && !file.contains("/bin/") {
      let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
      #expect(!text.contains("/usr/bin/oceanid") && !text.contains("%h/"), "\(file)")
    }

    // `install` writes no guard.yaml.
    #expect(first.output.contains("oceanid-ctl setup HOST --machine"))
    let configuration = root + "/etc/oceanid/guard.yaml"
    try FileManager.default.createDirectory(atPath: root + "/etc/oceanid", withIntermediateDirectories: true)
    try "alerts: []\n".write(toFile: configuration, atomically: false, encoding: .utf8)
    let second = try install("--root", root, "--bin-dir", programs)
    #expect(second.status == 0, "\(second.output)")
    #expect(files() == system.union(["etc/oceanid/guard.yaml"]))
    #expect(try String(contentsOfFile: configuration, encoding: .utf8) == "alerts: []\n")

    for _ in 1...2 {
      let removal = try install("--root", root, "--uninstall")
      #expect(removal.status == 0, "\(removal.output)")
      #expect(removal.output.contains("kept the configuration in \(root)/etc/oceanid"))
      #expect(files() == ["etc/oceanid/guard.yaml"])
      #expect(!FileManager.default.fileExists(atPath: root + "/usr/local/share/doc/oceanid-guard"))
    }
  }

  @Test func aUsersInstallationIsInTheUsersHome() throws {
    let result = try install("--user", "--root", scratch.path + "/below", "--bin-dir", programs)
    #expect(result.status == 0, "\(result.output)")
    let home = scratch.path + "/below" + root
    #expect(FileManager.default.isExecutableFile(atPath: home + "/.local/bin/oceanid-ctl"))
    #expect(FileManager.default.fileExists(atPath: home + "/.config/systemd/user/oceanid-guard.service"))
    #expect(!FileManager.default.fileExists(atPath: home + "/.config/oceanid"))
  }

  @Test(arguments: [
    (["--nonsense"], 64), (["--root"], 64), (["--root", "/x", "--bin-dir", "/nonexistent"], 1),
  ])
  func invalidArgumentsAreRejected(arguments: [String], status: Int) throws {
    let program = try Program("\(sourceTree)/systemd/install", arguments)
    #expect(Int(program.status) == status)
    #expect(program.output.contains("install: "))
  }
}
