extension Startup.Phase {
  /// The error response for custom resources; nil if they are served.
  var refusal: Answer? {
    switch self {
    case .down, .unknown: Answer(text: "404 page not found\n", status: 404)
    case .unavailable:
      .failure(
        503, "ServiceUnavailable", "the server is currently unable to handle the request", details: [:])
    case .unnamed, .unready: nil
    }
  }
}
