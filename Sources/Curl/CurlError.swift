/// A transfer without a response: the error, the operation and libcurl's message.
package struct CurlError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// Connection refused or host unreachable.
    case connect
    case resolve
    /// The deadline of the run or the connect timeout passed.
    case timeout
    case cancelled
    /// The request's sink stopped the transfer.
    case unwanted
    /// A header or body (after decompression) exceeded its limit.
    case tooLarge
    /// The server's certificate is not trusted.
    case serverCertificate(CertificateFault)
    /// The server rejected the client certificate, or its absence, with a TLS alert.
    case clientCertificateRefused
    /// The client certificate and key cannot be used: not PEM, or they do not match.
    case clientCertificateUnusable
    /// The certificate authorities cannot be read.
    case authorityUnusable
    /// The peer closed the connection during the TLS handshake without an alert.
    case closedDuringHandshake
    /// Any other failure of the TLS handshake, such as no common version or a peer without TLS.
    case handshake
    /// The connection closed before the response was complete.
    case closed
    /// The response is not HTTP, or contradicts its headers.
    case invalidResponse
    /// libcurl rejected an option or ran out of memory: a fault of this program or machine.
    case setup
  }

  package enum CertificateFault: Hashable, Sendable {
    case expired, notYetValid, unknownAuthority, nameMismatch, other
  }

  package let code: Code
  /// For example `GET /api/v1/nodes`.
  package let operation: String
  /// The message of libcurl or OpenSSL; contains no credentials.
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
