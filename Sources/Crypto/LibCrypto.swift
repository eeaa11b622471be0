internal import CLibCrypto

/// The OpenSSL library, which all libraries in this process share.
package enum LibCrypto {
  /// The version in use, for example `3.0.19`.
  package static var version: String { String(cString: OpenSSL_version(OPENSSL_FULL_VERSION_STRING)) }

  /// Disables OpenSSL's cleanup at `exit` (OPENSSL_init_crypto(3)), which would free memory that other threads still
  /// use.
  ///
  /// Call it before any other code in the process uses OpenSSL.
  package static func disableExitCleanup() { OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) }
}
