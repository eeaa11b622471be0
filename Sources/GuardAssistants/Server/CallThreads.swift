import GuardConnection
import Platform
import Synchronization

/// The threads of running calls, and which of them are cancelled.
final class CallThreads: Sendable {
  /// Cancelled calls end only after their request to the guard, and a client may cancel and call again.
  private static let limit = 4 * AssistantSession.callLimit

  private struct State {
    /// By the id of the call, a number that identifies its thread.
    var current: [RequestID: Int] = [:]
    var started = 0
    /// The number of calls whose results are being passed on.
    var ending = 0
    var living = 0
  }

  private let state = Mutex(State())

  /// Runs the call in a thread.
  ///
  /// - Parameters:
  ///   - body: gets a function that returns whether the call is cancelled.
  ///   - end: is not called for a cancelled call.
  /// - Returns: false if no thread could be started.
  func start(
    _ id: RequestID,
    _ body: @escaping @Sendable (_ isCancelled: () -> Bool) -> Result<JSONValue, CallFailure>,
    end: @escaping @Sendable (Result<JSONValue, CallFailure>) -> Void
  ) -> Bool {
    let serial: Int? = state.withLock { state in
      guard state.living < CallThreads.limit else { return nil }
      state.started += 1
      state.living += 1
      state.current[id] = state.started
      return state.started
    }
    guard let serial else { return false }
    do throws(SystemError) {
      _ = try JoinableThread(name: "mcp-call") { [self] in
        let result = body { state.withLock { $0.current[id] != serial } }
        let isCurrent = state.withLock { state in
          state.living -= 1
          guard state.current[id] == serial else { return false }
          state.current[id] = nil
          state.ending += 1
          return true
        }
        guard isCurrent else { return }
        end(result)
        state.withLock { $0.ending -= 1 }
      }
      return true
    } catch {
      state.withLock { state in
        state.living -= 1
        state.current[id] = nil
      }
      return false
    }
  }

  /// True while a call that is not cancelled has not ended.
  var areRunning: Bool { state.withLock { !$0.current.isEmpty || $0.ending > 0 } }

  func cancel(_ id: RequestID) { state.withLock { $0.current[id] = nil } }
}
