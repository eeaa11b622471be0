internal import CLibCurl
internal import Glibc

/// An easy handle of libcurl with the memory that it refers to. It has the options that all requests of this
/// program need: no proxy, no redirect, TLS 1.2 or later, and callbacks for the response.
///
/// A class, because libcurl keeps its address as the callbacks' context until `deinit`.
package final class EasyHandle {
  /// Initializes libcurl once per process. SIGPIPE is ignored, because OpenSSL writes without MSG_NOSIGNAL. SSLKEYLOGFILE
  /// is unset, because libcurl would write the keys of all connections to that file, readable for any user.
  static let isLibraryReady: Bool = {
    signal(SIGPIPE, SIG_IGN)
    unsetenv("SSLKEYLOGFILE")
    return curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
  }()

  /// The libcurl handle, for options of a single kind of request. Only modules that import CLibCurl can set
  /// them.
  package let pointer: UnsafeMutableRawPointer
  /// `GET /api/v1/nodes`
  package let operation: String
  /// Receives a part of the body; false ends the transfer.
  package var receiveBody: (UnsafeRawBufferPointer) -> Bool = { _ in true }
  /// Receives a line of the header; false ends the transfer.
  package var receiveHeader: (UnsafeRawBufferPointer) -> Bool = { _ in true }
  /// Bytes received of the header and of the body.
  package private(set) var headerCount = 0
  package private(set) var bodyCount = 0
  /// The facts that libcurl reports in its messages only.
  private var notes = TransferNotes()
  // libcurl keeps pointers to the lists and to the buffer.
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private let errorText: UnsafeMutablePointer<CChar>
  /// The first option that was rejected.
  private var failure: CurlError?

  package init(url: String, scheme: Origin.Scheme, operation: String) throws(CurlError) {
    guard EasyHandle.isLibraryReady, let pointer = curl_easy_init() else {
      throw CurlError(code: .setup, operation: operation, detail: "libcurl could not be initialized")
    }
    self.pointer = pointer
    self.operation = operation
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    set(CURLOPT_URL, url)
    set(CURLOPT_PROTOCOLS_STR, scheme.rawValue)
    set(CURLOPT_FOLLOWLOCATION, 0)
    // Timeouts without SIGALRM, because this process has several threads.
    set(CURLOPT_NOSIGNAL, 1)
    // HTTPS_PROXY and similar variables do not apply: requests go to the configured hosts only.
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NOPROXY, "*")
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    set(CURLOPT_USERAGENT, "oceanid-guard")
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    check(oceanid_curl_set_error_buffer(pointer, errorText) == CURLE_OK, "CURLOPT_ERRORBUFFER")
    setCallbacks()
  }

  deinit {
    // curl_easy_cleanup has messages, too, and their context is being deallocated.
    _ = oceanid_curl_set_long(pointer, CURLOPT_VERBOSE, 0)
    curl_easy_cleanup(pointer)
    for list in lists { curl_slist_free_all(list) }
    errorText.deallocate()
  }

  /// Throws if an option was rejected.
  package func checkOptions() throws(CurlError) {
    if let failure { throw failure }
  }

  package func check(_ isSet: Bool, _ option: @autoclosure () -> String) {
    guard !isSet, failure == nil else { return }
    failure = CurlError(code: .setup, operation: operation, detail: "libcurl rejected \(option())")
  }

  func set(_ option: CURLoption, _ value: Int) {
    check(oceanid_curl_set_long(pointer, option, value) == CURLE_OK, "option \(option.rawValue)")
  }

  func set(_ option: CURLoption, _ value: String?) {
    check(oceanid_curl_set_text(pointer, option, value) == CURLE_OK, "option \(option.rawValue)")
  }

  func set(_ option: CURLoption, _ value: [UInt8]) {
    check(oceanid_curl_set_blob(pointer, option, value, value.count) == CURLE_OK, "option \(option.rawValue)")
  }

  func set(_ option: CURLoption, list values: [String]) {
    let list = values.reduce(UnsafeMutablePointer<curl_slist>?.none) { list, value in
      let longer = curl_slist_append(list, value)
      check(longer != nil, "'\(value.prefix { $0 != ":" })': out of memory")
      return longer ?? list
    }
    if let list { lists.append(list) }
    check(oceanid_curl_set_list(pointer, option, list) == CURLE_OK, "option \(option.rawValue)")
  }

  /// `Name: value`, or `Name:` to omit a header that libcurl would add.
  package func setHeaders(_ lines: [String]) { set(CURLOPT_HTTPHEADER, list: lines) }

  package func trust(_ trust: Origin.Trust) {
    switch trust {
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
  }

  private func setCallbacks() {
    // Both callbacks return the number of bytes accepted. Any other number makes libcurl fail with CURLE_WRITE_ERROR.
    let context = Unmanaged.passUnretained(self).toOpaque()
    let body = oceanid_curl_set_body(
      pointer,
      { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let handle = Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
        handle.bodyCount += size * count
        return handle.receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
          ? size * count : 0
      }, context)
    let header = oceanid_curl_set_header(
      pointer,
      { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let handle = Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
        handle.headerCount += size * count
        return handle.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
          ? size * count : 0
      }, context)
    let debug = oceanid_curl_set_debug(
      pointer,
      { _, kind, bytes, count, context in
        guard kind == CURLINFO_TEXT, let bytes, let context else { return 0 }
        let handle = Unmanaged<EasyHandle>.fromOpaque(context).takeUnretainedValue()
        handle.notes.add(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
      }, context)
    check(debug == CURLE_OK, "CURLOPT_DEBUGFUNCTION")
    check(body == CURLE_OK, "CURLOPT_WRITEFUNCTION")
    check(header == CURLE_OK, "CURLOPT_HEADERFUNCTION")
  }

  package var status: Int { oceanid_curl_get_long(pointer, CURLINFO_RESPONSE_CODE) }

  /// True if the server answered over HTTP/2.
  var usesHTTP2: Bool {
    oceanid_curl_get_long(pointer, CURLINFO_HTTP_VERSION) == Int(CURL_HTTP_VERSION_2_0)
  }

  /// The server's certificate in PEM; nil if the transfer reused a connection.
  var serverCertificate: [UInt8]? {
    oceanid_curl_certificate(pointer).map { Array(String(cString: $0).utf8) }
  }

  /// The error of a failed transfer.
  func error(_ code: CURLcode) -> CurlError {
    if let (kind, words) = notes.meaning(of: code) { return error(kind, words) }
    let text = String(cString: errorText)
    let detail =
      code == CURLE_OUT_OF_MEMORY
      ? "a header of the response is too long"
      : text.isEmpty ? String(cString: curl_easy_strerror(code)) : text.trimmed
    let verification = oceanid_curl_get_long(pointer, CURLINFO_SSL_VERIFYRESULT)
    return error(CurlError.Code(code, verification: verification, detail: detail), detail)
  }

  func error(_ code: CURLMcode) -> CurlError { error(.setup, String(cString: curl_multi_strerror(code))) }

  func error(_ code: CurlError.Code, _ detail: String) -> CurlError {
    CurlError(code: code, operation: operation, detail: detail)
  }

  /// The error of a transfer that was ended by the deadline or a cancellation.
  func cutOff(_ code: CurlError.Code) -> CurlError {
    if code == .cancelled { return error(code, "cancelled") }
    if oceanid_curl_get_offset(pointer, CURLINFO_PRETRANSFER_TIME_T) == 0 {
      return error(code, "connecting timed out")
    }
    return error(
      code,
      headerCount == 0
        ? "the response timed out" : "the response was cut off by the deadline (\(bodyCount) bytes)")
  }
}

extension StringProtocol {
  var trimmed: String {
    let rest = drop { $0.isWhitespace }
    guard let end = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...end])
  }
}
