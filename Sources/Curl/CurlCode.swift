internal import CLibCurl

extension CurlError.Code {
  /// What a CURLcode means for the caller.
  ///
  /// - Parameters:
  ///   - verification: CURLINFO_SSL_VERIFYRESULT, an X509_V_ERR_ number of OpenSSL.
  ///   - detail: text of the error buffer. Alerts of the peer are told apart by it alone: libcurl reports them
  ///     as failures of whatever it was doing when they arrived (with TLS 1.3 that is the first read).
  init(_ code: CURLcode, verification: Int, detail: String) {
    switch code {
    case CURLE_COULDNT_CONNECT: self = .connect
    case CURLE_COULDNT_RESOLVE_HOST: self = .resolve
    case CURLE_OPERATION_TIMEDOUT: self = .timeout
    case CURLE_SSL_CLIENTCERT: self = .clientCertificateRefused
    case CURLE_PEER_FAILED_VERIFICATION where verification == 0 && detail == Self.noFaultOfTheServer:
      self = .clientCertificateRefused
    case CURLE_PEER_FAILED_VERIFICATION:
      self = .serverCertificate(CurlError.CertificateFault(verification: verification, detail: detail))
    case CURLE_SSL_CERTPROBLEM: self = .clientCertificateUnusable
    case CURLE_SSL_CACERT_BADFILE: self = .authorityUnusable
    case CURLE_SSL_CONNECT_ERROR:
      self =
        Self.isCertificateAlert(detail)
        ? .clientCertificateRefused : Self.isCut(detail) ? .cutInHandshake : .handshake
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      self = Self.isCertificateAlert(detail) ? .clientCertificateRefused : .closed
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_UNKNOWN_OPTION, CURLE_BAD_FUNCTION_ARGUMENT,
      CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN:
      self = .setup
    // Among others CURLE_UNSUPPORTED_PROTOCOL: the server's greeting is not HTTP/1 ("HTTP/0.9").
    default: self = .badReply
    }
  }

  // libcurl takes the alert "certificate expired", which is about ours, for a failure to verify the server's
  // (lib/vtls/openssl.c, ossl_connect_step2); then OpenSSL has found nothing wrong with the server's.
  private static let noFaultOfTheServer = "SSL certificate verification failed"

  // "Recv failure: Connection reset by peer", "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to …" (lib/sendf.c,
  // lib/vtls/openssl.c), "unexpected eof while reading" (OpenSSL 3): nothing that the peer said.
  private static func isCut(_ detail: String) -> Bool {
    ["Connection reset", "Broken pipe", "SSL_ERROR_SYSCALL", "unexpected eof"].contains {
      detail.firstRange(ofWord: $0) != nil
    }
  }

  // OpenSSL's names of the alerts of RFC 8446 §6 that speak of the certificate that we sent.
  private static func isCertificateAlert(_ detail: String) -> Bool {
    guard let alert = detail.firstRange(ofWord: "alert ") else { return false }
    let words = detail[alert...]
    return ["certificate", "unknown ca", "access denied", "decrypt error"].contains {
      words.firstRange(ofWord: $0) != nil
    }
  }
}

extension CurlError.CertificateFault {
  // X509_V_ERR_ numbers: OpenSSL 3, include/openssl/x509_vfy.h. libcurl checks names itself and leaves 0.
  init(verification: Int, detail: String) {
    switch verification {
    case 9: self = .notYetValid
    case 10: self = .expired
    case 2, 18, 19, 20, 21: self = .unknownAuthority
    case 62, 64: self = .nameMismatch
    default: self = detail.firstRange(ofWord: "host name") != nil ? .nameMismatch : .other
    }
  }
}

extension String {
  /// Where `word` starts; the standard library alone finds single characters only.
  fileprivate func firstRange(ofWord word: String) -> String.Index? { self[...].firstRange(ofWord: word) }
}

extension Substring {
  fileprivate func firstRange(ofWord word: String) -> String.Index? {
    indices.first { self[$0...].hasPrefix(word) }
  }
}
