internal import CLibCurl

/// Sets the options of one easy handle and stores the first error.
struct Options {
  let easy: UnsafeMutableRawPointer
  let operation: String
  private(set) var failure: CurlError?

  init(easy: UnsafeMutableRawPointer, operation: String) {
    self.easy = easy
    self.operation = operation
  }

  mutating func check(_ code: CURLcode, _ option: @autoclosure () -> String) {
    guard code != CURLE_OK, failure == nil else { return }
    failure = CurlError(
      code: .setup, operation: operation,
      detail: "\(option()) was rejected: \(String(cString: curl_easy_strerror(code)))")
  }

  mutating func set(_ option: CURLoption, _ value: Int) {
    check(oceanid_curl_set_long(easy, option, value), "option \(option.rawValue)")
  }

  mutating func set(_ option: CURLoption, _ value: String?) {
    check(oceanid_curl_set_text(easy, option, value), "option \(option.rawValue)")
  }

  mutating func set(_ option: CURLoption, _ value: [UInt8]) {
    check(oceanid_curl_set_blob(easy, option, value, value.count), "option \(option.rawValue)")
  }

  mutating func secure(_ origin: Origin) {
    let versions =
      origin.isLimitedToTLS12
      ? Int(CURL_SSLVERSION_TLSv1_2) | Int(CURL_SSLVERSION_MAX_TLSv1_2) : Int(CURL_SSLVERSION_TLSv1_2)
    set(CURLOPT_SSLVERSION, versions)
    switch origin.trust {
    case .system: break
    case .authorities(let pem):
      // Otherwise libcurl would also trust the directory that it was built with.
      set(CURLOPT_CAINFO, nil)
      set(CURLOPT_CAPATH, nil)
      set(CURLOPT_CAINFO_BLOB, pem)
    case .anyone:
      set(CURLOPT_SSL_VERIFYPEER, 0)
      set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    if let identity = origin.identity {
      set(CURLOPT_SSLCERT_BLOB, identity.certificate)
      set(CURLOPT_SSLKEY_BLOB, identity.key)
    }
  }
}
