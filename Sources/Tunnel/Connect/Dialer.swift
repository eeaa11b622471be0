internal import Glibc
internal import GuardTypes
internal import Platform

/// Connects to the first address of a host that answers.
///
/// Owns the sockets until it hands one over. Belongs to the thread whose loop watches them.
final class Dialer {
  typealias Instant = MonotonicTime

  private struct Call {
    let socket: Socket
    let watch: Watch
    let source: SourceAddress?
  }

  private let resolution: Resolution
  private let addresses: [SocketAddress]
  private let sources: [SocketAddress]
  private let userTimeout: Duration
  private let loop: Loop
  private var race: AddressRace
  private var calls: [Int: Call] = [:]
  /// The indices of connects whose result the kernel has reported.
  private var answered: Set<Int> = []

  /// - Parameters:
  ///   - sources: the addresses of BindAddress, of which at most one per family is used; if empty, the kernel chooses.
  ///   - userTimeout: see `StreamSocket.connect`.
  /// - Throws: like `step`, and if the host has no address, or none of the same family as a source.
  init(
    to addresses: [SocketAddress], from sources: [SocketAddress], _ resolution: Resolution,
    userTimeout: Duration, loop: Loop, now: Instant
  ) throws(TunnelFailure) {
    let ordered = AddressRace.order(addresses, family: \.family)
    guard !ordered.isEmpty else {
      throw TunnelFailure(
        .dns, "\(resolution.hostName) has no address",
        remedy: "check the resolver, and HostName in ssh_config")
    }
    let families = Set(sources.map(\.family))
    self.addresses = sources.isEmpty ? ordered : ordered.filter { families.contains($0.family) }
    guard !self.addresses.isEmpty else {
      throw TunnelFailure(
        bindAddress: resolution,
        "is of another family than \(ordered.map(\.description).joined(separator: ", "))")
    }
    self.resolution = resolution
    self.sources = sources
    self.userTimeout = userTimeout
    self.loop = loop
    self.race = AddressRace(count: self.addresses.count, limit: resolution.connectTimeout, now: now)
    _ = try run([.started], now)
  }

  var deadline: Instant { race.wake }

  /// The source address of a pending connect that no interface has any more; nil if there is none.
  var lostSource: SourceAddress? { calls.values.compactMap(\.source).first(where: \.isLost) }

  /// Proceeds as far as possible without waiting. Returns the socket and its peer when one is connected.
  ///
  /// - Throws: `TunnelFailure` that lists each address with its reason.
  func step(now: Instant) throws(TunnelFailure) -> (socket: Socket, peer: SocketAddress)? {
    var events: [AddressRace.Event] = []
    for index in answered.sorted() {
      guard let call = calls[index] else { continue }
      let code = StreamSocket.connectionError(of: call.socket.descriptor)
      events.append(code == 0 ? .connected(index) : .failed(index, code: code))
      if code != 0 { calls[index] = nil }
    }
    answered = []
    return try run(events + [.timePassed], now)
  }

  private func run(
    _ events: [AddressRace.Event], _ now: Instant
  ) throws(TunnelFailure) -> (socket: Socket, peer: SocketAddress)? {
    var events = events
    while !events.isEmpty {
      for action in race.handle(events.removeFirst(), now: now) {
        switch action {
        case .connect(let index):
          if let failed = try call(index) { events.append(failed) }
        case .close(let index): calls[index] = nil
        case .won(let index):
          guard let call = calls.removeValue(forKey: index) else { return nil }
          return (call.socket, addresses[index])
        case .lost(let outcomes):
          throw TunnelFailure(unreachable: Array(zip(addresses, outcomes)), resolution)
        }
      }
    }
    return nil
  }

  private func call(_ index: Int) throws(TunnelFailure) -> AddressRace.Event? {
    let address = addresses[index]
    do throws(SystemError) {
      let socket = Socket(
        try StreamSocket.connect(
          to: address, from: sources.first { $0.family == address.family }, userTimeout: userTimeout))
      let watch = try loop.watch(socket.raw) { [weak self] _ in self?.answered.insert(index) }
      calls[index] = Call(socket: socket, watch: watch, source: SourceAddress(of: socket.descriptor))
      return nil
    } catch {
      // This failure is local and the same for every address.
      if error.operation == StreamSocket.bindOperation {
        throw TunnelFailure(bindAddress: resolution, "can't be connected from: \(error.reason)")
      }
      return .failed(index, code: error.code)
    }
  }
}

extension TunnelFailure {
  /// The maximum number of addresses in a message.
  private static let maxShownAddresses = 8

  fileprivate init(unreachable all: [(SocketAddress, AddressRace.Outcome)], _ resolution: Resolution) {
    let limit = resolution.connectTimeout.components.seconds
    var lines = all.prefix(TunnelFailure.maxShownAddresses).map { address, outcome in
      switch outcome {
      case .failed(let code): "\(address): \(SystemError("connect", code: code).reason)"
      case .unanswered: "\(address): no answer within \(limit) s"
      case .untried: "\(address): not tried within \(limit) s"
      }
    }
    if all.count > lines.count { lines.append("and \(all.count - lines.count) more") }
    var message = lines.joined(separator: "; ")
    if let source = resolution.bindAddress { message += " (from BindAddress \(source))" }
    if let (silent, _) = all.first(where: { $0.1 != .failed(code: ECONNREFUSED) }) {
      self.init(
        .connectTimeout, message,
        command: "ping -c 3 \(silent.host.shellWord)", remedy: "check the route to it: VPN, firewall")
    } else {
      self.init(
        .connectRefused, message,
        remedy: "check that sshd runs on the host and listens on port \(resolution.port)")
    }
  }

  fileprivate init(bindAddress resolution: Resolution, _ problem: String) {
    self.init(
      .config, "BindAddress \(resolution.bindAddress ?? "") of \(resolution.hostName) \(problem)",
      command: "ip -br address", remedy: "name an address of this machine, or leave BindAddress out",
      files: resolution.configFiles)
  }
}
