internal import Foundation

/// Shifts the real-time clock of one process with a preloaded library (LD_PRELOAD, ld.so(8)) that replaces
/// CLOCK_REALTIME only, as settimeofday(2) would. The machine's clock does not change.
package struct ShiftedClock {
  private let folder: TemporaryFolder

  package static var isAvailable: Bool { (try? run("cc", ["--version"]))?.exit == .exited(0) }

  package init() throws {
    folder = try TemporaryFolder()
    try shift(by: 0)
    try folder.write(Self.source, to: "clock.c")
    let compiled = try run(
      "cc", ["-shared", "-fPIC", "-O1", "-o", folder.file("clock.so"), folder.file("clock.c"), "-ldl"])
    guard compiled.exit == .exited(0) else { throw FixtureError.failed("cc: \(compiled.errors)") }
  }

  /// The environment for the process whose clock is shifted.
  package var environment: [String: String] {
    ["LD_PRELOAD": folder.file("clock.so"), "CLOCK_SHIFT": folder.file("shift")]
  }

  /// Sets the difference to the machine's clock.
  package func shift(by seconds: Int) throws { try folder.write("\(seconds)", to: "shift") }

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <stdlib.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>

    static long shift(void) {
      const char *path = getenv("CLOCK_SHIFT");
      char text[32] = {0};
      int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
      if (file < 0) return 0;
      long length = read(file, text, sizeof text - 1);
      close(file);
      return length > 0 ? atol(text) : 0;
    }

    int clock_gettime(clockid_t clock, struct timespec *time) {
      int result = syscall(SYS_clock_gettime, clock, time);
      if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += shift();
      return result;
    }

    int gettimeofday(struct timeval *time, void *zone) {
      int result = syscall(SYS_gettimeofday, time, zone);
      if (result == 0 && time) time->tv_sec += shift();
      return result;
    }

    time_t time(time_t *result) {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (result) *result = now.tv_sec;
      return now.tv_sec;
    }
    """
}
