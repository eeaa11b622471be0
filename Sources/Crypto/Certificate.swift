internal import CLibCrypto
internal import Glibc

/// The validity period of an X.509 certificate (RFC 5280 §4.1.2.5). No signature is checked.
package struct Certificate: Hashable, Sendable {
  /// Seconds since 1970.
  package let notBefore: Int64
  package let notAfter: Int64

  /// - Returns: nil if the structure differs from RFC 5280 §4.1.
  package init?(der: [UInt8]) {
    defer { ERR_clear_error() }
    let certificate = der.withUnsafeBufferPointer { der in
      var next = der.baseAddress
      return d2i_X509(nil, &next, der.count)
    }
    guard let certificate else { return nil }
    defer { X509_free(certificate) }
    guard let from = Certificate.seconds(X509_get0_notBefore(certificate)),
      let to = Certificate.seconds(X509_get0_notAfter(certificate))
    else { return nil }
    notBefore = from
    notAfter = to
  }

  /// Parses `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`. RFC 5280 does not allow the other forms that libcrypto
  /// reads.
  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    var parts = tm()
    guard let time, [13, 15].contains(ASN1_STRING_length(time)), ASN1_TIME_to_tm(time, &parts) == 1 else {
      return nil
    }
    return Int64(timegm(&parts))
  }
}
