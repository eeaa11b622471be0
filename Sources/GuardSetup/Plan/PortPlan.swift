/// Derives the next step for a port that another process holds.
enum PortPlan {
  static func next(_ holder: PortHolder, _ file: GuardFile, _ tools: Tools) -> Plan.Next {
    // A service manager holds the ports of its socket units. To end it would end the session or the machine.
    guard !holder.words.hasPrefix("systemd") else {
      return Plan.Next(
        command: "systemctl list-sockets --all; systemctl --user list-sockets --all",
        why: "a socket unit holds port \(file.port ?? 0): stop that unit")
    }
    let why = "end that program once you know that you do not need it"
    if let pid = holder.pid { return Plan.Next(command: "kill \(pid)", why: why) }
    let search =
      tools.present.contains("ss") ? "ss -ltnp 'sport = :\(file.port ?? 0)'" : "oceanid-ctl doctor"
    return Plan.Next(
      command: tools.asRoot(search),
      why:
        "it names the program; \(why), and if it is systemd, stop the socket unit instead (systemctl list-sockets)"
    )
  }
}
