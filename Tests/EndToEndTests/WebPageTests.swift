import DemoCluster
import Foundation
import GuardAPI
import GuardTypes
import Health
import TestSupport
import Testing

/// `oceanid-ctl web` in a real browser.
@Suite(
  .enabled(if: Browser.isAvailable, Comment(rawValue: Browser.reason)), .serialized, .blocking,
  .timeLimit(.minutes(10)))
struct WebPageTests {
  private static let verdict = "document.getElementById('verdict').textContent"
  private static let title = "(document.querySelector('h2')?.textContent ?? '')"

  private static func shows(_ verdict: String) -> String { "/^. \(verdict)/.test(\(Self.verdict))" }

  /// Both color schemes on a narrow and a wide screen.
  private func checkLayout(_ browser: Browser, _ what: String) throws {
    for width in [390, 1400] {
      for dark in [false, true] {
        try browser.show(width: width, dark: dark)
        #expect(
          try browser.isTrue("document.documentElement.scrollWidth <= innerWidth"), "\(what) at \(width)")
        guard Browser.axe != nil else { continue }
        #expect(try browser.violations() == [], "\(what) at \(width), dark: \(dark)")
      }
    }
    let headings = try browser.evaluate(
      "[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => Number(one.tagName[1]))")
    let levels = try #require(headings as? [Int])
    #expect(levels.first == 1 && levels.count { $0 == 1 } == 1, "\(what): \(levels)")
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(what): \(levels)")
  }

  @Test(.enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)))
  func pageFollowsTheGuard() throws {
    let installation = try Installation()
    try #require(try installation.waitUntilHealthy(), "\(installation.log)")
    let page = try WebPage(socket: installation.socket)
    let browser = try Browser()
    try browser.go(page.address)
    #expect(try browser.text("location.href") == page.start)
    #expect(try browser.waits(for: Self.shows("HEALTHY")))
    #expect(try browser.text("document.cookie") == "")
    try checkLayout(browser, "healthy")

    // A change is on the page within a second of the guard's own entry about it.
    try browser.evaluate(
      """
      new MutationObserver(() => { if (\(Self.shows("CRITICAL"))) window.seenAt ??= Date.now(); })
        .observe(document.body, { subtree: true, childList: true, characterData: true })
      """)
    installation.cluster.apply(.nodeNotReady("calypso"))
    #expect(try browser.waits(for: "window.seenAt > 0"))
    let changes = try installation.ctl("history", "--json").output.split(separator: "\n")
      .map { try JSONDecoder().decode(ChangeDocument.self, from: Data($0.utf8)) }
    let change = try #require(changes.last { $0.event == "problem_opened" && $0.subject == "node calypso" })
    let delay = try browser.number("window.seenAt") - Double(change.at.milliseconds)
    #expect(delay < 1000 * Double(slowness), "\(delay) ms")
    #expect(try browser.isTrue("document.querySelector('article h4').textContent.includes('calypso')"))
    try checkLayout(browser, "node down")

    // A problem: its explanation, its facts, its history.
    try browser.evaluate("document.querySelector('article h4 a').click()")
    #expect(try browser.waits(for: "\(Self.title).includes('calypso')"))
    #expect(try browser.waits(for: "document.querySelector('main').textContent.includes('What it means')"))
    #expect(try browser.waits(for: "document.querySelectorAll('main table').length > 0"))
    try checkLayout(browser, "problem")
    for view in ["history", "roundtrips", "report"] {
      try browser.evaluate("location.hash = '#/\(view)/24h'")
      #expect(try browser.waits(for: "!document.querySelector('main').textContent.includes('Loading')"))
      #expect(try browser.waits(for: "document.querySelectorAll('main section').length > 0"))
      try checkLayout(browser, view)
    }
    #expect(try browser.isTrue("document.querySelectorAll('svg[role=img]').length > 0"))
    #expect(
      try browser.isTrue(
        "[...document.querySelectorAll('svg[role=img]')].every((one) => one.querySelector('title').textContent && one.querySelector('desc').textContent)"
      ))
    let (requests, errors) = try browser.messages()
    #expect(requests.allSatisfy { $0.hasPrefix(page.start) }, "\(requests)")
    #expect(errors == [])
  }

  @Test(.enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)))
  func pageSurvivesRestartsOfTheGuard() throws {
    let installation = try Installation()
    try #require(try installation.waitUntilHealthy(), "\(installation.log)")
    let page = try WebPage(socket: installation.socket)
    let browser = try Browser()
    try browser.go(page.address)
    #expect(try browser.waits(for: Self.shows("HEALTHY")))
    try browser.evaluate("window.isSame = true")
    installation.stop(killing: true)
    #expect(
      try browser.waits(
        for: Self.shows("UNKNOWN the guard does not answer .was HEALTHY.$"), within: .seconds(3)))
    #expect(try browser.isTrue("document.body.classList.contains('stale')"))
    #expect(try browser.waits(for: "document.querySelector('.silence').textContent.includes('not running')"))
    // The old state stays visible with its age, and no part of it looks good.
    #expect(
      try browser.waits(for: "/as of .*\\(\\d+s ago\\)/.test(document.getElementById('age').textContent)"))
    #expect(try browser.isTrue("document.querySelectorAll('main .glyph.healthy').length === 0"))
    try checkLayout(browser, "silent")
    try installation.restart()
    #expect(try browser.waits(for: Self.shows("HEALTHY"), within: .seconds(60)))
    #expect(try browser.isTrue("window.isSame && !document.body.classList.contains('stale')"))

    page.process.terminate()
    #expect(try browser.waits(for: Self.shows("UNKNOWN")))
    #expect(try browser.isTrue("document.querySelector('.silence').textContent.includes('start it again')"))
  }

  private static let hostile = "<img src=x onerror=\"window.ran=1\">"

  /// Forty clusters; every fourth has a problem, and one has markup everywhere.
  private static func fleet() -> StatusDocument {
    let now = Timestamp(seconds: 1_772_339_047)
    var problems: [Problem] = []
    let clusters = (0..<40).map { index in
      let name = index == 0 ? hostile : "cluster-\(index)"
      let isBad = index % 4 == 0
      if isBad {
        problems.append(
          Problem(
            .node(.notReady), id: "\(name)/node/calypso/not-ready", severity: .critical, cluster: name,
            subject: "node \(hostile)", title: "node \(hostile) is not ready", detail: "</script>\(hostile)",
            since: now, step: NextStep(command: "kubectl describe node '\(hostile)'", note: hostile)))
      }
      return ClusterDocument(
        report: ClusterReport(
          name: name, verdict: isBad ? .critical : .healthy, summary: isBad ? hostile : "fine"),
        tunnel: TunnelDocument(state: .up, since: now, host: "x"),
        poll: PollDocument(at: now, seenAt: now, duration: nil, failure: nil, now: now), api: APIDocument(),
        now: now)
    }
    return StatusDocument(generatedAt: now, clusters: clusters, problems: problems)
  }

  @Test func fleetIsSortedAndDataIsNeverMarkup() throws {
    let folder = try TemporaryFolder()
    let guardian = try ScriptedGuard(path: folder.file("guard.sock"))
    let page = try WebPage(socket: guardian.path)
    let browser = try Browser()
    try browser.go(page.address)
    try #require(eventually { guardian.watchers == 1 })
    try guardian.show(Self.fleet())
    #expect(try browser.waits(for: "\(Self.title) === '40 clusters'"))
    #expect(
      try browser.text("document.querySelector('[data-key=totals]').textContent") == "10 critical, 30 healthy"
    )
    #expect(try browser.isTrue("document.querySelector('details summary').textContent === '30 healthy'"))
    #expect(try browser.isTrue("!document.querySelector('details').open"))
    #expect(try browser.text("document.querySelector('.fleet a').textContent") == Self.hostile)
    try checkLayout(browser, "fleet")
    // The next document changes neither the opened parts nor the focus.
    try browser.evaluate(
      "document.querySelector('details').open = true; document.querySelector('article a').focus()")
    var later = Self.fleet()
    later.summary = "later"
    try guardian.show(later)
    #expect(try browser.waits(for: "\(Self.verdict).includes('later')"))
    #expect(try browser.isTrue("document.querySelector('details').open"))
    #expect(try browser.isTrue("document.activeElement === document.querySelector('article a')"))
    try browser.evaluate("document.querySelector('article h4 a').click()")
    #expect(try browser.waits(for: "\(Self.title).includes('not ready')"))
    #expect(try browser.isTrue("document.querySelectorAll('img').length === 0 && window.ran === undefined"))
    #expect(try browser.isTrue("document.querySelectorAll('script').length === 1"))
  }

  @Test func keyboardAndHistoryWork() throws {
    let folder = try TemporaryFolder()
    let guardian = try ScriptedGuard(path: folder.file("guard.sock"))
    let page = try WebPage(socket: guardian.path)
    let browser = try Browser()
    try browser.show(width: 1400)
    try browser.go(page.address)
    try #require(eventually { guardian.watchers == 1 })
    try guardian.show(Self.fleet())
    #expect(try browser.waits(for: "\(Self.title) === '40 clusters'"))
    let focus = "document.activeElement"
    try browser.press("Tab")
    #expect(try browser.text("\(focus).textContent") == "Skip to content")
    #expect(
      try browser.isTrue(
        "\(focus).getBoundingClientRect().top >= 0 && getComputedStyle(\(focus)).outlineStyle !== 'none'"))
    try browser.press("Enter")
    #expect(try browser.text("\(focus).id") == "main")
    try browser.press("Tab")
    #expect(try browser.text("\(focus).textContent") == Self.hostile)
    // The first button of a problem copies its command.
    for _ in 0..<100 where try browser.text("\(focus).tagName") != "BUTTON" { try browser.press("Tab") }
    #expect(try browser.text("\(focus).textContent") == "Copy")
    try browser.press("Space")
    #expect(try browser.waits(for: "document.getElementById('news').textContent === 'Copied.'"))
    #expect(try browser.text("navigator.clipboard.readText()") == "kubectl describe node '\(Self.hostile)'")

    try browser.evaluate("document.querySelector('nav a[href=\"#/history\"]').focus()")
    try browser.press("Enter")
    #expect(try browser.waits(for: "\(Self.title) === 'History'"))
    #expect(try browser.text("\(focus).tagName") == "H2")
    #expect(try browser.text("document.querySelector('nav [aria-current=page]').textContent") == "History")
    try browser.evaluate("document.querySelector('nav a[href=\"#/report\"]').click()")
    #expect(try browser.waits(for: "\(Self.title) === 'Report'"))
    try browser.evaluate("history.back()")
    #expect(try browser.waits(for: "\(Self.title) === 'History'"))
    try browser.evaluate("history.forward()")
    #expect(try browser.waits(for: "\(Self.title) === 'Report'"))
    try browser.go(page.start + "#/report")
    try browser.evaluate("window.isOld = true; location.reload()")
    #expect(try browser.waits(for: "window.isOld === undefined && \(Self.title) === 'Report'"))
    #expect(try browser.text("document.title") == "Report – Oceanid Guard")
  }

  /// The other tests only check accessibility where axe-core is available. This one shows that it finds something.
  @Test(.enabled(if: Browser.axe != nil, "axe-core could not be downloaded: start the tests with Tests/run"))
  func plantedViolationsAreFound() throws {
    let page = try WebPage(socket: "/nonexistent/guard.sock")
    let browser = try Browser()
    try browser.show(width: 1400)
    try browser.go(page.address)
    #expect(try browser.waits(for: Self.shows("UNKNOWN the guard does not answer")))
    #expect(try browser.violations() == [])
    try browser.evaluate(
      """
      const faint = document.createElement("p");
      faint.textContent = "faint";
      faint.style.color = "#aaa";
      document.querySelector("main").append(faint, document.createElement("button"));
      """)
    let found = try browser.violations()
    #expect(
      found.contains { $0.hasPrefix("color-contrast: ") } && found.contains { $0.hasPrefix("button-name: ") })
  }

  @Test func addressWorksInOneBrowser() throws {
    let page = try WebPage(socket: "/nonexistent/guard.sock")
    let (first, second) = (try Browser(), try Browser())
    try first.go(page.address)
    #expect(try first.waits(for: Self.shows("UNKNOWN the guard does not answer")))
    try second.go(page.address)
    #expect(try second.text("document.querySelector('h1').textContent") == "This address was already used")
    try first.go(page.start)
    #expect(try first.waits(for: Self.shows("UNKNOWN the guard does not answer")))
  }

  /// The file is complete without a network and without scripts.
  @Test(.enabled(if: SSHServer.isAvailable, Comment(rawValue: SSHServer.reason)))
  func reportFileIsTheSamePage() throws {
    let installation = try Installation()
    try #require(try installation.waitUntilHealthy(), "\(installation.log)")
    installation.cluster.apply(.nodeNotReady("calypso"))
    _ = try installation.waitFor { document, _ in document.verdict == .critical }
    let file = installation.folder.file("report.html")
    #expect(try installation.ctl("report", "--since", "24h", "--output", file).status == 0)
    let browser = try Browser()
    try browser.go("file://\(file)")
    #expect(try browser.waits(for: "document.querySelectorAll('svg[role=img]').length > 3"))
    #expect(try browser.isTrue("document.querySelector('.known').textContent.includes('Only partly known')"))
    #expect(
      try browser.isTrue(
        "[...document.querySelectorAll('.figure')].every((one) => one.textContent !== '100 %' || one.dataset.label === 'Known')"
      ))
    #expect(try browser.isTrue("document.querySelectorAll('.axis text').length > 4"))
    for width in [390, 1200, 2000] {
      try browser.show(width: width)
      #expect(try browser.isTrue("document.documentElement.scrollWidth <= innerWidth"), "\(width)")
      // The name of the cluster is on one line.
      let lines = try browser.number(
        """
        Math.max(...[...document.querySelectorAll('td[data-label=Cluster]')].map((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size;
        }))
        """)
      #expect(lines == 1, "\(width): \(lines)")
    }
    try checkLayout(browser, "report")
    let (requests, errors) = try browser.messages()
    #expect(requests.allSatisfy { $0.hasPrefix("file://") || $0.hasPrefix("data:") }, "\(requests)")
    #expect(errors == [])

    try browser.show(width: 1200, scripts: false)
    try browser.go("file://\(file)")
    #expect(try browser.isTrue("document.querySelectorAll('svg').length === 0"))
    #expect(try browser.isTrue("document.querySelectorAll('table').length >= 3"))
    #expect(try browser.isTrue("document.querySelector('main').textContent.includes('node calypso')"))
  }
}
