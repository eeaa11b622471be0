internal import Synchronization

/// Passes values from a producer to a consumer that is set later, and buffers them until then. Thread-safe.
final class BufferedStream<Value: Sendable>: Sendable {
  private struct State {
    var waiting: [Value] = []
    var consumer: (@Sendable (Value) -> Void)?
  }

  private let state = Mutex(State())

  @Sendable func send(_ value: Value) {
    let consumer = state.withLock { state in
      if state.consumer == nil { state.waiting.append(value) }
      return state.consumer
    }
    consumer?(value)
  }

  func connect(_ consumer: @escaping @Sendable (Value) -> Void) {
    let waiting = state.withLock { state in
      state.consumer = consumer
      defer { state.waiting = [] }
      return state.waiting
    }
    waiting.forEach(consumer)
  }
}
