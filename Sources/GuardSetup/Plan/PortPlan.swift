/// Derives the next step for a port that another process holds.
enum PortPlan {
  static func next(_ holder: PortHolder, _ file: GuardFile) -> Plan.Next {
    // A service manager holds the ports of its socket units. To end it would end the session or the machine.
    guard !holder.words.hasPrefix("systemd") else {
      return Plan.Next(
        command: "systemctl list-sockets --all; systemctl --user list-sockets --all",
        why: "a socket unit holds port \(file.port ?? 0): stop that unit")
    }
    return Plan.Next(
      command: holder.pid.map { "kill \($0)" } ?? "sudo ss -ltnp 'sport = :\(file.port ?? 0)'",
      why: "end that program once you know that you do not need it")
  }
}
