internal import CLibCurl

/// Sends GET requests to one server, over connections that stay open between runs. It has no other method.
///
/// A run blocks its thread. Use it from one thread at a time.
package struct Client: ~Copyable {
  package let origin: Origin
  private let limits: Limits
  private let multi: UnsafeMutableRawPointer
  private var usesHTTP2 = false

  package init(origin: Origin, limits: Limits = Limits()) throws(CurlError) {
    guard EasyHandle.isLibraryReady, let multi = curl_multi_init() else {
      throw CurlError(code: .setup, operation: "libcurl", detail: "libcurl could not be initialised")
    }
    // By default the connection cache shrinks with the number of handles, which would close most connections after a
    // run.
    let code = oceanid_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.requestsAtOnce)
    guard code == CURLM_OK else {
      curl_multi_cleanup(multi)
      throw CurlError(
        code: .setup, operation: "libcurl", detail: String(cString: curl_multi_strerror(code)))
    }
    self.origin = origin
    self.limits = limits
    self.multi = multi
  }

  deinit { curl_multi_cleanup(multi) }

  /// Sends the requests, several at a time, and passes each response to `answered` when it arrives.
  /// `answered` returns further requests. Every request gets exactly one result: requests that are not
  /// complete at the deadline get `.timeout`, and after a cancellation `.cancelled`.
  ///
  /// - Parameter bearer: sent over https only.
  package mutating func get(
    _ requests: [Request], bearer: String? = nil, until deadline: ContinuousClock.Instant,
    cancellation: Cancellation, answered: (Request, Result<Response, CurlError>) -> [Request]
  ) {
    var run = Run(
      multi: multi, origin: origin, bearer: bearer, limits: limits, waiting: requests, usesHTTP2: usesHTTP2)
    while !run.isOver {
      usesHTTP2 = run.usesHTTP2
      if cancellation.isCancelled { return run.cutOff(.cancelled, answered) }
      let left = deadline - .now
      guard left > .zero else { return run.cutOff(.timeout, answered) }
      run.start(answered)
      // Waits are short, so that a cancellation is noticed soon.
      if !run.advance(answered), !run.isOver { run.wait(min(left, .milliseconds(100))) }
    }
  }
}

extension Duration {
  var milliseconds: Int { Int(self / .milliseconds(1)) }
}
