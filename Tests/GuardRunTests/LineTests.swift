import Testing

@testable import GuardRun

/// Whole lines for a shell, as the hook of an assistant judges them.
@Suite(.timeLimit(.minutes(10))) struct LineTests {
  @Test func tablesHaveTheirSize() {
    #expect(
      ReadOnlyCommands.all.count >= 500 && Set(ReadOnlyCommands.all).count == ReadOnlyCommands.all.count)
    #expect(WritingCommands.all.count >= 750 && Set(WritingCommands.all).count == WritingCommands.all.count)
    #expect(ReadOnlyCommands.refused.count <= 2)
  }

  @Test func programHasOneKind() {
    let names = RunPolicy.names.flatMap(\.names)
    #expect(
      RunPolicy.kinds.count == names.count, "\(Set(names.filter { name in names.count { $0 == name } > 1 }))")
  }

  @Test(arguments: WritingCommands.all) func noChangePasses(_ line: String) throws {
    let denial = try #require(Denial(CommandReader.effect(ofLine: line)))
    #expect(!denial.reason.isEmpty && !denial.instead.isEmpty)
    #expect(!denial.text.utf8.contains(0))
  }

  @Test(arguments: ReadOnlyCommands.all) func lookingIsFree(_ line: String) {
    #expect(Denial(CommandReader.effect(ofLine: line)) == nil)
  }

  @Test(arguments: ReadOnlyCommands.refused) func aRefusedLookHasItsReason(_ line: String, _ reason: String)
    throws
  {
    #expect(try #require(Denial(CommandReader.effect(ofLine: line))).reason.contains(reason))
  }

  /// A change stays one in each surrounding that a shell knows.
  @Test(arguments: ["kubectl delete pod x", "helm uninstall web", "flux suspend ks apps", "pulumi up --yes"])
  func aChangeIsFoundInAnySurrounding(_ change: String) {
    let surroundings = [
      "%", "true; %", "true && %", "false || %", "true | %", "true & %", "true\n%", "(%)", "{ %; }", "! %",
      "$(%)", "`%`",
      "echo \"$(%)\"", "cat <(%)", "if %; then :; fi", "if :; then %; fi", "while %; do :; done",
      "for i in 1; do %; done",
      "case x in x) %;; esac", "f() { %; }; f", "sudo %", "sudo -u root -E %", "env A=b %", "timeout 5 %",
      "nice -n 5 %",
      "nohup % &", "stdbuf -oL %", "time %", "watch -n 5 %", "command %", "exec %", "A=b %", ">x %", "2>&1 %",
      "bash -c '%'", "sh -lc \"%\"", "eval '%'", "ssh tethys %", "ssh -t tethys '%'", "echo '%' | sh",
      "bash <<< '%'",
      "bash <<E\n%\nE", "cat <<E | bash\n%\nE", "xargs %", "find . -exec % \\;", "oceanid-ctl run -- %",
      "su -c '%'",
      "bash -c \"bash -c '%'\"", "sudo bash -c '%'", "trap '%' EXIT", "[[ $(%) ]]", "x=$(%)", "# c\n%",
      "% # c",
      "C='%'; $C", "C='%'; eval \"$C\"", "alias z='%'; z", "echo '%' > s; sh s", "nohup sudo timeout 5 %",
      "coproc %",
      "echo $((1 + $(%)))", "until %; do :; done", "true && { % || :; }", "time { %; }", "((%); true)",
    ]
    for surrounding in surroundings {
      let line = surrounding.replacing("%", with: change)
      #expect(CommandReader.effect(ofLine: line).isChange, "\(line)")
      let look = surrounding.replacing("%", with: "kubectl get pods")
      #expect(!CommandReader.effect(ofLine: look).isChange, "\(look)")
    }
  }

  @Test(arguments: [
    "kubectl get 'pods", "kubectl get $(", "if true; then kubectl get pods", "kubectl get pods )",
    "cat <(kubectl get pods",
  ])
  func aLineThatCannotBeParsedIsRefusedIfItNamesATool(_ line: String) {
    #expect(CommandReader.effect(ofLine: line).isChange)
    let other = line.replacing("kubectl", with: "frobnicate")
    #expect(Denial(CommandReader.effect(ofLine: other)) == nil)
  }

  /// A long line has an opinion only about what is in it.
  @Test func theLengthOfALineIsNoReason() {
    for piece in ["ls;", "echo a;", "grep kubectl f;", "kubectl get pods;", "if ls; then ls; fi;"] {
      let line = String(repeating: piece, count: 6000)
      #expect(Denial(CommandReader.effect(ofLine: line + "kubectl get pods")) == nil, "\(piece)")
      #expect(CommandReader.effect(ofLine: line + "kubectl delete pod x").isChange, "\(piece)")
    }
  }

  @Test func longAndDeepLinesAreJudgedInTime() {
    let pieces = [
      "$(", "`", "((", "{ ", "if ", "a|", "sudo ", "sh -c ", "x=$x ", "<<E\nE\n", "${a:-", "\"$(", "f() { ",
      "a{b,c}", "docker --entrypoint docker ", "find . -exec ", "fd -x ", "xargs -I{} sh -c '",
    ]
    for piece in pieces + ["echo x > ./a; cp ./a ./a; ", "echo x > f; cp f f.bak; mv f.bak f; "] {
      let line = String(repeating: piece, count: 1500)
      let start = ContinuousClock.now
      _ = CommandReader.effect(ofLine: line)
      #expect(CommandReader.effect(ofLine: line + " kubectl delete pod x") != .none, "\(piece)")
      #expect(ContinuousClock.now - start < .seconds(60), "\(piece)")
    }
  }
}
