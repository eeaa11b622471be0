internal import CLibCurl

/// Why a message has no answer.
package struct PostError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// Nobody listens, or there is no way there.
    case connect
    case resolve
    case timeout
    case cancelled
    /// The server's certificate was not believed.
    case certificate
    /// Any other failure of the TLS handshake.
    case handshake
    /// The connection ended before the answer did.
    case closed
    /// What came is not HTTP.
    case badReply
    /// libcurl refused an option or ran out of memory.
    case setup
  }

  package let code: Code
  /// libcurl's own words; it names the host and never the rest of an address.
  package let detail: String

  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  package var description: String { detail }
}

extension PostError.Code {
  init(_ code: CURLcode) {
    switch code {
    case CURLE_COULDNT_CONNECT: self = .connect
    case CURLE_COULDNT_RESOLVE_HOST: self = .resolve
    case CURLE_OPERATION_TIMEDOUT: self = .timeout
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE: self = .certificate
    case CURLE_SSL_CONNECT_ERROR: self = .handshake
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      self = .closed
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_UNKNOWN_OPTION, CURLE_BAD_FUNCTION_ARGUMENT,
      CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN:
      self = .setup
    default: self = .badReply
    }
  }
}
