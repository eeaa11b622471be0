import DemoCluster
import Foundation
import GuardAPI
import Health
import TestSupport
import Testing

/// `oceanid-ctl watch` in a real terminal with a real guard.
@Suite(
  .enabled(if: SSHServer.isAvailable && TerminalSession.isAvailable, "needs an sshd, tmux and bash"),
  .serialized, .blocking, .timeLimit(.minutes(10)))
struct WatchScreenTests {
  /// An installation with two problems, and its watch in a terminal.
  private struct Scene {
    let installation: Installation
    let terminal: TerminalSession

    /// - Parameter suffix: the end of the command line.
    init(rows: Int = 24, columns: Int = 80, suffix: String = "") throws {
      installation = try Installation()
      guard try installation.waitUntilHealthy() else { throw FixtureError.failed(installation.log) }
      installation.cluster.apply(.nodeNotReady("calypso"))
      installation.cluster.apply(.secretMissing("flux-system/github-token"))
      guard try installation.waitFor({ document, _ in document.problems.count == 2 }).holds else {
        throw FixtureError.failed(installation.log)
      }
      terminal = try TerminalSession(rows: rows, columns: columns)
      try terminal.run("stty -g >before")
      try terminal.run("\(Installation.client) watch --socket \(installation.socket)\(suffix)")
      guard shows("2 problems") else { throw FixtureError.failed(terminal.text) }
    }

    func shows(_ text: String) -> Bool { terminal.shows(text) }

    /// The row of the selected problem.
    var selected: String {
      terminal.text.split(separator: "\n").first { $0.hasPrefix("> ") }.map(String.init) ?? ""
    }

    func selects(_ text: String) -> Bool {
      eventually(every: .milliseconds(50)) { selected.contains(text) }
    }

    /// True if the shell has the terminal as it was before.
    func isRestored() throws -> Bool {
      try terminal.run("stty -g >after; cmp before after && echo same; echo done")
      guard terminal.shows("\ndone"), terminal.text.contains("\nsame") else { return false }
      let modes = try [
        "alternate_on", "mouse_any_flag", "mouse_sgr_flag", "cursor_flag", "wrap_flag",
      ].map(terminal.variable)
      return modes == ["0", "0", "0", "1", "1"]
    }

    /// The process of the watch.
    var watch: Int32? {
      let output = try? run("pgrep", ["-f", "watch --socket \(installation.socket)"]).output
      return output?.split(separator: "\n").last.flatMap { Int32($0) }
    }
  }

  @Test func problemIsFoundOpenedCopiedSilencedAndPolled() throws {
    let scene = try Scene()
    let terminal = scene.terminal
    #expect(try terminal.variable("alternate_on") == "1" && terminal.variable("mouse_sgr_flag") == "1")
    #expect(scene.selects("node calypso"))
    try terminal.press("j")
    #expect(scene.selects("github-token"))
    try terminal.press("Up")
    #expect(scene.selects("node calypso"))

    // Filter.
    try terminal.type("/github")
    #expect(scene.shows("1 of 2 problems  filter: github") && scene.selects("github-token"))
    try terminal.press("Escape")
    #expect(scene.shows("2 problems"))

    // Open.
    try terminal.press("g", "Enter")
    #expect(scene.shows("What it means"))
    // The text gets longer when the guard has answered.
    #expect(
      try eventually(every: .milliseconds(200)) {
        try terminal.press("G")
        return terminal.text.contains("  incident  ") && terminal.text.contains("so far")
      }, "\(terminal.text)")
    try terminal.press("Escape")
    #expect(scene.shows("2 problems"))

    // Copy.
    let command = try #require(try scene.installation.status().problems.first?.command)
    try terminal.press("y")
    #expect(scene.shows("Copied: "))
    #expect(eventually { (try? terminal.tmux("show-buffer")) == command })

    // Poll.
    try terminal.press("p")
    #expect(scene.shows("Poll requested"), "\(terminal.text)")
    #expect(eventually { scene.installation.log.contains("poll requested by uid") })

    // Silence.
    try terminal.press("s")
    #expect(scene.shows("Silence for 1m to 720h [1h]: _"))
    try terminal.type("2h")
    try terminal.press("Enter")
    #expect(scene.shows("Reason: _"))
    try terminal.type("new disk")
    try terminal.press("Enter")
    #expect(scene.shows("it mutes 1 open incident"), "\(terminal.text)")
    let silence = try #require(
      eventually { (try? scene.installation.status().problems.first?.silence) != nil }
        ? try scene.installation.status().problems.first?.silence : nil)
    #expect(silence.pattern == "tethys/node/calypso/not-ready" && silence.reason == "new disk")
    #expect(scene.shows("(muted)"))

    // Reconnect.
    let reconnects = try scene.installation.status().clusters.first?.tunnel.reconnects
    try terminal.press("r")
    #expect(scene.shows("Reconnect the tunnel to tethys?"))
    try terminal.press("y")
    #expect(scene.shows("Reconnecting…"), "\(terminal.text)")
    #expect(
      try scene.installation.waitFor { _, cluster in cluster.tunnel.reconnects != reconnects }.holds)

    try terminal.press("q")
    #expect(try scene.isRestored(), "\(terminal.text)")
  }

  @Test func restartOfTheGuardKeepsSelectionAndFilter() throws {
    let scene = try Scene()
    try scene.terminal.press("G")
    try scene.terminal.type("/t")
    try scene.terminal.press("Enter")
    #expect(scene.shows("2 of 2 problems  filter: t") && scene.selects("github-token"))
    scene.installation.daemon.kill()
    #expect(scene.shows("retrying") && scene.shows("UNKNOWN") && scene.shows("was CRITICAL"))
    try scene.installation.restart()
    #expect(
      eventually(within: .seconds(60), every: .milliseconds(50)) {
        let text = scene.terminal.text
        return !text.contains("UNKNOWN") && text.contains("2 of 2 problems  filter: t")
          && scene.selected.contains("github-token")
      }, "\(scene.terminal.text)")
    try scene.terminal.press("q")
    #expect(try scene.isRestored())
  }

  /// A stopped guard neither blocks the keys nor looks alive.
  @Test func stoppedGuardDoesNotBlockTheKeys() throws {
    let scene = try Scene()
    scene.installation.daemon.pause()
    try scene.terminal.press("p")
    #expect(scene.shows("poll of tethys: waiting…"))
    try scene.terminal.press("j")
    #expect(scene.selects("github-token") && scene.terminal.text.contains("waiting…"))
    try scene.terminal.press("Enter")
    #expect(scene.shows("What it means"))
    try scene.terminal.press("Escape")
    #expect(scene.shows("the guard does not answer"))
    #expect(scene.terminal.shows("UNKNOWN", within: .seconds(60)))
    #expect(scene.terminal.text.contains("was CRITICAL") && scene.terminal.coloredText.contains("\u{1B}[2m"))
    scene.installation.daemon.resume()
    #expect(
      eventually(within: .seconds(60), every: .milliseconds(50)) { !scene.terminal.text.contains("UNKNOWN") })
    try scene.terminal.press("q")
    #expect(try scene.isRestored())
  }

  @Test func screenFollowsTheSizeOfTheTerminal() throws {
    let scene = try Scene(rows: 30, columns: 120)
    #expect(scene.shows("j/k move"))
    try scene.terminal.resize(rows: 24, columns: 60)
    #expect(scene.shows("\nEnter open  / filter  y copy  s silence  ? help  q quit"))
    try scene.terminal.resize(rows: 8, columns: 40)
    #expect(scene.shows("watch needs"))
    try scene.terminal.resize(rows: 24, columns: 80)
    #expect(scene.shows("2 problems") && scene.shows("r reconnect"))
    try scene.terminal.press("C-c")
    #expect(try scene.isRestored())
  }

  @Test func suspensionRestoresTheTerminalAndGoesOn() throws {
    let scene = try Scene()
    try scene.terminal.press("j", "C-z")
    #expect(scene.shows("Stopped"))
    #expect(try scene.isRestored())
    try scene.terminal.run("fg")
    #expect(scene.shows("2 problems") && scene.selects("github-token"))
    #expect(try scene.terminal.variable("mouse_sgr_flag") == "1")
    try scene.terminal.press("k")
    #expect(scene.selects("node calypso"))
    try scene.terminal.press("q")
    #expect(try scene.isRestored())
  }

  @Test func watchWithoutAKeyboardIsStillLive() throws {
    let scene = try Scene(suffix: " </dev/null")
    #expect(scene.shows("Standard input is not a terminal: Ctrl-C quits."))
    scene.installation.cluster.apply(.nodeReady("calypso"))
    #expect(scene.shows("1 problem\n"))
    try scene.terminal.press("C-c")
    #expect(try scene.isRestored())
  }

  /// SIGSEGV stands for a crash.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGILL, SIGTRAP, SIGABRT])
  func signalRestoresTheTerminal(_ signal: Int32) throws {
    let scene = try Scene()
    let watch = try #require(scene.watch)
    #expect(kill(watch, signal) == 0)
    #expect(eventually { kill(watch, 0) != 0 })
    #expect(try scene.isRestored(), "\(scene.terminal.text)")
  }

  @Test func mouseSelects() throws {
    let scene = try Scene()
    // The report of the wheel, and of a click on the first problem.
    try scene.terminal.type("\u{1B}[<65;10;5M")
    #expect(scene.selects("github-token"))
    let row = try #require(
      scene.terminal.text.split(separator: "\n", omittingEmptySubsequences: false)
        .firstIndex { $0.contains("node calypso is NotReady") && $0.hasPrefix("  CRITICAL") })
    try scene.terminal.type("\u{1B}[<0;10;\(row + 1)M")
    #expect(scene.selects("node calypso"))
  }

  @Test func pipeGetsPlainLines() throws {
    let scene = try Scene()
    try scene.terminal.press("q")
    try scene.terminal.run(
      "\(Installation.client) watch --socket \(scene.installation.socket) | head -n 1 | cat -v")
    #expect(scene.shows("tethys  critical: "))
  }

  /// The limit allows for an unoptimized build.
  @Test(.enabled(if: !isInstrumented, "a sanitizer needs more time"))
  func idleWatchNeedsLittleTime() throws {
    let scene = try Scene()
    let watch = try #require(scene.watch)
    /// The time on a processor (Documentation/scheduler/sched-stats.rst).
    func used() throws -> Duration {
      let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(watch)/task")
      return try tasks.reduce(.zero) { sum, task in
        let text = try String(contentsOfFile: "/proc/\(watch)/task/\(task)/schedstat", encoding: .utf8)
        return sum + .nanoseconds(text.split(separator: " ").first.flatMap { Int64($0) } ?? 0)
      }
    }
    let (start, before) = (ContinuousClock.now, try used())
    #expect(eventually(every: .seconds(1)) { ContinuousClock.now - start >= .seconds(10) })
    let share = try (used() - before) / (ContinuousClock.now - start)
    #expect(share < 0.01, "\(share * 100) % of a core")
  }
}
