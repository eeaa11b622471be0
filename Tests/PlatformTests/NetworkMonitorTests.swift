import Foundation
import Platform
import Testing

private let ip = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"].first {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// Real kernel messages, in a private network namespace.
@Suite(.enabled(if: geteuid() == 0 && ip != nil, "needs root and ip (package iproute2)"))
struct NetworkMonitorTests {
  @Test func kernelMessagesAreReceived() async {
    await #expect(processExitsWith: .success) {
      let thread = try JoinableThread(name: "namespace") { exit(NetworkMonitorTests.play()) }
      _ = thread.join(timeout: .seconds(30))
      exit(99)
    }
  }

  /// Returns 0 or the number of the failed step. Runs in its own thread, because unshare(2) changes the calling
  /// thread's namespace, which children inherit.
  private static func play() -> Int32 {
    guard unshareNetwork() else { return 1 }
    guard var watch = try? NetworkMonitor() else { return 2 }
    // Some kernels have no dummy devices.
    guard ipCommand("link add oceanid0 type dummy") || ipCommand("link add oceanid0 type ifb") else {
      return 3
    }
    guard ipCommand("link set oceanid0 up") else { return 4 }
    guard waitFor(&watch, .link) else { return 5 }
    guard ipCommand("address add 192.0.2.1/24 dev oceanid0") else { return 6 }
    guard waitFor(&watch, .address) else { return 7 }
    guard ipCommand("route add default via 192.0.2.254") else { return 8 }
    guard waitFor(&watch, .route) else { return 9 }
    _ = watch.collect()
    guard ipCommand("link set lo up"), ipCommand("route del default") else { return 10 }
    usleep(100_000)
    return watch.collect().isEmpty ? 0 : 11
  }

  private static func waitFor(_ watch: inout NetworkMonitor, _ kind: NetworkChanges.Kinds) -> Bool {
    for _ in 0..<100 {
      var poller = pollfd(fd: watch.raw, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, 100) >= 0 else { return false }
      if watch.collect().contains(kind) { return true }
    }
    return false
  }

  private static func ipCommand(_ words: String) -> Bool {
    guard let ip else { return false }
    var argv = ([ip] + words.split(separator: " ").map(String.init)).map { strdup($0) } + [nil]
    defer { for word in argv { free(word) } }
    var pid = pid_t()
    guard posix_spawn(&pid, ip, nil, nil, &argv, environ) == 0 else { return false }
    var status: Int32 = 0
    return waitpid(pid, &status, 0) == pid && status == 0
  }

  /// unshare(2) requires _GNU_SOURCE, which Swift's Glibc module does not set.
  private static func unshareNetwork() -> Bool {
    guard let symbol = dlsym(nil, "unshare") else { return false }
    let unshare = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Int32).self)
    return unshare(0x4000_0000 /* CLONE_NEWNET */) == 0
  }
}
