internal import CLibCrypto

/// The OpenSSL library, which all libraries in this process share.
package enum LibCrypto {
  /// The version in use, for example `3.0.19`.
  package static var version: String { String(cString: OpenSSL_version(OPENSSL_FULL_VERSION_STRING)) }
}
