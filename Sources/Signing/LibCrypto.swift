internal import CLibCrypto

/// OpenSSL as a whole, as all libraries of the process share it.
package enum LibCrypto {
  /// `3.0.19`, of the library that this process runs with.
  package static var version: String { String(cString: OpenSSL_version(OPENSSL_FULL_VERSION_STRING)) }

  /// Has it keep what it holds until the process is gone. By itself it frees that when `exit` is called
  /// (OPENSSL_init_crypto(3)), under the hands of threads that are still at a request.
  ///
  /// Call it before anything else in the process uses OpenSSL.
  package static func keepToTheEnd() { OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) }
}
