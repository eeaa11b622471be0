import Foundation
import GuardAPI
import GuardTypes
import TestSupport
import Testing

@testable import GuardClient
@testable import GuardConnection
@testable import GuardPages
@testable import GuardTerminal

/// The lines of `status --format` for bars and prompts.
@Suite struct BarTextTests {
  private func line(_ scene: Scene, _ format: BarFormat) -> String {
    BarText(scene.status, now: Scene.now).text(format)
  }

  private struct Waybar: Decodable {
    let text: String
    let alt: String
    let `class`: String
    let tooltip: String
  }

  private func waybar(_ text: String) throws -> Waybar {
    try JSONDecoder().decode(Waybar.self, from: Data(text.utf8))
  }

  @Test func healthyClusterIsItsName() throws {
    #expect(line(.healthy, .short) == "tethys healthy\n")
    #expect(line(.healthy, .starship) == "✓ tethys\n")
    #expect(line(.healthy, .tmux) == "#[fg=green]✓ tethys#[default]\n")
    let document = try waybar(line(.healthy, .waybar))
    #expect(document.text == "✓ tethys" && document.class == "healthy" && document.alt == "healthy")
    #expect(document.tooltip == Scene.healthy.status.summary)
  }

  @Test func problemIsNamedWithItsAge() throws {
    #expect(line(.nodeDown, .short) == "tethys critical: node calypso is not ready (12m) and 1 more\n")
    #expect(line(.nodeDown, .starship) == "✗ tethys: node calypso is not ready (12m) +1\n")
    let document = try waybar(line(.nodeDown, .waybar))
    #expect(document.class == "critical")
    #expect(document.tooltip.split(separator: "\n").count == 2)
    #expect(document.tooltip.contains("runs v1.18.1 instead of v1.18.2"))
  }

  @Test(arguments: BarFormat.allCases) func everyStateIsOneShortLine(_ format: BarFormat) throws {
    for scene in Scene.allCases {
      let text = line(scene, format)
      #expect(text.hasSuffix("\n") && text.dropLast().contains("\n") == false, "\(scene)")
      let shown = format == .waybar ? try waybar(text).text : text.replacing(/#\[[a-z=]*\]/, with: "")
      let limit = format == .waybar || format == .tmux ? 40 : 60
      #expect(shown.dropLast().description.displayWidth <= limit + 20, "\(shown)")
      #expect(!text.contains("\u{1B}"))
    }
  }

  /// A name in the cluster can be `<b>`, `#(reboot)` or an escape sequence.
  @Test func externalTextIsNeitherMarkupNorAFormat() throws {
    var status = Scene.nodeDown.status
    status.problems[0].title = "<b>#(touch x) #[fg=red] & \u{1B}[31m\u{202E}'\"<\u{301}\nnode calypso"
    let bar = BarText(status, now: Scene.now)
    let waybar = try waybar(bar.text(.waybar))
    #expect(!(waybar.text + waybar.tooltip).utf8.contains(UInt8(ascii: "<")))
    #expect(waybar.tooltip.contains("&lt;b&gt;#(touch x) #[fg=red] &amp; "))
    #expect(waybar.tooltip.contains("&#39;&quot;&lt;\u{301}"))
    #expect(waybar.tooltip.split(separator: "\n").count == status.problems.count)
    #expect(bar.text(.tmux).contains("##(touch x)"))
    for format in BarFormat.allCases {
      let text = bar.text(format)
      #expect(!text.unicodeScalars.dropLast().contains { $0.value < 0x20 || $0.value == 0x202E }, "\(text)")
    }
  }

  @Test func severalClustersAreCounted() {
    var status = Scene.nodeDown.status
    var other = status.clusters[0]
    other.name = "doris"
    other.verdict = .healthy
    status.clusters.append(other)
    #expect(
      BarText(status, now: Scene.now).text(.short)
        == "2 clusters critical: tethys: node calypso is not ready (12m…\n")
  }

  @Test func guardThatCannotBeReachedIsUnknown() throws {
    let error = ClientError.unreadable(.resolve(option: "/x/guard.sock"), .truncated)
    let bar = BarText(failure: error)
    #expect(bar.verdict == .unknown)
    #expect(try waybar(bar.text(.waybar)).class == "unknown")
    #expect(bar.text(.short).hasPrefix("oceanid unknown: the guard's response on /x/guard.sock"))
  }

  /// tmux expands `#` in the output of a command.
  @Test(.enabled(if: TestSupport.program("tmux") != nil, "needs tmux"))
  func tmuxShowsExternalTextLiterally() throws {
    let folder = try TestSupport.TemporaryFolder()
    var status = Scene.nodeDown.status
    status.problems = [status.problems[0]]
    status.problems[0].subject = ""
    status.problems[0].title = "#{pid} #(date) #[fg=red]x"
    let file = try folder.write(BarText(status, now: Scene.now).text(.tmux), to: "line")
    // The inner server draws the status line on a terminal of the outer one.
    let (outer, inner) = (folder.file("outer"), folder.file("inner"))
    let environment = [
      "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm-256color", "HOME": folder.path,
    ]
    func tmux(_ server: String, _ arguments: String...) throws -> String {
      try run("tmux", ["-S", server, "-f", "/dev/null"] + arguments, environment: environment).output
    }
    defer { for server in [inner, outer] { _ = try? tmux(server, "kill-server") } }
    _ = try tmux(
      outer, "new-session", "-d", "-x", "120", "-y", "24", "tmux -S \(inner) -f /dev/null new-session")
    let isConfigured = eventually(within: .seconds(20)) {
      _ = try? tmux(
        inner, "set", "-g", "status-right-length", "100", ";", "set", "-g", "status-interval", "1", ";",
        "set",
        "-g", "status-right", "#(cat \(file))")
      return (try? tmux(inner, "show", "-g", "status-right").contains(file)) == true
    }
    #expect(isConfigured)
    var screen = ""
    let isLiteral = eventually(within: .seconds(20)) {
      screen = (try? tmux(outer, "capture-pane", "-p")) ?? ""
      return screen.contains("#{pid} #(date)")
    }
    #expect(isLiteral, "\(screen)")
  }
}
