internal import Glibc
internal import Platform

/// Connects to the first of a server's addresses that answers.
///
/// Belongs to the thread whose loop it lives in.
final class Dialer {
  /// An address that is being tried.
  private final class Runner {
    let address: SocketAddress
    let socket: Socket
    var watch: Watch?
    /// The kernel has the outcome.
    var hasOutcome = false

    init(_ address: SocketAddress, _ socket: Socket) {
      self.address = address
      self.socket = socket
    }
  }

  private let resolution: Resolution
  private let sources: [SocketAddress]
  private let userTimeout: Duration
  private let loop: Loop
  private var race: AddressRace
  private var runners: [Runner] = []
  private var refusals: [(address: SocketAddress, code: Int32)] = []
  private let giveUp: MonotonicTime

  /// - Parameter sources: what BindAddress stands for; empty where there is none.
  init(
    _ addresses: [SocketAddress], from sources: [SocketAddress], _ resolution: Resolution,
    userTimeout: Duration,
    loop: Loop, now: MonotonicTime
  ) {
    self.resolution = resolution
    self.sources = sources
    self.userTimeout = userTimeout
    self.loop = loop
    self.race = AddressRace(addresses, now: now)
    self.giveUp = now + resolution.connectTimeout
  }

  var deadline: MonotonicTime {
    race.nextStart.map { min($0, giveUp) } ?? giveUp
  }

  /// Goes as far as it can without waiting; the socket and whom it leads to once one is connected.
  func step(now: MonotonicTime) throws(TunnelFailure) -> (Socket, SocketAddress)? {
    for runner in runners where runner.hasOutcome {
      let code = StreamSocket.connectionError(of: runner.socket.descriptor)
      if code == 0 { return (runner.socket, runner.address) }
      runners.removeAll { $0 === runner }
      fail(runner.address, code, now)
    }
    while let address = race.start(now: now) { try start(address, now) }
    if race.isLost { throw failure }
    if now >= giveUp {
      for runner in runners { refusals.append((runner.address, ETIMEDOUT)) }
      throw failure
    }
    return nil
  }

  private func start(_ address: SocketAddress, _ now: MonotonicTime) throws(TunnelFailure) {
    let source = sources.first { $0.family == address.family }
    guard sources.isEmpty || source != nil else { return fail(address, EAFNOSUPPORT, now) }
    do throws(SystemError) {
      let runner = Runner(
        address, Socket(try StreamSocket.connect(to: address, from: source, userTimeout: userTimeout)))
      runner.watch = try loop.watch(runner.socket.raw) { [weak runner] _ in runner?.hasOutcome = true }
      runners.append(runner)
    } catch {
      if error.operation == StreamSocket.bindOperation, let source {
        throw TunnelFailure(
          .config, "BindAddress \(source.host) can't be used for \(resolution.hostName): \(error.reason)",
          remedy: "name an address of this machine (ip address), or leave BindAddress out",
          files: resolution.configFiles)
      }
      fail(address, error.code, now)
    }
  }

  private func fail(_ address: SocketAddress, _ code: Int32, _ now: MonotonicTime) {
    refusals.append((address, code))
    race.fail(now: now)
  }

  private var failure: TunnelFailure {
    guard let last = refusals.last else {
      return TunnelFailure(
        .dns, "\(resolution.hostName) has no address", remedy: "try: getent hosts \(resolution.hostName)")
    }
    let reasons = refusals.map { "\($0.address): \(SystemError("connect", code: $0.code).reason)" }
    let words = reasons.joined(separator: "; ")
    guard refusals.allSatisfy({ $0.code == ECONNREFUSED }) else {
      return TunnelFailure(
        .connectTimeout, words,
        remedy: "check the route to \(last.address.host): VPN, firewall, ping \(last.address.host)")
    }
    return TunnelFailure(
      .connectRefused, words,
      remedy: "check that sshd runs on the host and listens on port \(last.address.port)")
  }
}
