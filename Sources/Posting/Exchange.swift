internal import CLibCurl
internal import Glibc

// Once a process; libcurl counts who asked. OpenSSL writes to sockets without MSG_NOSIGNAL, so a peer that went away
// would end us.
private let isReady: Bool = {
  signal(SIGPIPE, SIG_IGN)
  return curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK
}()

/// One message on its way. A class, because libcurl keeps its address as the callback's context until `deinit`.
final class Exchange {
  /// Bytes of an answer that are kept, and that are listened to.
  private static let keptBytes = 2048
  private static let mostBytes = 64 << 10
  private static let mostHeaderBytes = 64 << 10

  private let easy: UnsafeMutableRawPointer
  private let multi: UnsafeMutableRawPointer
  // libcurl keeps pointers to both.
  private var headerLines: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private var body: [UInt8] = []
  private var received = 0
  private var headerCount = 0
  private var isTooTalkative = false

  init(_ post: Post) throws(PostError) {
    guard isReady, let easy = curl_easy_init() else {
      throw PostError(.setup, "libcurl could not be initialised")
    }
    guard let multi = curl_multi_init() else {
      curl_easy_cleanup(easy)
      throw PostError(.setup, "libcurl could not be initialised")
    }
    self.easy = easy
    self.multi = multi
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try configure(post)
    guard curl_multi_add_handle(multi, easy) == CURLM_OK else {
      throw PostError(.setup, "libcurl took no request")
    }
  }

  deinit {
    curl_multi_remove_handle(multi, easy)
    curl_easy_cleanup(easy)
    curl_multi_cleanup(multi)
    curl_slist_free_all(headerLines)
    errorText.deallocate()
  }

  private func configure(_ post: Post) throws(PostError) {
    var refused: CURLoption?
    func check(_ option: CURLoption, _ code: CURLcode) {
      if code != CURLE_OK, refused == nil { refused = option }
    }
    func set(_ option: CURLoption, _ value: Int) { check(option, oceanid_curl_set_long(easy, option, value)) }
    func set(_ option: CURLoption, _ value: String?) {
      check(option, oceanid_curl_set_text(easy, option, value))
    }
    set(CURLOPT_URL, post.url)
    set(CURLOPT_PROTOCOLS_STR, post.url.hasPrefix("https://") ? "https" : "http")
    set(CURLOPT_FOLLOWLOCATION, 0)
    // Timeouts without SIGALRM: this is a process of many threads.
    set(CURLOPT_NOSIGNAL, 1)
    // HTTPS_PROXY and its kin would be hosts that the configuration does not name.
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NOPROXY, "*")
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    set(CURLOPT_USERAGENT, "oceanid-guard")
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let authorities = post.authorities {
      // Without these two, the directory that libcurl was built with would be trusted as well.
      set(CURLOPT_CAINFO, nil)
      set(CURLOPT_CAPATH, nil)
      check(
        CURLOPT_CAINFO_BLOB,
        oceanid_curl_set_blob(easy, CURLOPT_CAINFO_BLOB, authorities, authorities.count))
    }
    check(CURLOPT_COPYPOSTFIELDS, oceanid_curl_set_post(easy, post.body, post.body.count))
    // No "Expect: 100-continue": old servers let it wait for a second.
    for line in post.headers + ["Expect:"] {
      guard let longer = curl_slist_append(headerLines, line) else {
        throw PostError(.setup, "out of memory")
      }
      headerLines = longer
    }
    check(CURLOPT_HTTPHEADER, oceanid_curl_set_list(easy, CURLOPT_HTTPHEADER, headerLines))
    check(CURLOPT_ERRORBUFFER, oceanid_curl_set_error_buffer(easy, errorText))
    let context = Unmanaged.passUnretained(self).toOpaque()
    check(
      CURLOPT_WRITEFUNCTION,
      oceanid_curl_set_body(
        easy,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
          return exchange.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }, context))
    check(
      CURLOPT_HEADERFUNCTION,
      oceanid_curl_set_header(
        easy,
        { _, size, count, context in
          guard let context else { return 0 }
          let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
          exchange.headerCount += size * count
          return exchange.headerCount <= Exchange.mostHeaderBytes ? size * count : 0
        }, context))
    if let refused { throw PostError(.setup, "libcurl refused option \(refused.rawValue)") }
  }

  // Any other number than that of the bytes taken makes libcurl give up with CURLE_WRITE_ERROR.
  private func receive(body bytes: UnsafeRawBufferPointer) -> Int {
    received += bytes.count
    body += bytes.prefix(max(0, Exchange.keptBytes - body.count))
    isTooTalkative = received > Exchange.mostBytes
    return isTooTalkative ? 0 : bytes.count
  }

  func run(
    until deadline: ContinuousClock.Instant, isCancelled: () -> Bool
  ) throws(PostError) -> Post.Answer {
    while true {
      var running: Int32 = 0
      guard curl_multi_perform(multi, &running) == CURLM_OK else {
        throw PostError(.setup, "libcurl failed in the middle of a request")
      }
      var left: Int32 = 0
      while let message = curl_multi_info_read(multi, &left) {
        guard message.pointee.msg == CURLMSG_DONE else { continue }
        return try finish(message.pointee.data.result)
      }
      if isCancelled() { throw PostError(.cancelled, "cancelled") }
      let rest = deadline - .now
      guard rest > .zero else { throw cutOff }
      // Short naps, so that a cancellation is seen soon.
      let nap = min(rest, .milliseconds(100)).components.attoseconds / 1_000_000_000_000_000
      curl_multi_poll(multi, nil, 0, Int32(max(1, nap)), nil)
    }
  }

  private func finish(_ code: CURLcode) throws(PostError) -> Post.Answer {
    // Who says more than anybody wants to hear has answered.
    guard code == CURLE_OK || isTooTalkative else {
      let text = String(cString: errorText)
      throw PostError(.init(code), text.isEmpty ? String(cString: curl_easy_strerror(code)) : text)
    }
    let pause = oceanid_curl_get_offset(easy, CURLINFO_RETRY_AFTER)
    return Post.Answer(
      status: oceanid_curl_get_long(easy, CURLINFO_RESPONSE_CODE),
      retryAfter: pause > 0 ? .seconds(min(pause, 1 << 31)) : nil, body: String(decoding: body, as: UTF8.self)
    )
  }

  private var cutOff: PostError {
    PostError(
      .timeout,
      oceanid_curl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) == 0
        ? "no connection in time"
        : headerCount == 0 ? "no answer in time" : "the answer was not whole in time")
  }
}
