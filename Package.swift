// swift-tools-version: 6.2
// The modules of the project. A target may only import the modules in its own list.

import PackageDescription

// The settings of all Swift targets.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func clibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func module(_ name: String, _ imports: [Target.Dependency] = [], embeds files: [String] = []) -> Target {
  .target(
    name: name, dependencies: imports, resources: files.map { .embedInCode($0) }, swiftSettings: settings)
}

func program(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: imports, swiftSettings: settings)
}

func tests(_ module: String, _ imports: [Target.Dependency] = [], reading files: [String] = []) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: [.target(name: module)] + imports, exclude: files,
    swiftSettings: settings)
}

let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
// Atomics and SystemPackage are dependencies of NIO and are not imported here. They are listed, because SwiftPM warns
// about a pinned package without a user.
let nio: [Target.Dependency] =
  ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
  + [
    .product(name: "Atomics", package: "swift-atomics"),
    .product(name: "SystemPackage", package: "swift-system"),
  ]
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

// The targets that parse untrusted input. FuzzTests replays inputs; with OCEANID_FUZZ it is a libFuzzer program (Tests/Fuzz/run).
let untrustedInputTargets: [Target.Dependency] =
  [
    "Curl", "GuardAPI", "GuardAlerts", "GuardAssistants", "GuardClient", "GuardCluster", "GuardConfiguration",
    "GuardConnection", "GuardControl", "GuardHistory", "GuardIncidents", "GuardJournal", "GuardNotices",
    "GuardPages", "GuardPipeline", "GuardRun", "GuardScreen", "GuardState", "GuardStatus", "GuardTerminal",
    "GuardTypes", "GuardWeb", "Health", "IncidentTracking", "Kubernetes", "Pipeline", "PipelineSources",
    "Platform", "Redaction", "SSH", "Tunnel",
  ]
  + nio + [.product(name: "NIOEmbedded", package: "swift-nio")]
let fuzzing: [Target] =
  Context.environment["OCEANID_FUZZ"] == nil
  ? [
    .testTarget(
      name: "FuzzTests", dependencies: untrustedInputTargets + ["TestSupport"], path: "Tests/Fuzz",
      exclude: ["CLibFuzzer", "Driver", "Findings", "Seeds", "run", "words"], sources: ["Targets", "Replay"],
      swiftSettings: settings)
  ]
  : [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "fuzz", dependencies: untrustedInputTargets + ["CLibFuzzer"], path: "Tests/Fuzz",
      exclude: ["CLibFuzzer", "Replay", "Findings", "Seeds", "run", "words"], sources: ["Targets", "Driver"],
      swiftSettings: settings),
  ]

let package = Package(
  name: "oceanid-guard",
  products: [
    .executable(name: "oceanid-guard", targets: ["oceanid-guard"]),
    .executable(name: "oceanid-ctl", targets: ["oceanid-ctl"]),
    .executable(name: "demo-cluster", targets: ["demo-cluster"]),
  ],
  // Exact versions make releases reproducible. The last three are dependencies of NIO.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/apple/swift-atomics", exact: "1.3.0"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
  ],
  targets: [
    // C libraries, each with its Swift wrapper
    clibrary("CLibSSH2", pkgConfig: "libssh2", apt: "libssh2-1-dev"),
    clibrary("CLibCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    clibrary("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    clibrary("CLibSystemd", pkgConfig: "libsystemd", apt: "libsystemd-dev"),
    clibrary("CLibYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    clibrary("CLibZ", pkgConfig: "zlib", apt: "zlib1g-dev"),
    .systemLibrary(name: "CLinux"),
    // Without pkg-config, because libsystemd is loaded at run time.
    .systemLibrary(name: "CJournal"),
    // Likewise, for desktop notifications.
    .systemLibrary(name: "CBus"),
    .target(name: "CLibSSH2Calls", dependencies: ["CLibSSH2"]),
    .target(name: "CChildProcess"),
    .target(name: "CWipingHeap"),
    // Part of every process that uses OpenSSL, directly or through another library.
    .target(name: "COpenSSLExit", dependencies: ["CLibCrypto"]),
    module("SSH", ["CLibSSH2", "CLibSSH2Calls", "Crypto", "Redaction"]),
    module("Curl", ["CLibCurl", "COpenSSLExit"]),
    // The only module that can send POST requests. Modules that access a cluster must not import it.
    module("Posting", ["CLibCurl", "Curl"]),
    module("Crypto", ["CLibCrypto", "COpenSSLExit"]),
    module("Systemd", ["CLibSystemd"]),
    module("YAML", ["CLibYAML"]),
    module("Gzip", ["CLibZ"]),

    // Shared modules: operating system, health rules, documents
    module("Platform", ["CChildProcess", "CLinux"]),
    // Tunnel states, error codes and verdicts, declared once, and how a word is quoted for a shell.
    module("GuardTypes"),
    // Hides credentials in texts of a cluster.
    module("Redaction"),
    module("Health", ["GuardTypes", "Redaction"]),
    // The lifecycle of incidents and silences, without I/O.
    module("IncidentTracking", ["GuardTypes", "Health"]),
    module(
      "GuardAPI", ["GuardTypes", "Health", "IncidentTracking", "Redaction"],
      embeds: ["Schema/preflight.schema.json", "Schema/status.schema.json"]),
    module("SystemJournal", ["CJournal", "GuardAPI"]),
    module("SessionBus", ["CBus", "GuardTypes"]),

    // Where a commit is: facts from GitHub, Pulumi Cloud and Git, and their verdicts. No I/O.
    module("Pipeline", ["GuardTypes", "Health", "Redaction", "YAML"]),
    // Asks GitHub, Pulumi Cloud and a checkout. Sends GET requests only.
    module(
      "PipelineSources", ["Crypto", "Curl", "GuardTypes", "Health", "Pipeline", "Platform", "Redaction"]),

    // Tunnel and Kubernetes client, which only the daemon's targets combine
    module("Tunnel", ["Crypto", "GuardTypes", "Redaction", "SSH", "Platform"]),
    module("Kubernetes", ["Crypto", "GuardTypes", "Curl", "Health", "Platform", "Redaction", "YAML"]),

    // The daemon, from its parts to the whole
    module("GuardState", ["GuardAPI", "Health", "Platform"]),
    module(
      "GuardConfiguration",
      [
        "GuardTypes", "GuardAPI", "Health", "IncidentTracking", "Pipeline", "Platform", "Redaction", "Tunnel",
        "YAML",
      ]),
    module("GuardJournal", ["GuardAPI", "GuardState", "Health", "Platform", "SystemJournal", "Systemd"]),
    module(
      "GuardStatus",
      [
        "GuardTypes", "GuardAPI", "GuardConfiguration", "GuardState", "Health", "IncidentTracking",
        "Platform", "Tunnel",
      ]),
    module(
      "GuardIncidents",
      [
        "GuardAPI", "GuardJournal", "GuardState", "GuardStatus", "Health", "IncidentTracking", "Platform",
        "Systemd",
      ]),
    // Polls the pipeline of a cluster and publishes its document.
    module(
      "GuardPipeline",
      [
        "GuardAPI", "GuardConfiguration", "GuardState", "GuardStatus", "GuardTypes", "Health", "Pipeline",
        "PipelineSources", "Platform",
      ]),
    // The only importer of Posting.
    module(
      "GuardAlerts",
      [
        "Crypto", "Curl", "GuardAPI", "GuardConfiguration", "GuardJournal", "GuardState", "GuardTypes",
        "Health", "IncidentTracking", "Platform", "Posting", "Redaction", "Systemd", "Tunnel",
      ]),
    module(
      "GuardMetrics",
      [
        "GuardTypes", "GuardAPI", "GuardAlerts", "GuardJournal", "GuardStatus", "Health", "Platform",
        "Systemd", "Tunnel",
      ]),
    module(
      "GuardControl",
      [
        "GuardAPI", "GuardAlerts", "GuardConfiguration", "GuardIncidents", "GuardMetrics", "GuardState",
        "GuardStatus", "GuardTypes", "Health", "Platform",
      ] + nio),
    module(
      "GuardCluster",
      [
        "GuardAPI", "GuardConfiguration", "GuardIncidents", "GuardJournal", "GuardMetrics", "GuardPipeline",
        "GuardState", "GuardStatus", "GuardTypes", "Health", "IncidentTracking", "Kubernetes", "Pipeline",
        "Platform", "Systemd", "Tunnel",
      ]),
    module(
      "GuardDoctor",
      [
        "Crypto", "Curl", "GuardAPI", "GuardCluster", "GuardConfiguration", "GuardPipeline", "GuardState",
        "GuardStatus", "GuardTypes", "Health", "Kubernetes", "Pipeline", "PipelineSources", "Platform", "SSH",
        "Systemd", "Tunnel",
      ]),
    module(
      "GuardDaemon",
      [
        "Crypto", "GuardAPI", "GuardAlerts", "GuardCluster", "GuardConfiguration", "GuardControl",
        "GuardDoctor", "GuardIncidents", "GuardJournal", "GuardMetrics", "GuardPipeline", "GuardState",
        "GuardStatus", "GuardTypes", "Health", "IncidentTracking", "Pipeline", "Platform", "Systemd",
        "Tunnel",
      ]),
    program("oceanid-guard", ["CWipingHeap", "GuardDaemon", arguments]),

    // The client, from its parts to the whole
    // Text for a terminal: widths, styles, tables, pages.
    module("GuardTerminal", ["Platform", "GuardTypes", "Health"]),
    // HTTP over the guard's socket: requests, documents, the stream of changes.
    module("GuardConnection", ["GuardAPI", "GuardTerminal", "GuardTypes", "Health", "Platform"]),
    // The guard's history, from the journal or from the guard, its incidents, and the report about it.
    module(
      "GuardHistory",
      [
        "IncidentTracking", "GuardAPI", "GuardConnection", "GuardTerminal", "GuardTypes", "Health",
        "SystemJournal",
      ]),
    // The screen of `watch`: keys, its state, its drawing.
    module(
      "GuardScreen",
      [
        "GuardAPI", "GuardConnection", "GuardHistory", "GuardTerminal", "GuardTypes", "Health",
        "IncidentTracking", "Platform",
      ]),
    // `web` and `report`: the page, its documents, and its server on loopback. It imports no NIO: see the comment at
    // WebServer.
    module(
      "GuardWeb",
      ["GuardAPI", "GuardConnection", "GuardHistory", "GuardTerminal", "GuardTypes", "Health", "Platform"],
      embeds: ["Page/page.css", "Page/page.html", "Page/page.js"]),
    // The meaning of events, problems and errors.
    module(
      "GuardExplain", ["GuardAPI", "GuardConnection", "GuardTypes", "Health"], embeds: ["oceanid.catalog"]),
    // Desktop notices of incidents.
    module(
      "GuardNotices",
      [
        "GuardAPI", "GuardConnection", "GuardTerminal", "Health", "IncidentTracking", "Platform",
        "SessionBus",
      ]),
    // `run` and `env`: which commands change a cluster, which kubeconfig and which port are trusted.
    module("GuardRun", ["GuardAPI", "GuardTerminal", "GuardTypes", "Health", "Platform"]),
    // `doctor`: the guard's view of the connection to the clusters, the caller's own, and the difference.
    module(
      "GuardClientDoctor",
      [
        "GuardAPI", "GuardConnection", "GuardRun", "GuardTerminal", "GuardTypes", "Health", "Platform",
        "SystemJournal",
      ]),
    // `setup`: facts about this machine, a plan, its execution and its undoing.
    module(
      "GuardSetup",
      [
        "GuardAPI", "GuardConnection", "GuardClientDoctor", "GuardTerminal", "GuardTypes", "Health",
        "Platform", "Redaction",
      ]),
    // The pages and lines that commands print.
    module(
      "GuardPages",
      [
        "GuardAPI", "GuardConnection", "GuardExplain", "GuardHistory", "GuardTerminal", "GuardTypes",
        "Health", "IncidentTracking",
      ]),
    // For assistants: the MCP server, the section for their instructions.
    module(
      "GuardAssistants",
      [
        "GuardAPI", "GuardConnection", "GuardExplain", "GuardHistory", "GuardPages", "GuardRun",
        "GuardTerminal", "GuardTypes", "Health", "IncidentTracking", "Platform",
      ]),
    module(
      "GuardClient",
      [
        "GuardTypes", "GuardAPI", "GuardAssistants", "GuardConnection", "GuardClientDoctor", "GuardExplain",
        "GuardHistory", "GuardNotices", "GuardPages", "GuardRun", "GuardScreen", "GuardSetup",
        "GuardTerminal", "GuardWeb", "Health",
        "Platform",
        "SystemJournal",
        arguments,
      ],
      embeds: [
        "Manual/oceanid-ctl.1", "Manual/oceanid-guard.7", "Manual/oceanid-guard.8",
        "Manual/oceanid-guard.yaml.5",
      ]),
    program("oceanid-ctl", ["GuardClient"]),

    // A simulated cluster for demonstrations and tests
    module("DemoCluster", ["Gzip", "Platform"] + nio + [nioHTTP2, nioSSL]),
    // Simulated APIs of GitHub and Pulumi Cloud, and one story for them and the cluster.
    module("DemoPipeline", ["DemoCluster", "Platform"] + nio),
    program("demo-cluster", ["DemoCluster", "DemoPipeline", arguments]),

    // Tests
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .executableTarget(
      name: "tunnel-benchmark", dependencies: ["Platform", "TestSupport", arguments],
      path: "Tests/Benchmarks",
      exclude: ["run"], swiftSettings: settings),
    .executableTarget(
      name: "boundary",
      dependencies: [
        "Health", "Kubernetes", "Posting", "SSH", "Crypto", "SystemJournal", "Systemd", "TestSupport",
        "YAML",
      ], path: "Tests/Boundary", swiftSettings: settings),
    tests("SSH", ["TestSupport"]),
    tests("Curl", ["TestSupport"]),
    tests("Crypto"),
    tests("Systemd", ["TestSupport"]),
    tests("YAML"),
    tests("SystemJournal", ["TestSupport"]),
    tests("Platform", ["TestSupport"]),
    tests("Redaction", ["TestSupport"]),
    tests("Health", ["GuardTypes", "IncidentTracking"]),
    tests("IncidentTracking", ["Health", "TestSupport"]),
    tests("GuardAPI", ["GuardTypes", "Health", "IncidentTracking"]),
    tests("Tunnel", ["GuardTypes", "SSH", "Platform", "TestSupport"]),
    tests(
      "Kubernetes",
      [
        "Crypto", "Curl", "DemoCluster", "GuardTypes", "Health", "IncidentTracking", "Platform", "Redaction",
        "TestSupport", "YAML",
      ] + nio + [
        nioSSL
      ],
      reading: ["Recordings"]),
    tests("GuardState", ["Health", "Platform", "Systemd", "TestSupport"]),
    tests("GuardConfiguration", ["GuardTypes", "Health", "TestSupport", "Tunnel"]),
    tests("GuardJournal", ["GuardAPI", "GuardState", "Health", "Platform", "Systemd", "TestSupport"]),
    tests("GuardStatus", ["GuardState", "Health", "TestSupport"]),
    tests(
      "GuardAlerts",
      [
        "GuardAPI", "GuardConfiguration", "GuardJournal", "GuardState", "Health", "IncidentTracking",
        "Platform", "Systemd", "TestSupport", "Tunnel",
      ]),
    tests(
      "GuardControl",
      [
        "GuardAPI", "GuardAlerts", "GuardConfiguration", "GuardIncidents", "GuardJournal", "GuardMetrics",
        "GuardStatus", "Health", "IncidentTracking", "Platform", "TestSupport",
      ]),
    tests(
      "GuardCluster",
      [
        "DemoCluster", "DemoPipeline", "GuardAPI", "GuardClient", "GuardConfiguration", "GuardHistory",
        "GuardIncidents", "GuardJournal", "GuardPipeline", "GuardState", "GuardStatus", "GuardTerminal",
        "GuardTypes", "Health", "IncidentTracking", "Kubernetes", "Pipeline", "Platform", "Systemd",
        "TestSupport", "Tunnel",
      ]),
    tests(
      "GuardDoctor",
      [
        "GuardConfiguration", "GuardTypes", "GuardAPI", "Health", "Pipeline", "Platform", "TestSupport",
        "Tunnel",
      ]),
    tests(
      "GuardDaemon",
      [
        "GuardAPI", "GuardAlerts", "GuardCluster", "GuardConfiguration", "GuardControl", "GuardIncidents",
        "GuardJournal", "GuardMetrics", "GuardState", "GuardStatus", "GuardTypes", "Health",
        "IncidentTracking", "Platform", "Systemd", "TestSupport", "Tunnel",
      ]),
    tests("GuardTerminal", ["Health"]),
    tests("GuardConnection", ["TestSupport"]),
    tests("GuardRun", ["GuardAPI", "GuardTypes", "Health", "TestSupport"]),
    tests("GuardScreen", ["GuardAPI", "GuardTerminal", "GuardTypes", "Health", "IncidentTracking"]),
    tests(
      "GuardWeb",
      [
        "Crypto", "GuardAPI", "GuardConnection", "GuardHistory", "GuardTerminal", "Health", "Platform",
        "TestSupport",
      ]),
    tests(
      "GuardSetup",
      [
        "GuardAPI", "GuardClientDoctor", "GuardTerminal", "GuardTypes", "Health", "Platform", "TestSupport",
      ]),
    tests(
      "GuardClient",
      [
        "GuardTypes", "GuardAPI", "GuardConnection", "GuardClientDoctor", "GuardExplain", "GuardHistory",
        "GuardNotices", "GuardPages", "GuardRun", "GuardScreen", "GuardTerminal", "GuardWeb", "Health",
        "IncidentTracking", "Platform",
        "SystemJournal",
        "TestSupport", arguments,
      ]),
    tests("Pipeline", ["GuardTypes", "Health", "TestSupport"]),
    tests("PipelineSources", ["DemoPipeline", "Health", "Pipeline", "Platform", "TestSupport"] + nio),
    tests(
      "GuardPipeline",
      [
        "DemoCluster", "DemoPipeline", "GuardAPI", "GuardConfiguration", "GuardState", "GuardStatus",
        "GuardTypes", "Health", "Pipeline", "PipelineSources", "Platform", "TestSupport",
      ]),
    tests(
      "GuardAssistants", ["GuardAPI", "GuardConnection", "GuardTypes", "Health", "Platform", "TestSupport"]),
    tests("DemoPipeline", ["TestSupport"]),
    tests("DemoCluster", ["TestSupport"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "DemoCluster", "DemoPipeline", "GuardAPI", "GuardTypes", "Health", "IncidentTracking", "TestSupport",
        "oceanid-ctl", "oceanid-guard",
      ],
      swiftSettings: settings),
  ] + fuzzing
)

// SwiftPM builds all test targets into one product. Tests/run names the only ones that it needs.
if let selected = Context.environment["OCEANID_TEST_TARGETS"] {
  let names = selected.split(separator: ",").map(String.init)
  package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}
