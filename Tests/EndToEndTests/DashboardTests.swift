import DemoCluster
import Foundation
import GuardTypes
import Health
import TestSupport
import Testing

/// The Grafana dashboard, rendered by Tests/Dashboard/render.py with the data of a real Prometheus and shown in a real
/// browser.
@Suite(.serialized, .blocking, .timeLimit(.minutes(10)))
struct DashboardTests {
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "..")
    .standardizedFileURL
  private static let dashboard = tests.appending(path: "../config/grafana-dashboard.json").standardizedFileURL
  /// Grafana's colors in its dark theme: dark-green, yellow, dark-red, dark-purple.
  private static let colors: [Verdict: String] = [
    .healthy: "rgb(55, 135, 45)", .degraded: "rgb(250, 222, 42)", .critical: "rgb(196, 22, 42)",
    .unknown: "rgb(143, 59, 184)",
  ]

  private static func render(_ arguments: [String]) throws -> (isComplete: Bool, errors: String) {
    let result = try run(
      "/usr/bin/python3", ["-B", tests.appending(path: "Dashboard/render.py").path] + arguments)
    return (result.exit == .exited(0), result.errors)
  }

  /// The word of a stat panel and its background; the pages show the last minutes.
  private static func stat(_ title: String, _ browser: Browser) throws -> [String] {
    let found = try browser.evaluate(
      """
      [...document.querySelectorAll('section[aria-label="\(title)"] .value')].flatMap((one) =>
        [one.textContent, getComputedStyle(one).backgroundColor])
      """)
    return found as? [String] ?? []
  }

  /// Text and background of the states of a timeline, without those that repeat.
  private static func states(_ title: String, _ browser: Browser) throws -> Set<[String]> {
    let found = try browser.evaluate(
      """
      [...document.querySelectorAll('section[aria-label="\(title)"] .state')].map((one) =>
        [one.textContent, getComputedStyle(one).backgroundColor])
      """)
    return Set(found as? [[String]] ?? [])
  }

  /// Renders the last two minutes and opens the dark page.
  private static func show(_ world: MetricsWorld, _ browser: Browser) throws {
    let rendered = try render([dashboard.path, world.address, world.folder.path, "120", "1"])
    try #require(rendered.isComplete, "\(rendered.errors)")
    try browser.go("file://\(world.folder.file("dark.html"))")
  }

  /// Everything on both pages can be read.
  private static func checkPages(_ world: MetricsWorld, _ browser: Browser, _ what: String) throws {
    let script = try String(contentsOf: tests.appending(path: "Dashboard/check.js"), encoding: .utf8)
    for theme in ["light", "dark"] {
      try browser.go("file://\(world.folder.file("\(theme).html"))")
      for width in [1024, 1400, 2000] {
        try browser.show(width: width)
        let complaints = try browser.evaluate(script) as? [String]
        #expect(complaints == [], "\(what), \(theme), \(width)")
      }
    }
  }

  @Test(
    .enabled(if: MetricsWorld.isAvailable, Comment(rawValue: MetricsWorld.reason)),
    .enabled(if: Browser.isAvailable, Comment(rawValue: Browser.reason)))
  func everyVerdictAndASilentGuardShowTheirWordAndColor() throws {
    let world = try MetricsWorld()
    let installation = world.installation
    #expect(try installation.waitUntilHealthy(), "\(installation.log)")
    // Rates need some samples.
    try #require(try world.waits(for: "count_over_time(oceanid_tunnel_round_trip_seconds[1m]) > 3"))
    let browser = try Browser()

    let faults: [(Verdict, Fault)] = [
      (.healthy, .healed), (.degraded, .nodeCordoned("calypso")),
      (.unknown, .answersWrong(.forbidden, on: "/nodes")), (.critical, .nodeNotReady("calypso")),
    ]
    for (verdict, fault) in faults {
      installation.cluster.apply(.healed)
      installation.cluster.apply(fault)
      try #require(
        try world.waits(for: "min_over_time(oceanid_cluster_verdict{verdict=\"\(verdict)\"}[3s]) == 1"),
        "\(verdict)")
      try Self.show(world, browser)
      let word = try Self.stat("Worst verdict", browser)
      #expect(word == [verdict.rawValue, Self.colors[verdict]])
      try Self.checkPages(world, browser, "\(verdict)")
    }
    #expect(try Self.stat("Critical problems", browser) == ["1", Self.colors[.critical]])
    #expect(try Self.stat("Expected nodes not Ready", browser) == ["1", Self.colors[.critical]])
    #expect(try Self.stat("Guard", browser) == ["reports", Self.colors[.healthy]])
    let pairs = Self.colors.map { [$0.key.rawValue, $0.value] }
    #expect(try Self.states("Verdict", browser) == Set(pairs))
    #expect(try browser.text("document.querySelector('[data-variable=cluster] ul').textContent") == "tethys ")

    // The file of a killed guard always says that the tunnel is up. Its time shows that it is old.
    installation.stop(killing: true)
    let text = try String(contentsOfFile: world.page, encoding: .utf8)
    let old = text.replacing(#/\noceanid_metrics_timestamp_seconds \S+/#) { _ in
      "\noceanid_metrics_timestamp_seconds \(Date().timeIntervalSince1970 - 200)"
    }
    try old.write(toFile: world.page, atomically: true, encoding: .utf8)
    try #require(
      try world.waits(for: "min_over_time((time() - oceanid_metrics_timestamp_seconds)[3s:1s]) > 180"))
    try Self.show(world, browser)
    #expect(try Self.stat("Guard", browser) == ["silent", Self.colors[.critical]])
    let unknown = ["unknown", Self.colors[.unknown]]
    for title in ["Worst verdict", "Critical problems", "Tunnels down", "Expected nodes not Ready"] {
      #expect(try Self.stat(title, browser) == unknown, "\(title)")
    }
    #expect(try Self.states("Tunnel", browser).map(\.first).contains("unknown"))
    try Self.checkPages(world, browser, "silent")

    // Nothing is green without metrics.
    try FileManager.default.removeItem(atPath: world.page)
    try #require(try world.waits(for: "absent_over_time(oceanid_build_info[2s])"))
    try Self.show(world, browser)
    #expect(try Self.stat("Guard", browser) == ["no metrics", Self.colors[.critical]])
    let stats = try browser.evaluate("[...document.querySelectorAll('.value')].map((one) => one.textContent)")
    #expect((stats as? [String])?.dropFirst().allSatisfy { $0 == "unknown" } == true, "\(stats ?? "")")
  }

  @Test func dashboardHasNothingThatIsNotRendered() throws {
    let rendered = try Self.render([Self.dashboard.path])
    #expect(rendered.isComplete, "\(rendered.errors)")
  }

  /// Each change is one that Grafana refuses, or shows in a way that no test has seen.
  @Test(
    arguments: [
      (#""type": "stat""#, #""type": "gauge""#, "panels[0].type: 'gauge'"),
      (#""overrides": []"#, #""overrides": [{}]"#, "overrides: is not rendered"),
      (#""uid": "${datasource}""#, #""uid": "P1809F7CD0C75ACF3""#, "uid: 'P1809F7CD0C75ACF3'"),
      (#""id": 2,"#, #""id": 1,"#, "an id occurs twice"),
      (#""w": 6,"#, #""w": 7,"#, "overlaps Guard"),
      (#""x": 18,"#, #""x": 19,"#, "outside 24 columns"),
      (#""title": "Guard","#, #""title": "","#, "needs a title"),
      (#""unit": "s""#, #""unit": "dtdurations""#, "unit: 'dtdurations'"),
      (#""instant": true"#, #""instant": false"#, "instant: False"),
      (
        #""graphMode": "none""#, #""graphMode": "none", "orientation": "auto""#,
        "orientation: is not rendered"
      ),
      (#""mode": "fixed""#, #""mode": "thresholds""#, "color.mode: 'thresholds'"),
      (#""targets": ["#, #""transformations": [{ "id": "merge" }], "targets": ["#, "transformations: is not"),
      (#""schemaVersion": 38"#, #""schemaVersion": 12"#, "schemaVersion"),
      (#""color": "dark-green""#, #""color": "grün""#, "color: 'grün'"),
      (#""match": "null+nan""#, #""match": "empty""#, "match: 'empty'"),
    ])
  func anythingElseIsRefused(_ known: String, _ other: String, _ complaint: String) throws {
    let folder = try TemporaryFolder()
    let text = try String(contentsOf: Self.dashboard, encoding: .utf8)
    let place = try #require(text.firstRange(of: known))
    let file = try folder.write(text.replacingCharacters(in: place, with: other), to: "dashboard.json")
    let rendered = try Self.render([file])
    #expect(!rendered.isComplete && rendered.errors.contains(complaint), "\(rendered.errors)")
  }

  /// Descriptions name only commands and keys that exist.
  @Test func descriptionsNameCommandsAndKeysThatExist() throws {
    let text = try String(contentsOf: Self.dashboard, encoding: .utf8)
    let commands = Set(text.matches(of: #/oceanid-ctl ([a-z]+)/#).map { String($0.output.1) })
    #expect(commands.count > 4)
    for command in commands {
      #expect(try run(Installation.client, [command, "--help"]).exit == .exited(0), "\(command)")
    }
    let manual = Self.tests.appending(path: "../Sources/GuardClient/Manual/oceanid-guard.yaml.5")
    let keys = try String(contentsOf: manual, encoding: .utf8)
    for match in text.matches(of: #/([a-z.]+) in guard\.yaml/#) {
      #expect(keys.contains("clusters[].\(match.output.1)\n"), "\(match.output.1)")
    }
  }
}
