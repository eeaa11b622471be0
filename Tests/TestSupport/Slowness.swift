internal import Foundation

/// The factor for all deadlines: programs built with a sanitizer are slower (Tests/run --sanitize).
package let slowness = ProcessInfo.processInfo.environment["OCEANID_TEST_SLOWNESS"].flatMap(Int.init) ?? 1

/// True under a sanitizer, whose shadow memory and quarantine make memory measurements useless.
package let isInstrumented = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
  ProcessInfo.processInfo.environment[$0] != nil
}

/// Every fourth case of a long table under a sanitizer. The cases run the same code with different data, and the
/// normal run uses all of them.
package func sampled<Case>(_ cases: [Case]) -> [Case] {
  isInstrumented ? cases.enumerated().filter { $0.offset % 4 == 0 }.map(\.element) : cases
}
