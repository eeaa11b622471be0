// Dispatch sources are thread-safe (dispatch_source_create(3)), but Linux's Dispatch does not declare them Sendable.
@preconcurrency internal import Dispatch
internal import Synchronization

/// Reports that the machine is about to sleep or has woken up: logind's PrepareForSleep (org.freedesktop.login1(5)).
///
/// If the bus is unavailable, it retries and reports no error.
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

  /// Seconds between connection attempts; the pause doubles from the first to the last value.
  private static let firstPause = 1
  private static let lastPause = 300

  private let address: String?
  private let signal: Bus.Signal
  private let handler: @Sendable (Phase) -> Void
  /// A private queue, because connecting may block on a slow bus.
  private let queue = DispatchQueue(label: "sleep signal")
  private let state = Mutex(State())

  /// Starts to listen.
  ///
  /// - Parameter handler: called on a private queue.
  package convenience init(_ handler: @escaping @Sendable (Phase) -> Void) {
    self.init(address: nil, sender: "org.freedesktop.login1", handler)
  }

  /// - Parameters:
  ///   - address: the address of another bus than the system bus.
  ///   - sender: the only accepted sender; nil accepts any.
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
    let bus: SharedBus
    do throws(SystemdError) {
      bus = SharedBus(try Bus(address: address, listeningTo: signal))
    } catch {
      return connectLater()
    }
    let source = DispatchSource.makeReadSource(fileDescriptor: bus.raw, queue: queue)
    source.setEventHandler { [weak self] in self?.deliverSignals(bus) }
    // The source uses the descriptor until it is cancelled (dispatch_source_create(3)).
    source.setCancelHandler { withExtendedLifetime(bus) {} }
    source.activate()
    let isWanted = state.withLock { state in
      guard !state.isCancelled else { return false }
      state.source = source
      state.pause = SleepSignal.firstPause
      return true
    }
    guard isWanted else { return source.cancel() }
    // Messages that arrived with the bus's first replies are already buffered and do not make the descriptor
    // readable.
    deliverSignals(bus)
  }

  private func deliverSignals(_ bus: SharedBus) {
    do throws(SystemdError) {
      for isAboutToSleep in try bus.read() { handler(isAboutToSleep ? .aboutToSleep : .awake) }
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
private final class SharedBus: Sendable {
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
