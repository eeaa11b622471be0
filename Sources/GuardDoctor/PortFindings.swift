internal import GuardAPI
internal import GuardTypes
internal import Health
internal import Platform
internal import Tunnel

/// Findings about the processes on the forwards' local ports, and about old tunnels that are still running.
enum PortFindings {
  /// - Parameters:
  ///   - holder: for example `ssh (pid 4242)`; nil if no listener is visible.
  ///   - isTaken: true if a process listens, visible or not.
  ///   - isUserGuard: true if the user's service manager runs the guard; nil if no guard is configured.
  static func forward(
    _ listen: StreamAddress, cluster: String, holder: String?, isTaken: Bool, isUserGuard: Bool?
  ) -> FindingDocument {
    let step = "port \(listen)"
    if let holder, holder.hasPrefix("oceanid-guard ") || holder.hasPrefix("systemd ") {
      return FindingDocument(step, of: cluster, .ok, "held by \(holder)")
    }
    if isTaken {
      let who = holder ?? "a process of another user"
      guard holder != nil else {
        return FindingDocument(
          step, of: cluster, .ok, "a process listens; only root can see which: sudo oceanid-ctl doctor")
      }
      return FindingDocument(
        step, of: cluster, .failed, "in use by \(who): kubectl here reaches that, and not the guard's tunnel",
        next: NextStep(
          command: holderCommand(listen), note: "end that program; the guard takes the port within seconds"))
    }
    return FindingDocument(
      step, of: cluster, .failed, "no process listens",
      next: isUserGuard.map { NextStep(command: "systemctl \($0 ? "--user " : "")start oceanid-guard") }
        ?? setup)
  }

  /// The step on a machine without a guard.yaml.
  static let setup = NextStep(
    command: "oceanid-ctl setup", note: "with the ssh alias of the server, if it is not tethys")

  private static func holderCommand(_ listen: StreamAddress) -> String {
    switch listen {
    case .tcp(let place): "ss -ltnp 'sport = :\(place.port)'"
    case .unix(let path): "ss -lxp src \(path.shellWord)"
    }
  }

  /// Reports a local process on the port that the API has on the remote side, because it is easily mistaken for the
  /// cluster. Do not call it if the remote side is this machine.
  static func farPort(_ port: UInt16, here: String, holder: String?, isTaken: Bool) -> FindingDocument? {
    guard isTaken else { return nil }
    return FindingDocument(
      "port \(port)", .warning,
      "\(holder ?? "a process") listens on port \(port) of this machine: that is not the cluster, which is at \(here)",
      next: NextStep(command: "ss -ltnp 'sport = :\(port)'"))
  }

  /// Finds `ssh` processes that forward one of the local ports, even if they outlived their starter.
  static func oldTunnels(_ processes: [ProcessTable.Entry], ports: Set<UInt16>) -> [FindingDocument] {
    processes.filter { $0.program == "ssh" || $0.program == "autossh" }.compactMap { process in
      guard
        let spec = forwards(process.arguments).first(where: { localPort($0).map(ports.contains) ?? false })
      else { return nil }
      return FindingDocument(
        "old tunnels", .warning,
        "\(process.program) (pid \(process.pid)) forwards \(spec) by itself, which the guard does",
        next: NextStep(command: "kill \(process.pid)"))
    }
  }

  /// The values of `-L`, also after other letters (`-NL`, `-fNL`).
  private static func forwards(_ arguments: [String]) -> [String] {
    var found: [String] = []
    for (index, word) in arguments.enumerated().dropFirst() where word.hasPrefix("-") && !word.hasPrefix("--")
    {
      guard let letter = word.firstIndex(of: "L"),
        word[..<letter].dropFirst().allSatisfy("fnNTqv46aAgkKtxXyYCM".contains)
      else { continue }
      let rest = word[word.index(after: letter)...]
      if !rest.isEmpty {
        found.append(String(rest))
      } else if index + 1 < arguments.count {
        found.append(arguments[index + 1])
      }
    }
    return found
  }

  /// The local port of `[bind_address:]port:host:hostport` (ssh(1)).
  private static func localPort(_ spec: String) -> UInt16? {
    let parts = spec.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 2 else { return nil }
    return UInt16(parts.count >= 4 ? parts[parts.count - 3] : parts[0])
  }
}
