import Crypto
import Glibc
import Testing

@Suite struct ProcessEndTests {
  /// Threads that still use OpenSSL when the process ends would use freed memory.
  @Test func openSSLFreesNothingAtExit() async {
    await #expect(processExitsWith: .success) {
      _ = SHA256.digest([1])
      // OpenSSL calls the handlers of OPENSSL_atexit(3) when it frees its memory.
      typealias Register = @convention(c) (@convention(c) () -> Void) -> Int32
      let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "OPENSSL_atexit"))
      #expect(unsafeBitCast(symbol, to: Register.self)({ _exit(1) }) == 1)
      exit(0)
    }
  }
}
