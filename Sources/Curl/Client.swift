internal import CLibCurl

/// Sends GET requests to one server, over connections that stay open between runs. It has no other method.
///
/// A run blocks its thread. Use it from one thread at a time.
package struct Client: ~Copyable {
  package let origin: Origin
  private let limits: Limits
  /// libcurl's multi handle, which owns the open connections.
  private var multi: UnsafeMutableRawPointer
  private var usesHTTP2 = false

  package init(origin: Origin, limits: Limits = Limits()) throws(CurlError) {
    self.origin = origin
    self.limits = limits
    multi = try Client.makeMulti(limits)
  }

  private static func makeMulti(_ limits: Limits) throws(CurlError) -> UnsafeMutableRawPointer {
    guard EasyHandle.isLibraryReady, let multi = curl_multi_init() else {
      throw CurlError(code: .setup, operation: "libcurl", detail: "libcurl could not be initialized")
    }
    // By default the connection cache shrinks with the number of handles, which would close most connections after a
    // run.
    let code = oceanid_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.maxConcurrentRequests)
    guard code == CURLM_OK else {
      curl_multi_cleanup(multi)
      throw CurlError(
        code: .setup, operation: "libcurl", detail: String(cString: curl_multi_strerror(code)))
    }
    return multi
  }

  deinit { curl_multi_cleanup(multi) }

  /// Sends the requests, several at a time, and passes each response to `answered` when it arrives.
  /// `answered` returns further requests. Every request gets exactly one result: requests that are not
  /// complete at the deadline get `.timeout`, and after a cancellation `.cancelled`.
  /// After a timeout the next run opens new connections. libcurl would reuse an HTTP/2 connection whose stream timed
  /// out. On a dead connection, for example after a change of the network, each run would then time out.
  ///
  /// - Parameter bearer: sent over https only.
  package mutating func get(
    _ requests: [Request], bearer: String? = nil, until deadline: ContinuousClock.Instant,
    cancellation: Cancellation, answered: (Request, Result<Response, CurlError>) -> [Request]
  ) {
    if perform(requests, bearer, deadline, cancellation, answered) == .timeout,
      let fresh = try? Client.makeMulti(limits)
    {
      curl_multi_cleanup(multi)
      multi = fresh
    }
  }

  /// Returns why requests were cut off; nil if all were answered.
  private mutating func perform(
    _ requests: [Request], _ bearer: String?, _ deadline: ContinuousClock.Instant,
    _ cancellation: Cancellation,
    _ answered: Run.Answered
  ) -> CurlError.Code? {
    var run = Run(
      multi: multi, origin: origin, bearer: bearer, limits: limits, waiting: requests, usesHTTP2: usesHTTP2)
    defer { usesHTTP2 = run.usesHTTP2 }
    while !run.isOver {
      let left = deadline - .now
      if let code: CurlError.Code = cancellation.isCancelled ? .cancelled : left > .zero ? nil : .timeout {
        run.cutOff(code, answered)
        return code
      }
      run.start(answered)
      // Waits are short, so that a cancellation is noticed soon.
      if !run.advance(answered), !run.isOver { run.wait(min(left, .milliseconds(100))) }
    }
    return nil
  }
}

extension Duration {
  var milliseconds: Int { Int(self / .milliseconds(1)) }
}
