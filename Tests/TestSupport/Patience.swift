internal import Foundation

/// So many times longer than usual things may take: programs built with a sanitizer are slow (Tests/run --sanitize).
package let patience = ProcessInfo.processInfo.environment["OCEANID_TEST_PATIENCE"].flatMap(Int.init) ?? 1

/// A sanitizer keeps what is freed, and shadows of all memory: how much a process holds says nothing.
package let isInstrumented = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
  ProcessInfo.processInfo.environment[$0] != nil
}
