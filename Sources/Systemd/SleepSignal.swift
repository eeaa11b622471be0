// Dispatch sources may be used from any thread (dispatch_source_create(3)); Linux's Dispatch does not say so.
@preconcurrency internal import Dispatch
internal import Synchronization

/// Tells when the machine is about to sleep and when it is awake again: logind's PrepareForSleep
/// (org.freedesktop.login1(5)).
///
/// Where there is no bus, or while it is gone, this is silent and looks for it now and then; that is no error.
package final class SleepSignal: Sendable {
  package enum Phase: Hashable, Sendable {
    case aboutToSleep
    case awake
  }

  private struct State {
    var source: (any DispatchSourceRead)?
    var pause = SleepSignal.firstPause
    var isCancelled = false
  }

  /// Between attempts to reach the bus, in seconds: doubled from the first to the last.
  private static let firstPause = 1
  private static let lastPause = 300

  private let address: String?
  private let signal: Bus.Signal
  private let handler: @Sendable (Phase) -> Void
  /// Connecting may wait for a slow bus, so nobody else's queue is used.
  private let queue = DispatchQueue(label: "sleep signal")
  private let state = Mutex(State())

  /// Starts to listen.
  ///
  /// - Parameter handler: called on a queue of this object's own.
  package convenience init(_ handler: @escaping @Sendable (Phase) -> Void) {
    self.init(address: nil, sender: "org.freedesktop.login1", handler)
  }

  /// - Parameters:
  ///   - address: of another bus than the system's.
  ///   - sender: whose signal counts; nil: anybody's.
  init(address: String?, sender: String?, _ handler: @escaping @Sendable (Phase) -> Void) {
    self.address = address
    self.signal = Bus.Signal(
      sender: sender, path: "/org/freedesktop/login1", interface: "org.freedesktop.login1.Manager",
      member: "PrepareForSleep")
    self.handler = handler
    queue.async { [weak self] in self?.connect() }
  }

  deinit { cancel() }

  package func cancel() {
    state.withLock { state in
      state.isCancelled = true
      state.source?.cancel()
      state.source = nil
    }
  }

  var isConnected: Bool { state.withLock { $0.source != nil } }

  private func connect() {
    guard !state.withLock({ $0.isCancelled }) else { return }
    let line: Line
    do throws(SystemdError) {
      line = Line(try Bus(address: address, listeningTo: signal))
    } catch {
      return connectLater()
    }
    let source = DispatchSource.makeReadSource(fileDescriptor: line.raw, queue: queue)
    source.setEventHandler { [weak self] in self?.hear(line) }
    // The descriptor is the source's until it is cancelled (dispatch_source_create(3)).
    source.setCancelHandler { withExtendedLifetime(line) {} }
    source.activate()
    let isWanted = state.withLock { state in
      guard !state.isCancelled else { return false }
      state.source = source
      state.pause = SleepSignal.firstPause
      return true
    }
    guard isWanted else { return source.cancel() }
    // What came with the bus's first answers makes the descriptor readable no more.
    hear(line)
  }

  private func hear(_ line: Line) {
    do throws(SystemdError) {
      for isAboutToSleep in try line.read() { handler(isAboutToSleep ? .aboutToSleep : .awake) }
    } catch {
      state.withLock { state in
        state.source?.cancel()
        state.source = nil
      }
      connectLater()
    }
  }

  private func connectLater() {
    let pause = state.withLock { state in
      defer { state.pause = min(state.pause * 2, SleepSignal.lastPause) }
      return state.pause
    }
    queue.asyncAfter(deadline: .now() + .seconds(pause)) { [weak self] in self?.connect() }
  }
}

/// The connection, shared by the handlers of one source.
private final class Line: Sendable {
  private let bus: Mutex<Bus>
  let raw: Int32

  init(_ bus: consuming sending Bus) {
    self.raw = bus.raw
    self.bus = Mutex(bus)
  }

  func read() throws(SystemdError) -> [Bool] {
    let result: Result<[Bool], SystemdError> = bus.withLock { bus in
      do throws(SystemdError) { return .success(try bus.read()) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
