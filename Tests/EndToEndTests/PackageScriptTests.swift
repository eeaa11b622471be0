import Foundation
import TestSupport
import Testing

/// The scripts of the Debian package, in each form in which dpkg calls them (Debian Policy, chapter 6), with programs that
/// only note their calls. Tests/systemd-boot installs the package.
@Suite(.blocking) struct PackageScriptTests {
  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../systemd/debian")

  /// The calls of systemctl and its helpers.
  private func calls(_ script: String, _ arguments: String) throws -> [Substring] {
    let folder = try TemporaryFolder()
    for name in ["deb-systemd-helper", "deb-systemd-invoke", "systemctl", "systemd-sysusers"] {
      let path = try folder.write("#!/bin/sh\necho \(name) \"$*\" >>\(folder.file("calls"))\n", to: name)
      chmod(path, 0o755)
    }
    for name in ["etc", "systemd"] {
      try FileManager.default.createDirectory(
        atPath: folder.file(name), withIntermediateDirectories: false)
    }
    try folder.write("", to: "calls")
    try folder.write("clusters: []\n", to: "etc/guard.yaml")
    let text = try String(contentsOf: Self.scripts.appending(path: script), encoding: .utf8)
      .replacingOccurrences(
        of: "#USERS#", with: "each_user() { echo users \"$*\" >>\(folder.file("calls")); }"
      )
      .replacingOccurrences(of: "/run/systemd/system", with: folder.file("systemd"))
      .replacingOccurrences(of: "/etc/systemd/system", with: folder.file("units"))
      .replacingOccurrences(of: "/etc/oceanid", with: folder.file("etc"))
    let path = try folder.write(text, to: script)
    let result = try run(
      "sh", [path] + arguments.split(separator: " ").map(String.init),
      environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
    #expect(result.exit == .exited(0), "\(result.errors)")
    return try folder.read("calls").split(separator: "\n")
  }

  /// prerm has stopped the units, or they never ran.
  @Test(arguments: ["configure", "abort-remove", "abort-remove in-favour other 1"])
  func unitsStart(_ arguments: String) throws {
    let calls = try calls("postinst", arguments)
    #expect(calls.contains("deb-systemd-invoke start oceanid-guard.service"), "\(calls)")
    #expect(calls.contains { $0.hasPrefix("users start_enabled ") }, "\(calls)")
    #expect(!calls.contains { $0.contains("try-restart") }, "\(calls)")
  }

  /// prerm has stopped nothing, so a stopped guard stays stopped.
  @Test(arguments: [
    "configure 1", "abort-upgrade 2", "abort-deconfigure in-favour other 1",
    "abort-deconfigure in-favour other 1 removing third 1",
  ])
  func runningUnitsRestart(_ arguments: String) throws {
    let calls = try calls("postinst", arguments)
    #expect(calls.contains("deb-systemd-invoke try-restart oceanid-guard.service"), "\(calls)")
    #expect(!calls.contains { $0.contains("invoke start") || $0.contains("start_enabled") }, "\(calls)")
  }

  @Test(arguments: [
    ("remove", true), ("remove in-favour other 1", true), ("upgrade 2", false), ("failed-upgrade 1", false),
    ("deconfigure in-favour other 1", false), ("deconfigure in-favour other 1 removing third 1", false),
  ])
  func unitsStopOnlyForARemoval(_ arguments: String, _ stops: Bool) throws {
    let calls = try calls("prerm", arguments)
    #expect(calls.contains { $0.hasPrefix("deb-systemd-invoke stop ") } == stops, "\(calls)")
  }
}
