/// Derives the next step for a port that another process holds.
enum PortPlan {
  static func next(_ holder: PortHolder, _ file: GuardFile) -> Plan.Next {
    Plan.Next(
      command: holder.pid.map { "kill \($0)" } ?? "sudo ss -ltnp 'sport = :\(file.port ?? 0)'",
      why: "end that program once you know that you do not need it")
  }
}
