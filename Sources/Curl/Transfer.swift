internal import CLibCurl

/// One request in progress.
final class Transfer {
  let request: Request
  let handle: EasyHandle
  private let limits: Limits
  private let budget: Budget
  private var body: [UInt8] = []
  private var headers: [String: String] = [:]
  /// The limit that was exceeded.
  private var passedLimit: Int?
  private var isUnwanted = false

  /// The headers that are recorded for every request, in addition to `Request.responseHeaders`.
  private static let names: Set = ["date", "retry-after", "content-type", "etag"]

  /// Counts the bytes that all transfers of one run buffer.
  final class Budget {
    var held = 0
    /// Bytes received in total, buffered or not.
    var received = 0
  }

  init(_ request: Request, to origin: Origin, bearer: String?, limits: Limits, budget: Budget)
    throws(CurlError)
  {
    handle = try EasyHandle(
      url: origin.base + request.path, scheme: origin.scheme, operation: "GET \(request.path)")
    self.request = request
    self.limits = limits
    self.budget = budget
    configure(for: origin, bearer: bearer)
    handle.receiveBody = { [unowned self] in receive(body: $0) }
    handle.receiveHeader = { [unowned self] in receive(header: $0) }
    try handle.checkOptions()
  }

  deinit {
    // The handle may outlive this object, to which its callbacks refer.
    handle.receiveBody = { _ in false }
    handle.receiveHeader = { _ in false }
    budget.held -= body.count
  }

  private func configure(for origin: Origin, bearer: String?) {
    handle.set(CURLOPT_HTTPGET, 1)
    handle.set(CURLOPT_PATH_AS_IS, 1)
    // If ALPN may select HTTP/2, further requests wait for the handshake instead of opening connections. Without TLS
    // they would wait for the first response, which may never arrive.
    handle.set(CURLOPT_PIPEWAIT, origin.scheme == .https ? 1 : 0)
    handle.set(CURLOPT_ACCEPT_ENCODING, "gzip")
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout.milliseconds)
    switch origin.dial {
    case .unixSocket(let path): handle.set(CURLOPT_UNIX_SOCKET_PATH, path)
    case .abstractSocket(let name): handle.set(CURLOPT_ABSTRACT_UNIX_SOCKET, name)
    case .direct, .tcp: break
    }
    if let target = origin.connectTo { handle.set(CURLOPT_CONNECT_TO, list: [target]) }
    if origin.scheme == .https {
      if origin.isLimitedToTLS12 {
        handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2) | Int(CURL_SSLVERSION_MAX_TLSv1_2))
      }
      handle.trust(origin.trust)
      handle.set(CURLOPT_CERTINFO, 1)
      if let identity = origin.identity {
        handle.set(CURLOPT_SSLCERT_BLOB, identity.certificate)
        handle.set(CURLOPT_SSLKEY_BLOB, identity.key)
      }
    }
    var lines = ["Accept: \(request.accept)"]
    if let tag = request.ifNoneMatch { lines.append("If-None-Match: \(tag)") }
    lines += request.headers
    if origin.serverName != nil { lines.append("Host: \(origin.authority)") }
    // As in client-go, credentials are sent over TLS only.
    if let bearer, origin.scheme == .https { lines.append("Authorization: Bearer \(bearer)") }
    handle.setHeaders(lines)
  }

  private func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    budget.received += bytes.count
    guard budget.received <= limits.totalBytes else { return fail(limits.totalBytes) }
    if let sink {
      guard handle.bodyCount <= limits.streamedBytes else { return fail(limits.streamedBytes) }
      isUnwanted = !sink.receive(bytes)
      return !isUnwanted
    }
    let limit = min(limits.bodyBytes, request.bodyBytes ?? limits.bodyBytes)
    guard handle.bodyCount <= limit else { return fail(limit) }
    guard budget.held + bytes.count <= limits.bufferedBytes else { return fail(limits.bufferedBytes) }
    budget.held += bytes.count
    body.append(contentsOf: bytes)
    return true
  }

  /// The consumer of the body. Without one, the body is buffered for the error message: the response is an error, or not
  /// JSON.
  private lazy var sink: (any BodySink)? =
    handle.status == 200 && headers["content-type"]?.lowercased().hasPrefix("application/json") == true
    ? request.sink : nil

  private func fail(_ limit: Int) -> Bool {
    passedLimit = limit
    return false
  }

  private func receive(header bytes: UnsafeRawBufferPointer) -> Bool {
    guard handle.headerCount <= limits.headerBytes else { return fail(limits.headerBytes) }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // An interim response (1xx) came first; its headers are not those of the final response.
      headers.removeAll()
    } else if let colon = line.firstIndex(of: ":") {
      let name = line[..<colon].lowercased()
      if Transfer.names.contains(name) || request.responseHeaders.contains(name) {
        headers[name] = line[line.index(after: colon)...].trimmed
      }
    }
    return true
  }

  /// The result, after libcurl has finished the transfer.
  func finish(_ code: CURLcode) -> Result<Response, CurlError> {
    guard code == CURLE_OK else {
      if let passedLimit {
        let limit = passedLimit >> 20 > 0 ? "\(passedLimit >> 20) MiB" : "\(passedLimit >> 10) KiB"
        let what =
          passedLimit == limits.totalBytes
          ? "the total size of the responses exceeds" : "the response is larger than"
        return .failure(handle.error(.tooLarge, "\(what) \(limit)"))
      }
      return .failure(
        isUnwanted ? handle.error(.unwanted, "the transfer was stopped before its end") : handle.error(code))
    }
    return .success(
      Response(
        status: handle.status, contentType: headers["content-type"] ?? "", date: headers["date"],
        retryAfter: headers["retry-after"], etag: headers["etag"],
        headers: headers.filter { request.responseHeaders.contains($0.key) }, body: body,
        serverCertificate: handle.serverCertificate))
  }
}
