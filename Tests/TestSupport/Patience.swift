internal import Foundation

/// So many times longer than usual things may take: programs built with a sanitizer are slow (Tests/run --sanitize).
package let patience = ProcessInfo.processInfo.environment["OCEANID_TEST_PATIENCE"].flatMap(Int.init) ?? 1

/// A sanitizer keeps what is freed, and shadows of all memory: how much a process holds says nothing.
package let isInstrumented = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
  ProcessInfo.processInfo.environment[$0] != nil
}

/// Every fourth of a long table where a sanitizer looks on: the cases differ in their data more than in the code that
/// they run, and the plain run takes all of them.
package func sampled<Case>(_ cases: [Case]) -> [Case] {
  isInstrumented ? cases.enumerated().filter { $0.offset % 4 == 0 }.map(\.element) : cases
}
