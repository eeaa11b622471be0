internal import Crypto
internal import Health

/// The Validity field of an X.509 certificate (RFC 5280 §4.1.2.5).
struct X509Validity: Hashable {
  let notBefore: Timestamp
  let notAfter: Timestamp

  /// nil if this is not a certificate.
  init?(der: [UInt8]) {
    guard let certificate = Certificate(der: der) else { return nil }
    notBefore = Timestamp(seconds: certificate.notBefore)
    notAfter = Timestamp(seconds: certificate.notAfter)
  }

  /// Reads the first certificate in a PEM file, which is the client's own.
  init?(pem: [UInt8]) {
    guard let first = PEM.blocks(in: pem).first(where: { $0.label == "CERTIFICATE" }) else { return nil }
    self.init(der: first.content)
  }

  /// Reads all valid certificates in a PEM file.
  static func all(pem: [UInt8]) -> [X509Validity] {
    PEM.blocks(in: pem).filter { $0.label == "CERTIFICATE" }.compactMap { X509Validity(der: $0.content) }
  }
}
