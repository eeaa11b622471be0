import Foundation
import TestSupport
import Testing

private let needed = ["dpkg-deb", "dpkg-shlibdeps", "strip", "chrpath"]
private let missing = needed.filter { Program.find($0) == nil }

/// Tests `systemd/package` with small programs instead of the real ones; `Tests/systemd-boot` installs the real ones.
@Suite(.blocking, .enabled(if: missing.isEmpty, "\(missing.joined(separator: ", ")) not installed"))
struct PackageTests {
  let scratch: TemporaryFolder
  let programs: String
  let package: String

  init() throws {
    scratch = try TemporaryFolder()
    programs = scratch.path + "/bin"
    let share = programs + "/share/oceanid-guard"
    try FileManager.default.createDirectory(atPath: share, withIntermediateDirectories: true)
    try "more\n".write(toFile: "\(share)/more", atomically: false, encoding: .utf8)
    for name in ["oceanid-guard", "oceanid-ctl"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(programs)/\(name)", withDestinationPath: "/bin/true")
    }
    let built = try Program(
      "\(sourceTree)/systemd/package", ["--bin-dir", programs, "--output", scratch.path],
      environment: ["DEBFULLNAME": "Ada", "DEBEMAIL": "ada@example.org"])
    try #require(built.status == 0, "\(built.output)")
    package = try #require(built.output.split(separator: "\n").last.map(String.init))
  }

  private func dpkg(_ arguments: String...) throws -> String {
    let program = try Program(#require(Program.find("dpkg-deb")), arguments)
    #expect(program.status == 0, "\(program.output)")
    return program.output
  }

  @Test func containsAllRequiredFiles() throws {
    let contents = try dpkg("--contents", package)
    for file in [
      "/usr/bin/oceanid-guard", "/usr/bin/oceanid-ctl", "/usr/lib/systemd/system/oceanid-guard.service",
      "/usr/lib/systemd/system/oceanid-guard.socket", "/usr/lib/systemd/system/oceanid-forward.socket",
      "/usr/lib/systemd/system/oceanid-online.target", "/usr/lib/systemd/user/oceanid-guard.service",
      "/usr/lib/systemd/system-generators/oceanid-forward-generator", "/usr/lib/sysusers.d/oceanid.conf",
      "/usr/lib/systemd/catalog/oceanid.catalog",
      "/usr/share/oceanid-guard/rbac.yaml", "/usr/share/oceanid-guard/prometheus-rules.yaml",
      "/usr/share/oceanid-guard/grafana-dashboard.json", "/usr/share/doc/oceanid-guard/examples/guard.yaml",
      "/usr/lib/systemd/user/oceanid-notify.service", "/usr/share/applications/oceanid-notify.desktop",
      "/usr/share/man/man1/oceanid-ctl.1.gz", "/usr/share/man/man5/oceanid-guard.yaml.5.gz",
      "/usr/share/man/man7/oceanid-guard.7.gz", "/usr/share/man/man8/oceanid-guard.8.gz",
      "/usr/share/oceanid-guard/more", "/usr/share/doc/oceanid-guard/examples/credentials.conf",
    ] {
      #expect(contents.contains(" .\(file)\n"), "\(file)")
    }
    #expect(contents.contains(" ./usr/bin/kubectl-oceanid -> oceanid-ctl\n"))
    // The machine is unconfigured until `oceanid-ctl setup` or its administrator has written a configuration.
    #expect(!contents.contains("./etc/"))
    #expect(!contents.split(separator: "\n").contains { !$0.contains(" root/root ") })
  }

  @Test func theControlFileIsComplete() throws {
    #expect(try dpkg("--field", package, "Package") == "oceanid-guard\n")
    #expect(try dpkg("--field", package, "Version").hasSuffix("-1\n"))
    #expect(try dpkg("--field", package, "Maintainer") == "Ada <ada@example.org>\n")
    let depends = try dpkg("--field", package, "Depends")
    // Libraries that the program links, and programs that it runs.
    #expect(depends.contains("libc6 (>= ") && depends.contains("openssh-client"))
    // 'systemctl reload' runs /bin/kill.
    #expect(depends.contains("procps"))
  }

  @Test func everyLinkOfItsReadmeLeadsToAFile() throws {
    _ = try dpkg("--extract", package, scratch.path + "/tree")
    let doc = URL(filePath: scratch.path + "/tree/usr/share/doc/oceanid-guard/")
    let readme = try String(contentsOf: doc.appending(path: "README.md"), encoding: .utf8)
    let links = readme.matches(of: /\]\(([^)]+)\)/).map { String($0.output.1) }
      .filter { !$0.hasPrefix("https://") }
    #expect(links.count >= 4)
    for link in links {
      let file = link.hasPrefix("/") ? scratch.path + "/tree" + link : doc.appending(path: link).path
      #expect(FileManager.default.fileExists(atPath: file), "\(link)")
    }
    #expect(readme.contains("kubectl apply -f /usr/share/oceanid-guard/rbac.yaml"))
  }

  /// One place in the tree names the authors. The address of a package is that of its builder.
  @Test func theMaintainerIsTheAuthorsOfTheTree() throws {
    let built = try Program(
      "\(sourceTree)/systemd/package", ["--bin-dir", programs, "--output", scratch.path, "--revision", "2"],
      environment: ["DEBFULLNAME": "", "DEBEMAIL": "builder@example.org"])
    try #require(built.status == 0, "\(built.output)")
    let other = try #require(built.output.split(separator: "\n").last.map(String.init))
    let maintainer = try dpkg("--field", other, "Maintainer")
    #expect(maintainer == "The authors of Oceanid Guard <builder@example.org>\n")
    _ = try dpkg("--extract", other, scratch.path + "/tree")
    let copyright = try String(
      contentsOfFile: scratch.path + "/tree/usr/share/doc/oceanid-guard/copyright", encoding: .utf8)
    #expect(copyright.contains(/Copyright: [0-9]+ The authors of Oceanid Guard\n/))
    // A field without a value would be invalid.
    #expect(try !dpkg("--field", other).contains("Homepage"))
  }

  @Test func theChangelogTellsOfThisVersion() throws {
    _ = try dpkg("--extract", package, scratch.path + "/tree")
    let file = scratch.path + "/tree/usr/share/doc/oceanid-guard/changelog.Debian.gz"
    let parser = try Program(#require(Program.find("dpkg-parsechangelog")), ["--file", file])
    #expect(parser.status == 0, "\(parser.output)")
    #expect(parser.output.contains(try "Version: " + dpkg("--field", package, "Version")))
    #expect(parser.output.contains("Maintainer: Ada <ada@example.org>\n"))
    #expect(parser.output.split(separator: "\n").count { $0.hasPrefix("   * ") } > 3, "\(parser.output)")
  }

  @Test func theTarballInstallsWithoutTheSourceTree() throws {
    let built = try Program(
      "\(sourceTree)/systemd/package", ["--tarball", "--bin-dir", programs, "--output", scratch.path])
    try #require(built.status == 0, "\(built.output)")
    let tarball = try #require(built.output.split(separator: "\n").last.map(String.init))
    let tree = scratch.path + "/tree"
    try FileManager.default.createDirectory(atPath: tree, withIntermediateDirectories: true)
    let tar = try Program(
      #require(Program.find("tar")),
      ["--extract", "--strip-components=1", "--directory", tree, "--file", tarball])
    try #require(tar.status == 0, "\(tar.output)")
    let installed = try Program(
      "\(tree)/install", ["--root", scratch.path + "/root"], environment: ["SUDO_USER": ""])
    #expect(installed.status == 0, "\(installed.output)")
    for file in [
      "usr/local/bin/oceanid-guard", "usr/local/bin/oceanid-ctl", "usr/local/bin/kubectl-oceanid",
      "etc/systemd/system/oceanid-guard.service",
      "usr/local/share/man/man8/oceanid-guard.8", "usr/local/share/oceanid-guard/rbac.yaml",
      "usr/local/share/doc/oceanid-guard/examples/guard.yaml",
    ] {
      #expect(FileManager.default.fileExists(atPath: "\(scratch.path)/root/\(file)"), "\(file)")
    }
  }

  @Test func recordsItsSources() throws {
    _ = try dpkg("--extract", package, scratch.path + "/tree")
    let record = try String(
      contentsOfFile: scratch.path + "/tree/usr/share/doc/oceanid-guard/built-from", encoding: .utf8)
    let manifest = try String(contentsOfFile: "\(sourceTree)/Package.swift", encoding: .utf8)
    let pins = manifest.matches(of: /\.package\(url: "https:\/\/github\.com\/([^"]+)", exact: "([^"]+)"/)
    #expect(!pins.isEmpty)
    for pin in pins { #expect(record.contains("Swift package: \(pin.output.1) \(pin.output.2)\n")) }
    #expect(record.contains(/(?m)^Commit: ([0-9a-f]{40}|unknown)/))
    #expect(record.contains(/(?m)^Compiler: .*Swift version/))
  }

  @Test func everyDependencyHasAnExactVersion() throws {
    let manifest = try String(contentsOfFile: "\(sourceTree)/Package.swift", encoding: .utf8)
    let all = manifest.matches(of: /\.package\(\s*url:/).count
    #expect(all > 0 && all == manifest.matches(of: /\.package\(\s*url: "[^"]+", exact: "/).count)
  }

  @Test func theBuildIsReproducible() throws {
    let first = try Data(contentsOf: URL(filePath: package))
    let again = try Program(
      "\(sourceTree)/systemd/package", ["--bin-dir", programs, "--output", scratch.path + "/again"],
      environment: ["DEBFULLNAME": "Ada", "DEBEMAIL": "ada@example.org"])
    let path = try #require(again.output.split(separator: "\n").last.map(String.init))
    #expect(try Data(contentsOf: URL(filePath: path)) == first)
  }

  @Test func userUnitsStartThePackagesProgram() throws {
    _ = try dpkg("--extract", package, scratch.path + "/tree")
    let folder = scratch.path + "/tree/usr/lib/systemd/user"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let unit = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      #expect(!unit.contains(".local/bin"), "\(name)")
    }
  }

  @Test(.enabled(if: Program.find("lintian") != nil, "lintian is not installed"))
  func lintianFindsNoError() throws {
    let program = try Program(
      #require(Program.find("lintian")), ["--allow-root", "--fail-on", "error,warning", package])
    // Lintian's complaint about a missing Debian bug number does not apply.
    let complaints = program.output.split(separator: "\n")
      .filter { $0.hasPrefix("E:") || $0.hasPrefix("W:") }.filter {
        !$0.contains("initial-upload-closes-no-bugs")
      }
    #expect(complaints.isEmpty, "\(program.output)")
  }

  @Test(arguments: [
    ["--nonsense"], ["--bin-dir"], ["--maintainer", "nobody"], ["--revision", "x"],
  ])
  func unknownArgumentsAreRejected(arguments: [String]) throws {
    let program = try Program("\(sourceTree)/systemd/package", arguments)
    #expect(program.status == 64)
    #expect(program.output.contains("package: "))
  }
}
