internal import Foundation

/// So many times longer than usual things may take: programs built with a sanitizer are slow (Tests/run --sanitize).
package let patience = ProcessInfo.processInfo.environment["OCEANID_TEST_PATIENCE"].flatMap(Int.init) ?? 1
