// The benchmarks use this target too, and are built without Testing.
#if canImport(Testing)
  internal import Dispatch
  package import Testing

  /// A test that blocks its thread runs on one of Dispatch, and not on one of the concurrency pool's, of which there is
  /// one a processor: two of them would stop every task of the process.
  package struct Blocking: SuiteTrait, TestTrait, TestScoping {
    package var isRecursive: Bool { true }

    package func provideScope(
      for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
      try await withTaskExecutorPreference(DispatchThreads.shared) { try await body() }
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
