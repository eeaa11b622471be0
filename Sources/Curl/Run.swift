internal import CLibCurl

/// The requests of one run, pending and in progress.
struct Run: ~Copyable {
  typealias Answered = (Request, Result<Response, CurlError>) -> [Request]

  private let multi: UnsafeMutableRawPointer
  private let origin: Origin
  private let bearer: String?
  private let limits: Limits
  private let budget = Transfer.Budget()
  private var waiting: [Request]
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]
  /// True if the last response came over HTTP/2.
  private(set) var usesHTTP2: Bool

  init(
    multi: UnsafeMutableRawPointer, origin: Origin, bearer: String?, limits: Limits, waiting: [Request],
    usesHTTP2: Bool
  ) {
    self.multi = multi
    self.origin = origin
    self.bearer = bearer
    self.limits = limits
    self.waiting = waiting
    self.usesHTTP2 = usesHTTP2
  }

  // The multi handle outlives the run, so remove the run's easy handles.
  deinit {
    for easy in running.keys { curl_multi_remove_handle(multi, easy) }
  }

  var isOver: Bool { waiting.isEmpty && running.isEmpty }

  /// Sends pending requests until the limit of concurrent requests is reached.
  mutating func start(_ answered: Answered) {
    while running.count < (usesHTTP2 ? limits.maxConcurrentStreams : limits.maxConcurrentRequests),
      let next = waiting.firstIndex(where: \.isDue)
    {
      let request = waiting.remove(at: next)
      do throws(CurlError) {
        let transfer = try Transfer(request, to: origin, bearer: bearer, limits: limits, budget: budget)
        let code = curl_multi_add_handle(multi, transfer.handle.pointer)
        guard code == CURLM_OK else { throw transfer.handle.error(code) }
        running[transfer.handle.pointer] = transfer
      } catch {
        waiting += answered(request, .failure(error))
      }
    }
  }

  /// Transfers data without waiting. True if a transfer ended.
  mutating func advance(_ answered: Answered) -> Bool {
    var count: Int32 = 0
    let code = curl_multi_perform(multi, &count)
    guard code == CURLM_OK else {
      for transfer in removeRunning() {
        waiting += answered(transfer.request, .failure(transfer.handle.error(code)))
      }
      return true
    }
    var hasEnded = false
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let transfer = running.removeValue(forKey: easy)
      else { continue }
      // Read this before the handle is removed, because the message is in libcurl's memory.
      let result = transfer.finish(message.pointee.data.result)
      if case .success = result { usesHTTP2 = transfer.handle.usesHTTP2 }
      curl_multi_remove_handle(multi, easy)
      hasEnded = true
      waiting += answered(transfer.request, result)
    }
    return hasEnded
  }

  /// Waits for the network, or until a request is due.
  borrowing func wait(_ longest: Duration) {
    let pauses = waiting.compactMap { $0.notBefore.map { $0 - .now } }
    let duration = min(longest, pauses.min() ?? longest)
    curl_multi_poll(multi, nil, 0, Int32(max(1, duration.milliseconds)), nil)
  }

  /// Fails all remaining requests with one code.
  mutating func cutOff(_ code: CurlError.Code, _ answered: Answered) {
    for transfer in removeRunning() {
      waiting += answered(transfer.request, .failure(transfer.handle.cutOff(code)))
    }
    while !waiting.isEmpty {
      let request = waiting.removeFirst()
      let detail = code == .timeout ? "no time was left to send the request" : "cancelled"
      let error = CurlError(code: code, operation: "GET \(request.path)", detail: detail)
      waiting += answered(request, .failure(error))
    }
  }

  private mutating func removeRunning() -> [Transfer] {
    defer { running = [:] }
    for easy in running.keys { curl_multi_remove_handle(multi, easy) }
    return Array(running.values)
  }
}

extension Request {
  fileprivate var isDue: Bool { notBefore.map { $0 <= .now } ?? true }
}
