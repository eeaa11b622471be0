internal import CLibCurl

/// One request in progress: an easy handle with everything that it points to.
///
/// A class, because libcurl keeps its address as the callbacks' context until `deinit`.
final class Transfer {
  let request: Request
  let easy: UnsafeMutableRawPointer
  private let limits: Limits
  private let budget: Budget
  // libcurl keeps pointers to both lists and to the error buffer.
  private var headerLines: UnsafeMutablePointer<curl_slist>?
  private var detour: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>

  private var body: [UInt8] = []
  private var headerCount = 0
  private var headers: [String: String] = [:]
  /// Bytes of the body so far, buffered or not.
  private var received = 0
  /// The limit that was exceeded.
  private var passedLimit: Int?
  private var isUnwanted = false

  /// Counts the bytes that all transfers of one run buffer.
  final class Budget {
    var held = 0
    /// Bytes received in total, buffered or not.
    var received = 0
  }

  init(_ request: Request, to origin: Origin, bearer: String?, limits: Limits, budget: Budget)
    throws(CurlError)
  {
    guard let easy = curl_easy_init() else {
      throw CurlError(code: .setup, operation: "GET \(request.path)", detail: "curl_easy_init failed")
    }
    self.easy = easy
    self.request = request
    self.limits = limits
    self.budget = budget
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try configure(for: origin, bearer: bearer)
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_slist_free_all(headerLines)
    curl_slist_free_all(detour)
    errorText.deallocate()
    budget.held -= body.count
  }

  private func configure(for origin: Origin, bearer: String?) throws(CurlError) {
    var options = Options(easy: easy, operation: operation)
    options.set(CURLOPT_URL, origin.base + request.path)
    options.set(CURLOPT_HTTPGET, 1)
    options.set(CURLOPT_PATH_AS_IS, 1)
    options.set(CURLOPT_PROTOCOLS_STR, origin.scheme.rawValue)
    options.set(CURLOPT_FOLLOWLOCATION, 0)
    // Timeouts without SIGALRM, because this process has several threads.
    options.set(CURLOPT_NOSIGNAL, 1)
    // HTTPS_PROXY and similar variables do not apply: the connection goes through the tunnel.
    options.set(CURLOPT_PROXY, "")
    options.set(CURLOPT_NOPROXY, "*")
    options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // If ALPN may select HTTP/2, further requests wait for the handshake instead of opening connections. Without TLS
    // they would wait for the first response, which may never arrive.
    options.set(CURLOPT_PIPEWAIT, origin.scheme == .https ? 1 : 0)
    options.set(CURLOPT_ACCEPT_ENCODING, "gzip")
    options.set(CURLOPT_USERAGENT, "oceanid-guard")
    options.set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout.milliseconds)
    switch origin.dial {
    case .unixSocket(let path): options.set(CURLOPT_UNIX_SOCKET_PATH, path)
    case .abstractSocket(let name): options.set(CURLOPT_ABSTRACT_UNIX_SOCKET, name)
    case .direct, .tcp: break
    }
    if let target = origin.detour {
      detour = curl_slist_append(nil, target)
      options.check(oceanid_curl_set_list(easy, CURLOPT_CONNECT_TO, detour), "CURLOPT_CONNECT_TO")
    }
    if origin.scheme == .https { options.secure(origin) }

    var lines = ["Accept: \(request.accept)"]
    if let tag = request.ifNoneMatch { lines.append("If-None-Match: \(tag)") }
    if origin.serverName != nil { lines.append("Host: \(origin.authority)") }
    // As in client-go, credentials are sent over TLS only.
    if let bearer, origin.scheme == .https { lines.append("Authorization: Bearer \(bearer)") }
    for line in lines {
      guard let longer = curl_slist_append(headerLines, line) else {
        throw CurlError(code: .setup, operation: operation, detail: "out of memory")
      }
      headerLines = longer
    }
    let context = Unmanaged.passUnretained(self).toOpaque()
    options.check(oceanid_curl_set_list(easy, CURLOPT_HTTPHEADER, headerLines), "CURLOPT_HTTPHEADER")
    options.check(oceanid_curl_set_error_buffer(easy, errorText), "CURLOPT_ERRORBUFFER")
    options.check(
      oceanid_curl_set_body(
        easy,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return transfer.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }, context), "CURLOPT_WRITEFUNCTION")
    options.check(
      oceanid_curl_set_header(
        easy,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return transfer.receive(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }, context), "CURLOPT_HEADERFUNCTION")
    if let failure = options.failure { throw failure }
  }

  var operation: String { "GET \(request.path)" }

  // Both callbacks return the number of bytes accepted. Any other number makes libcurl fail with CURLE_WRITE_ERROR.

  private func receive(body bytes: UnsafeRawBufferPointer) -> Int {
    received += bytes.count
    budget.received += bytes.count
    guard budget.received <= limits.totalBytes else { return giveUp(limits.totalBytes) }
    if let sink {
      guard received <= limits.streamedBytes else { return giveUp(limits.streamedBytes) }
      isUnwanted = !sink.receive(bytes)
      return isUnwanted ? 0 : bytes.count
    }
    guard received <= limits.bodyBytes else { return giveUp(limits.bodyBytes) }
    guard budget.held + bytes.count <= limits.heldBytes else { return giveUp(limits.heldBytes) }
    budget.held += bytes.count
    body.append(contentsOf: bytes)
    return bytes.count
  }

  /// Errors and responses without JSON are buffered, for the error message.
  private lazy var sink: (any BodySink)? =
    oceanid_curl_get_long(easy, CURLINFO_RESPONSE_CODE) == 200
      && headers["content-type"]?.lowercased().hasPrefix("application/json") == true ? request.sink : nil

  private func giveUp(_ limit: Int) -> Int {
    passedLimit = limit
    return 0
  }

  private func receive(header bytes: UnsafeRawBufferPointer) -> Int {
    headerCount += bytes.count
    guard headerCount <= limits.headerBytes else { return giveUp(limits.headerBytes) }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // An interim response (1xx) came first; its headers are not those of the final response.
      headers.removeAll()
    } else if let colon = line.firstIndex(of: ":") {
      let name = line[..<colon].lowercased()
      if ["date", "retry-after", "content-type", "etag"].contains(name) {
        headers[name] = line[line.index(after: colon)...].trimmed
      }
    }
    return bytes.count
  }

  /// The result, after libcurl has finished the transfer.
  func finish(_ code: CURLcode) -> Result<Response, CurlError> {
    guard code == CURLE_OK else {
      if let passedLimit {
        let limit = passedLimit >> 20 > 0 ? "\(passedLimit >> 20) MiB" : "\(passedLimit >> 10) KiB"
        let what = passedLimit == limits.totalBytes ? "all responses together are" : "the response is"
        return .failure(
          CurlError(code: .tooLarge, operation: operation, detail: "\(what) larger than \(limit)"))
      }
      if isUnwanted {
        return .failure(CurlError(code: .unwanted, operation: operation, detail: "the reader stopped it"))
      }
      let text = String(cString: errorText)
      let detail = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text.trimmed
      let verification = oceanid_curl_get_long(easy, CURLINFO_SSL_VERIFYRESULT)
      return .failure(
        CurlError(
          code: CurlError.Code(code, verification: verification, detail: detail), operation: operation,
          detail: detail))
    }
    return .success(
      Response(
        status: oceanid_curl_get_long(easy, CURLINFO_RESPONSE_CODE),
        contentType: headers["content-type"] ?? "", date: headers["date"],
        retryAfter: headers["retry-after"], etag: headers["etag"], body: body))
  }

  /// The multi handle rejected the transfer.
  func fault(_ code: CURLMcode) -> CurlError {
    CurlError(code: .setup, operation: operation, detail: String(cString: curl_multi_strerror(code)))
  }

  /// The error of a transfer that was ended by the deadline or a cancellation.
  func cutOff(_ code: CurlError.Code) -> CurlError {
    let detail: String
    if code == .cancelled {
      detail = "cancelled"
    } else if oceanid_curl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) == 0 {
      detail = "connecting timed out"
    } else {
      detail =
        headerCount == 0
        ? "the response timed out" : "the response was cut off by the deadline (\(received) bytes)"
    }
    return CurlError(code: code, operation: operation, detail: detail)
  }
}

extension StringProtocol {
  fileprivate var trimmed: String {
    let rest = drop { $0.isWhitespace }
    guard let end = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...end])
  }
}
