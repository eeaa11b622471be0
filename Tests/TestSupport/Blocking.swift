// The benchmarks also use this target and are built without Testing.
#if canImport(Testing)
  internal import Dispatch
  internal import Foundation
  package import Testing

  /// Runs a test that blocks its thread on Dispatch instead of the concurrency pool, which has one thread per CPU: a
  /// few blocked ones would stop all tasks. Only some run at once, because each starts servers and programs, which
  /// would otherwise become too slow for the tests' deadlines.
  package struct Blocking: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
      for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
      await Gate.shared.enter()
      do {
        try await withTaskExecutorPreference(DispatchThreads.shared) { try await body() }
      } catch {
        await Gate.shared.leave()
        throw error
      }
      await Gate.shared.leave()
    }

    private actor Gate {
      static let shared = Gate(places: max(1, 4 / slowness) * ProcessInfo.processInfo.activeProcessorCount)

      private var places: Int
      private var waiting: [CheckedContinuation<Void, Never>] = []

      init(places: Int) { self.places = places }

      func enter() async {
        guard places == 0 else {
          places -= 1
          return
        }
        await withCheckedContinuation { waiting.append($0) }
      }

      func leave() {
        guard !waiting.isEmpty else {
          places += 1
          return
        }
        waiting.removeFirst().resume()
      }
    }

    private final class DispatchThreads: TaskExecutor {
      static let shared = DispatchThreads()

      func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
      }
    }
  }

  extension Trait where Self == Blocking {
    package static var blocking: Self { Blocking() }
  }
#endif
