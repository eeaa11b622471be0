internal import CLibCurl

extension EasyHandle {
  /// Performs this one transfer on its own connection. Blocks the thread.
  ///
  /// - Parameter isCancelled: called at least ten times per second.
  package func perform(until deadline: ContinuousClock.Instant, isCancelled: () -> Bool) throws(CurlError) {
    guard let multi = curl_multi_init() else { throw error(.setup, "libcurl could not be initialized") }
    defer { curl_multi_cleanup(multi) }
    let code = curl_multi_add_handle(multi, pointer)
    guard code == CURLM_OK else { throw error(code) }
    defer { curl_multi_remove_handle(multi, pointer) }
    while true {
      var running: Int32 = 0
      let code = curl_multi_perform(multi, &running)
      guard code == CURLM_OK else { throw error(code) }
      var left: Int32 = 0
      while let message = curl_multi_info_read(multi, &left) {
        guard message.pointee.msg == CURLMSG_DONE else { continue }
        let result = message.pointee.data.result
        guard result == CURLE_OK else { throw error(result) }
        return
      }
      if isCancelled() { throw cutOff(.cancelled) }
      let rest = deadline - .now
      guard rest > .zero else { throw cutOff(.timeout) }
      // Short waits, so that a cancellation takes effect soon.
      curl_multi_poll(multi, nil, 0, Int32(max(1, min(rest, .milliseconds(100)).milliseconds)), nil)
    }
  }
}
