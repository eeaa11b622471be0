/// Problems of the guard itself.
public enum OwnProblem: String, DeclaredProblem {
  case configurationRejected = "configuration-rejected"
  case alertsFailing = "alerts-failing"
  case alertsTest = "alerts-test"
  case stateUnwritable = "state-unwritable"

  public var declaration: ProblemDeclaration {
    switch self {
    case .configurationRejected:
      ProblemDeclaration(
        .configuration, .warning, path: "configuration/rejected",
        title: "the running configuration is older than the file",
        meaning:
          "A reload found mistakes in guard.yaml. The previous configuration stays in force; a restart would fail.",
        command: "oceanid-guard --check-config --config <file>",
        note: "correct the file, then: oceanid-ctl reload")
    case .alertsFailing:
      ProblemDeclaration(
        .alerts, .warning, path: "alerts/<channel>/failing",
        title: "alert channel <channel> does not deliver",
        meaning:
          "A channel under 'alerts:' could not deliver. Its notices wait in its spool and are delivered later.",
        command: "oceanid-ctl alerts", note: "then: oceanid-ctl alerts test CHANNEL")
    case .alertsTest:
      ProblemDeclaration(
        .alerts, .warning, path: "alerts/<channel>/test", title: "test of the alert channel <channel>",
        meaning: "A test of an alert channel (oceanid-ctl alerts test). Nothing is wrong.")
    case .stateUnwritable:
      ProblemDeclaration(
        .state, .warning, path: "state/unwritable", title: "state directory <folder> can't be written",
        meaning:
          """
          The guard can't write its state directory: the disk is full or read-only, or something else is in a \
          file's place. Alerts are still sent. A restart would repeat or lose some of them, and forget silences.
          """,
        command: "df -h <folder>",
        note: "check its owner and mode too: ls -lad; the guard retries every few seconds")
    }
  }
}
