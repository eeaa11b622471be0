// swift-tools-version: 6.2
// The plan of the house: a target is a room, and it imports only what its line names.

import PackageDescription

// Every room is built by the same rules.
let rules: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func clibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func room(_ name: String, _ imports: [Target.Dependency] = [], embeds files: [String] = []) -> Target {
  .target(
    name: name, dependencies: imports, resources: files.map { .embedInCode($0) }, swiftSettings: rules)
}

func program(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: imports, swiftSettings: rules)
}

func tests(_ room: String, _ imports: [Target.Dependency] = [], reading files: [String] = []) -> Target {
  .testTarget(
    name: "\(room)Tests", dependencies: [.target(name: room)] + imports, exclude: files,
    swiftSettings: rules)
}

let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
// Atomics and SystemPackage are NIO's own need, and imported nowhere here: named, because SwiftPM warns of a version that
// nothing uses.
let nio: [Target.Dependency] =
  ["NIOCore", "NIOPosix", "NIOHTTP1"].map { .product(name: $0, package: "swift-nio") }
  + [
    .product(name: "Atomics", package: "swift-atomics"),
    .product(name: "SystemPackage", package: "swift-system"),
  ]
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

// The readers of foreign bytes: tests, or with OCEANID_FUZZ a program of libFuzzer's (Tests/Fuzz/run).
let foreign: [Target.Dependency] =
  [
    "Curl", "Guard", "GuardAPI", "GuardClient", "GuardConfiguration", "Health", "Kubernetes", "Platform",
    "SSH",
    "Tunnel",
  ]
  + nio + [.product(name: "NIOEmbedded", package: "swift-nio")]
let fuzzing: [Target] =
  Context.environment["OCEANID_FUZZ"] == nil
  ? [
    .testTarget(
      name: "FuzzTests", dependencies: foreign + ["TestSupport"], path: "Tests/Fuzz",
      exclude: ["CLibFuzzer", "Driver", "Findings", "Seeds", "run", "words"], sources: ["Targets", "Replay"],
      swiftSettings: rules)
  ]
  : [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
    .executableTarget(
      name: "fuzz", dependencies: foreign + ["CLibFuzzer"], path: "Tests/Fuzz",
      exclude: ["CLibFuzzer", "Replay", "Findings", "Seeds", "run", "words"], sources: ["Targets", "Driver"],
      swiftSettings: rules),
  ]

let package = Package(
  name: "oceanid-guard",
  products: [
    .executable(name: "oceanid-guard", targets: ["oceanid-guard"]),
    .executable(name: "oceanid-ctl", targets: ["oceanid-ctl"]),
    .executable(name: "demo-cluster", targets: ["demo-cluster"]),
  ],
  // Exact, so that a release can be built again. The last three are what NIO needs in turn.
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
    // C libraries, and the one safe wrapper of each
    clibrary("CLibSSH2", pkgConfig: "libssh2", apt: "libssh2-1-dev"),
    clibrary("CLibCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    clibrary("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    clibrary("CLibSystemd", pkgConfig: "libsystemd", apt: "libsystemd-dev"),
    clibrary("CLibYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    clibrary("CLibZ", pkgConfig: "zlib", apt: "zlib1g-dev"),
    .systemLibrary(name: "CLinux"),
    // No pkg-config: who reads the journal loads libsystemd when it is asked to.
    .systemLibrary(name: "CJournal"),
    // Likewise who shows notices on a desktop.
    .systemLibrary(name: "CBus"),
    .target(name: "CLibSSH2Calls", dependencies: ["CLibSSH2"]),
    .target(name: "CChildProcess"),
    .target(name: "CWipingHeap"),
    room("SSH", ["CLibSSH2", "CLibSSH2Calls"]),
    room("Curl", ["CLibCurl"]),
    // The only room that can say POST; who talks to a cluster can't import it.
    room("Posting", ["CLibCurl"]),
    room("Signing", ["CLibCrypto"]),
    room("Systemd", ["CLibSystemd"]),
    room("YAML", ["CLibYAML"]),
    room("Gzip", ["CLibZ"]),

    // What everybody stands on: the machine, the rules, the documents
    room("Platform", ["CChildProcess", "CLinux"]),
    room("Health"),
    room("GuardAPI", ["Health"]),
    room("SystemJournal", ["CJournal", "GuardAPI"]),
    room("SessionBus", ["CBus"]),

    // The two engines; they meet only in Guard
    room("Tunnel", ["SSH", "Platform"]),
    room("Kubernetes", ["Curl", "Health", "Platform", "YAML"]),

    // The daemon
    room("GuardConfiguration", ["GuardAPI", "Health", "Platform", "Tunnel", "YAML"]),
    room(
      "Guard",
      [
        "Curl", "GuardAPI", "GuardConfiguration", "Health", "Kubernetes", "Platform", "Posting", "SSH",
        "Signing", "SystemJournal", "Systemd", "Tunnel",
      ] + nio),
    program("oceanid-guard", ["CWipingHeap", "Guard", arguments]),

    // The client
    room(
      "GuardClient", ["GuardAPI", "Health", "Platform", "SessionBus", "SystemJournal", arguments],
      embeds: [
        "Explain/oceanid.catalog", "Manual/oceanid-ctl.1", "Manual/oceanid-guard.yaml.5",
        "Manual/oceanid-guard.7",
        "Manual/oceanid-guard.8",
      ]),
    program("oceanid-ctl", ["GuardClient"]),

    // A cluster to look at without having one
    room("DemoCluster", ["Gzip"] + nio + [nioHTTP2, nioSSL]),
    program("demo-cluster", ["DemoCluster", arguments]),

    // Proof
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: rules),
    .executableTarget(
      name: "tunnel-benchmark", dependencies: ["Platform", "TestSupport", arguments],
      path: "Tests/Benchmarks",
      exclude: ["run"], swiftSettings: rules),
    .executableTarget(
      name: "boundary",
      dependencies: [
        "Health", "Kubernetes", "Posting", "SSH", "Signing", "SystemJournal", "Systemd", "TestSupport",
        "YAML",
      ], path: "Tests/Boundary", swiftSettings: rules),
    tests("SSH"),
    tests("Curl"),
    tests("Signing"),
    tests("Systemd", ["TestSupport"]),
    tests("YAML"),
    tests("SystemJournal", ["TestSupport"]),
    tests("SessionBus", ["TestSupport"]),
    tests("Platform", ["TestSupport"]),
    tests("Health"),
    tests("GuardAPI", ["Health"]),
    tests("Tunnel", ["SSH", "Platform", "TestSupport"]),
    tests(
      "Kubernetes", ["Curl", "DemoCluster", "Health", "Platform", "TestSupport", "YAML"] + nio + [nioSSL],
      reading: ["Recordings"]),
    tests("GuardConfiguration", ["Health", "TestSupport", "Tunnel"]),
    tests(
      "Guard", ["GuardAPI", "GuardConfiguration", "Health", "Platform", "Systemd", "Tunnel", "TestSupport"]),
    tests("GuardClient", ["GuardAPI", "Health", "Platform", "SystemJournal", "TestSupport", arguments]),
    tests("DemoCluster", ["TestSupport"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["DemoCluster", "GuardAPI", "Health", "TestSupport", "oceanid-guard", "oceanid-ctl"],
      swiftSettings: rules),
  ] + fuzzing
)
