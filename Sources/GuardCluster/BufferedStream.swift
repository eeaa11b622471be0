internal import Synchronization

/// Passes values from a producer that exists before its consumer, and keeps them until then. Callable from any thread.
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
