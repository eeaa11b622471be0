internal import CLibCurl

extension CurlError.Code {
  /// Converts a CURLcode.
  ///
  /// - Parameters:
  ///   - verification: CURLINFO_SSL_VERIFYRESULT, an X509_V_ERR_ number of OpenSSL.
  ///   - detail: the text of the error buffer. It is the only way to recognize TLS alerts of the peer, which libcurl
  ///     reports as a failure of the current operation (in TLS 1.3 the first read).
  init(_ code: CURLcode, verification: Int, detail: String) {
    switch code {
    case CURLE_COULDNT_CONNECT: self = .connect
    case CURLE_COULDNT_RESOLVE_HOST: self = .resolve
    case CURLE_OPERATION_TIMEDOUT: self = .timeout
    case CURLE_SSL_CLIENTCERT: self = .clientCertificateRefused
    case CURLE_PEER_FAILED_VERIFICATION where verification == 0 && detail == Self.verificationFailure:
      self = .clientCertificateRefused
    case CURLE_PEER_FAILED_VERIFICATION:
      self = .serverCertificate(CurlError.CertificateFault(verification: verification, detail: detail))
    case CURLE_SSL_CERTPROBLEM: self = .clientCertificateUnusable
    case CURLE_SSL_CACERT_BADFILE: self = .authorityUnusable
    case CURLE_SSL_CONNECT_ERROR:
      self =
        Self.isCertificateAlert(detail)
        ? .clientCertificateRefused : Self.isConnectionLost(detail) ? .closedDuringHandshake : .handshake
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      self =
        Self.isCertificateAlert(detail)
        ? .clientCertificateRefused : Self.isInvalidHTTP(detail) ? .invalidResponse : .closed
    // Before 8.6, libcurl returns this code for a header line that is longer than it accepts (lib/dynbuf.c).
    case CURLE_OUT_OF_MEMORY: self = .tooLarge
    case CURLE_FAILED_INIT, CURLE_UNKNOWN_OPTION, CURLE_BAD_FUNCTION_ARGUMENT,
      CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN:
      self = .setup
    // Includes CURLE_UNSUPPORTED_PROTOCOL: the response does not start with HTTP/1 ("HTTP/0.9").
    default: self = .invalidResponse
    }
  }

  // libcurl reports the alert "certificate expired", which concerns our certificate, as a failed verification of the
  // server's (lib/vtls/openssl.c, ossl_connect_step2). In that case OpenSSL's verification result is OK.
  private static let verificationFailure = "SSL certificate verification failed"

  // The connection broke without a message from the peer: "Recv failure: Connection reset by peer", "OpenSSL
  // SSL_connect: SSL_ERROR_SYSCALL in connection to …" (lib/sendf.c, lib/vtls/openssl.c), "unexpected eof while
  // reading" (OpenSSL 3). A reset between connect and handshake is "getpeername() failed with errno 107: Transport
  // endpoint is not connected" (lib/connect.c).
  static func isConnectionLost(_ detail: String) -> Bool {
    ["Connection reset", "Broken pipe", "is not connected", "SSL_ERROR_SYSCALL", "unexpected eof"]
      .contains { detail.contains($0) }
  }

  // libcurl has the codes of a lost connection for these, too: "Illegal or missing hexadecimal sequence in
  // chunked-encoding", "chunk hex-length char not a hex digit: 0x5a" (lib/http_chunks.c), "nghttp2_session_mem_recv()
  // returned -902" and the errors of RFC 9113 §7 that mean invalid messages: "HTTP/2 stream 1 was not closed cleanly:
  // PROTOCOL_ERROR (err 1)" (lib/http2.c). The other errors, such as INTERNAL_ERROR, mean that the server aborted the stream.
  static func isInvalidHTTP(_ detail: String) -> Bool {
    [
      "chunk", "nghttp2", "HTTP2 framing layer", "PROTOCOL_ERROR", "FLOW_CONTROL_ERROR", "FRAME_SIZE_ERROR",
      "COMPRESSION_ERROR",
    ].contains { detail.contains($0) }
  }

  // OpenSSL's names of the alerts in RFC 8446 §6 about the certificate that we sent.
  private static func isCertificateAlert(_ detail: String) -> Bool {
    guard let alert = detail.firstRange(of: "alert ") else { return false }
    let words = detail[alert.lowerBound...]
    return ["certificate", "unknown ca", "access denied", "decrypt error"].contains {
      words.contains($0)
    }
  }
}

extension CurlError.CertificateFault {
  // X509_V_ERR_ numbers from OpenSSL 3, include/openssl/x509_vfy.h. libcurl checks host names itself and leaves 0.
  init(verification: Int, detail: String) {
    switch verification {
    case 9: self = .notYetValid
    case 10: self = .expired
    case 2, 18, 19, 20, 21: self = .unknownAuthority
    case 62, 64: self = .nameMismatch
    default: self = detail.contains("host name") ? .nameMismatch : .other
    }
  }
}
