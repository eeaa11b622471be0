import GuardTypes
import TestSupport
import Testing

/// Words of commands that people paste, in the shells that they paste them into.
@Suite struct ShellWordTests {
  /// Names that a shell could expand, split, end or execute.
  private static let words = [
    "\\'; touch F; #", "\\", "a\\", "\\\\", "a\\'b", "'", "''", "a'b", "\\'", "'\\", "=ls", "a=ls", "a==ls",
    "a=:=ls",
    "%self", "50%", "~", "~root", "a~b", "^x", "{a,b}", "a{1..3}", "*", "?", "[a]", "$HOME", "$(touch F)",
    "`touch F`",
    "!x", "!!", "a!b", "#x", "a#b", ">F", "<F", "&", "|", ";", "(x)", "a b", "a\tb", "a\nb", "\"",
    "\"$HOME\"", "%", "=", "@",
    "+x", ":", ",", "ü", "\u{202e}x", "\\n", "\\x41", "\\u0041", "a\\ b", "@(x)", "x=~", "x:~", "-n", "--",
    "-e \\x41",
  ]

  @Test(
    arguments: [
      ("bash", ["--norc"]), ("dash", []), ("zsh", ["-f"]), ("zsh", ["-f", "-o", "MAGIC_EQUAL_SUBST"]),
      ("zsh", ["-f", "-o", "RC_QUOTES"]), ("zsh", ["-f", "-o", "EXTENDED_GLOB"]), ("fish", ["--no-config"]),
    ] as [(String, [String])])
  func eachWordReachesTheProgramAsItIs(_ shell: String, _ options: [String]) throws {
    guard program(shell) != nil else { return }
    let folder = try TemporaryFolder()
    let show = try folder.writeProgram("#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done\n", to: "show")
    let line = "cd \(folder.path); \(show) \(Self.words.map(\.shellWord).joined(separator: " "))"
    let result = try run(shell, options + ["-c", line])
    let shown = result.output.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(
      String.init)
    #expect(shown == Self.words, "\(shell) \(result.errors)")
  }

  @Test func anEmptyWordIsQuoted() {
    #expect("".shellWord == "''")
    #expect("~/a\\b".shellWord == "~/'a'\\\\'b'")
  }

  @Test func noArgumentBeginsWithAHyphen() {
    for word in ["-", "-n", "--kubeconfig=/x", "--"] { #expect(word.argumentWord == nil) }
    for (word, quoted) in [("", "''"), ("a-b", "a-b"), (" -n", "' -n'")] {
      #expect(word.argumentWord == quoted)
    }
  }
}
