internal import Glibc
internal import GuardAPI
internal import GuardConfiguration
internal import GuardJournal
internal import Health
internal import Platform
internal import Systemd
internal import Tunnel

/// The listening sockets that the service manager bound, identified by their addresses.
///
/// The sockets of forwards stay open for the lifetime of the process. A tunnel gets copies, so that its
/// successor after a reload can use the same ports.
struct InheritedSockets {
  private static let unit = "oceanid-forward.socket"

  private(set) var control: Int32?
  private var forwards: [StreamAddress: Int32] = [:]
  /// The sockets without a forward. If they were only closed here, the service manager would keep them open,
  /// and clients would wait forever.
  private var refusing: [StreamAddress: RefusingListener] = [:]

  init(_ passed: [PassedSocket] = []) {
    for socket in passed {
      if let listen = socket.forward {
        forwards[listen] = socket.descriptor
      } else if socket.name == "control" || control == nil {
        control = socket.descriptor
      }
    }
  }

  /// Returns copies of the sockets for a cluster's forwards. The caller owns them.
  func copies(for cluster: Configuration.Cluster) -> [StreamAddress: Int32] {
    var copies: [StreamAddress: Int32] = [:]
    for forward in cluster.tunnel.forwards {
      let listen = forward.listen
      guard let original = forwards[listen] else { continue }
      let copy = fcntl(original, F_DUPFD_CLOEXEC, 3)
      if copy >= 0 { copies[listen] = copy }
    }
    return copies
  }

  /// Refuses connections to sockets that no forward of `clusters` uses, and only those.
  ///
  /// - Returns: the entry to log if the manager's sockets differ from the configuration's; nil if they match
  ///   or there are none.
  mutating func fit(_ clusters: [Configuration.Cluster]) -> LogRecord? {
    guard !forwards.isEmpty else { return nil }
    let wanted = Set(clusters.flatMap { $0.tunnel.forwards.map(\.listen) })
    let strays = forwards.filter { !wanted.contains($0.key) }
    refusing = refusing.filter { strays.keys.contains($0.key) }
    for (address, socket) in strays where refusing[address] == nil {
      refusing[address] = try? RefusingListener(copying: socket)
    }
    let missing = wanted.filter { address in
      guard case .tcp = address else { return false }
      return forwards[address] == nil
    }
    guard !strays.isEmpty || !missing.isEmpty else { return nil }
    return InheritedSockets.record(
      strays: strays.keys.map(\.description), missing: missing.map(\.description))
  }

  private static func record(strays: [String], missing: [String]) -> LogRecord {
    func list(_ addresses: [String]) -> String { addresses.sorted().joined(separator: ", ") }
    var parts: [String] = []
    if !strays.isEmpty {
      parts.append("binds \(list(strays)), which no forward uses: connections are reset")
    }
    if !missing.isEmpty { parts.append("does not bind \(list(missing)): the guard binds that itself") }
    let step = restart
    return LogRecord(
      nil, "\(unit) \(parts.joined(separator: "; it "))", priority: .warning, subject: unit,
      remedy: step.remedy, command: step.command, note: step.note)
  }

  private static var restart: NextStep {
    if case .user? = OwnUnit.current() {
      return NextStep(
        command: "systemctl --user daemon-reload && systemctl --user restart \(unit)",
        note: "installed from the source tree: systemd/install --user before it")
    }
    return NextStep(command: "systemctl daemon-reload && systemctl restart \(unit)")
  }

  /// The next step for an address that the guard holds itself although the service manager holds other sockets: another
  /// program used it when its socket unit started. nil: the manager holds it, or holds no socket at all.
  func step(holdingAlone listen: StreamAddress) -> NextStep? {
    guard control != nil, case .tcp = listen, forwards[listen] == nil else { return nil }
    let step = InheritedSockets.restart
    let reason = "so that the port stays bound while the guard restarts; this restarts the guard too"
    return NextStep(
      command: step.command, note: [reason, step.note].compactMap(\.self).joined(separator: "; "))
  }
}

extension PassedSocket {
  /// The listening address of a forward; nil for the control socket, which has no port.
  var forward: StreamAddress? {
    guard let address = SocketAddress(boundToRaw: descriptor), address.port != 0 else { return nil }
    return StreamAddress(host: address.host, port: address.port)
  }
}
