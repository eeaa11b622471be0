/// Why a transfer has no response: what went wrong, in which step, and libcurl's own words.
package struct CurlError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// Nobody listens, or the connection was refused.
    case connect
    case resolve
    /// The deadline of the run, or the connect timeout, passed.
    case timeout
    case cancelled
    /// The request's sink took no more.
    case unwanted
    /// Header or body (after decompression) passed its limit.
    case tooLarge
    /// The server's certificate was not believed.
    case serverCertificate(CertificateFault)
    /// The server refused the client's certificate, or the lack of one, with a TLS alert.
    case clientCertificateRefused
    /// Our certificate and key can't be used: not PEM, or not a pair.
    case clientCertificateUnusable
    /// The certificate authorities can't be read.
    case authorityUnusable
    /// The connection ended before there was TLS on it: whoever took it said nothing at all.
    case cutInHandshake
    /// Any other failure of the TLS handshake: no common version, or no TLS at all.
    case handshake
    /// The connection ended before the response did.
    case closed
    /// What came is not HTTP, or not what its headers say.
    case badReply
    /// libcurl refused an option or ran out of memory: a fault of this program or machine.
    case setup
  }

  package enum CertificateFault: Hashable, Sendable {
    case expired, notYetValid, unknownAuthority, nameMismatch, other
  }

  package let code: Code
  /// `GET /api/v1/nodes`
  package let operation: String
  /// libcurl's or OpenSSL's text; free of credentials.
  package let detail: String

  package init(code: Code, operation: String, detail: String) {
    self.code = code
    self.operation = operation
    self.detail = detail
  }
}

extension CurlError: CustomStringConvertible {
  package var description: String { "\(operation): \(detail)" }
}
