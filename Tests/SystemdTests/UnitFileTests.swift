import Foundation
import Testing

private let analyze = Program.find("systemd-analyze")
private let units = [
  "oceanid-guard.service", "oceanid-guard.socket", "oceanid-forward.socket", "oceanid-online.target",
  "oceanid-wait-online.service", "oceanid-failed@.service",
]
private let examples = [
  "credentials", "addresses", "proxy-command", "metrics", "alerts-programs",
]

@Suite struct UnitFileTests {
  /// Copies of the units in `folder` whose program exists on this machine.
  private func copies(of folder: String, in target: String) throws -> [String] {
    try (units + (folder.hasSuffix("user") ? ["oceanid-notify.service"] : [])).map { unit in
      let text = try String(contentsOfFile: "\(sourceTree)/\(folder)/\(unit)", encoding: .utf8)
        .replacing(/(\/usr|%h\/\.local)\/bin\/oceanid-[a-z]+/, with: "/bin/true")
      try text.write(toFile: "\(target)/\(unit)", atomically: false, encoding: .utf8)
      return "\(target)/\(unit)"
    }
  }

  /// The lines about our units, without those about other units of this machine. Before systemd 254, the key
  /// RestartMode= is unknown and ignored.
  private func complaints(in output: String) -> [Substring] {
    output.split(separator: "\n").filter {
      $0.contains("oceanid") && !$0.contains("'RestartMode'")
    }
  }

  @Test(
    .enabled(if: analyze != nil, "systemd-analyze is not installed"), arguments: ["systemd", "systemd/user"])
  func systemdAnalyzeReportsNoWarning(folder: String) throws {
    let scratch = try TemporaryFolder()
    let mode = folder.hasSuffix("user") ? ["--user"] : []
    let program = try Program(
      #require(analyze), ["verify"] + mode + copies(of: folder, in: scratch.path),
      environment: ["XDG_RUNTIME_DIR": scratch.path, "HOME": scratch.path])
    #expect(program.status == 0)
    #expect(complaints(in: program.output).isEmpty, "\(program.output)")
  }

  @Test(.enabled(if: analyze != nil, "systemd-analyze is not installed"), arguments: examples)
  func systemdAcceptsEveryExample(example: String) throws {
    let scratch = try TemporaryFolder()
    let paths = try copies(of: "systemd", in: scratch.path)
    let folder = scratch.path + "/oceanid-guard.service.d"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(sourceTree)/systemd/examples/\(example).conf", toPath: "\(folder)/\(example).conf")
    let program = try Program(#require(analyze), ["verify"] + paths)
    #expect(program.status == 0)
    #expect(complaints(in: program.output).isEmpty, "\(program.output)")
  }

  @Test(
    .enabled(if: analyze != nil, "systemd-analyze is not installed"),
    arguments: [("oceanid-guard", 14), ("oceanid-wait-online", 14), ("oceanid-failed@", 26)])
  func theSandboxHasALowExposureScore(unit: String, threshold: Int) throws {
    // The threshold is ten times the score: 14 is 1.4 of 10.
    let program = try Program(
      #require(analyze),
      [
        "security", "--offline=true", "--threshold=\(threshold)",
        "\(sourceTree)/systemd/\(unit).service",
      ])
    #expect(program.status == 0, "\(program.output)")
  }

  @Test(
    .enabled(if: analyze != nil, "systemd-analyze is not installed"),
    arguments: [
      ("oceanid-guard", 64), ("oceanid-notify", 60), ("oceanid-wait-online", 60), ("oceanid-failed@", 64),
    ])
  func userUnitsUseEveryAvailableSandboxOption(unit: String, threshold: Int) throws {
    let scratch = try TemporaryFolder()
    let program = try Program(
      #require(analyze),
      [
        "security", "--user", "--offline=true", "--threshold=\(threshold)",
        "\(sourceTree)/systemd/user/\(unit).service",
      ], environment: ["XDG_RUNTIME_DIR": scratch.path, "HOME": scratch.path])
    #expect(program.status == 0, "\(program.output)")
  }

  /// Each of these options makes a user's service fail (218/CAPABILITIES), or needs a user namespace in which the
  /// guard could not identify its clients.
  @Test func userUnitsUseNoUnavailableOption() throws {
    let refused = [
      "CapabilityBoundingSet", "PrivateDevices", "ProtectClock", "ProtectKernelLogs", "ProtectKernelModules",
      "PrivateUsers", "PrivateTmp", "ProtectSystem", "ProtectHome",
    ]
    let folder = "\(sourceTree)/systemd/user"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let lines = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n")
      for key in refused { #expect(!lines.contains { $0.hasPrefix("\(key)=") }, "\(name): \(key)") }
    }
  }

  /// A missing path in ExecPaths= without '-' prevents the start of the service.
  @Test(arguments: [
    "oceanid-guard.service", "examples/proxy-command.conf", "examples/alerts-programs.conf",
    "examples/metrics.conf",
  ])
  func everyOptionalPathIsMarkedOptional(file: String) throws {
    let always = ["/usr/bin/oceanid-guard", "/usr/lib", "/lib", "/"]
    let text = try String(contentsOfFile: "\(sourceTree)/systemd/\(file)", encoding: .utf8)
    let lists = text.matches(
      of: /(?m)^#?(?:ExecPaths|NoExecPaths|ReadWritePaths|ReadOnlyPaths|BindPaths)=(.*)$/)
    #expect(!lists.isEmpty)
    for path in lists.flatMap({ $0.output.1.split(separator: " ") }) where !path.hasPrefix("-") {
      #expect(always.contains(String(path)), "\(file): \(path)")
    }
  }

  /// With a path, a missing file ends the start with 243/CREDENTIALS, and the guard can't say what is missing.
  @Test func credentialsOfTheExampleMayBeMissing() throws {
    let text = try String(contentsOfFile: "\(sourceTree)/systemd/examples/credentials.conf", encoding: .utf8)
    let credentials = text.matches(of: /(?m)^#?LoadCredential(?:Encrypted)?=(.*)$/).map(\.output.1)
    #expect(credentials.count >= 5)
    #expect(credentials.allSatisfy { !$0.contains("/") && !$0.contains(":") })
  }

  @Test(arguments: ["systemd", "systemd/user"])
  func anAutomaticRestartStartsNoFailureUnit(folder: String) throws {
    func lines(_ unit: String) throws -> [Substring] {
      try String(contentsOfFile: "\(sourceTree)/\(folder)/\(unit)", encoding: .utf8).split(separator: "\n")
    }
    #expect(try lines("oceanid-guard.service").contains("RestartMode=direct"))
    #expect(try lines("oceanid-failed@.service").contains("StartLimitIntervalSec=0"))
  }

  @Test func theFailureUnitUsesTheCatalogsID() throws {
    let catalog = try String(contentsOfFile: "\(sourceTree)/systemd/oceanid.catalog", encoding: .utf8)
    let id = try #require(catalog.firstMatch(of: /# service_failed\n-- ([0-9a-f]{32})\n/)).output.1
    for folder in ["systemd", "systemd/user"] {
      let unit = try String(
        contentsOfFile: "\(sourceTree)/\(folder)/oceanid-failed@.service", encoding: .utf8)
      #expect(unit.contains("MESSAGE_ID=\(id) "))
    }
  }

  @Test func everyExampleIsInstalledAndListed() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(sourceTree)/systemd/examples")
    #expect(names.sorted() == (examples.map { "\($0).conf" } + ["README"]).sorted())
    let list = try String(contentsOfFile: "\(sourceTree)/systemd/examples/README", encoding: .utf8)
    let install = try String(contentsOfFile: "\(sourceTree)/systemd/install", encoding: .utf8)
    for example in examples {
      #expect(list.contains("\n\(example).conf "))
      #expect(install.contains(" \(example).conf"))
    }
  }

  @Test func theForwardUnitMatchesTheExampleConfiguration() throws {
    let configuration = try String(contentsOfFile: "\(sourceTree)/config/guard.yaml", encoding: .utf8)
    let listen = try #require(configuration.firstMatch(of: /listen: "([0-9.:]+)"/)).output.1
    for folder in ["systemd", "systemd/user"] {
      let unit = try String(contentsOfFile: "\(sourceTree)/\(folder)/oceanid-forward.socket", encoding: .utf8)
      #expect(unit.contains("\nListenStream=\(listen)\n"))
      #expect(unit.contains("\nFileDescriptorName=forward\n"))
    }
  }
}
