/// What the control socket answers to.
package enum Route: String, CaseIterable, Sendable {
  case status = "/v1/status"
  case watch = "/v1/watch"
  case schema = "/v1/schema"
  case history = "/v1/history"
  case roundTrips = "/v1/roundtrips"
  case incidents = "/v1/incidents"
  case alerts = "/v1/alerts"
  case healthz = "/v1/healthz"
  case metrics = "/metrics"
  case reconnect = "/v1/reconnect"
  case poll = "/v1/poll"
  case reload = "/v1/reload"
  case silence = "/v1/silence"
  case alertsTest = "/v1/alerts/test"
  case breakGlass = "/v1/break-glass"

  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  /// The Host that a request must name; any other is turned away, so that no web page can reach the socket.
  package static let host = "oceanid"

  package var path: String { rawValue }

  /// The one verb that the path takes. `POST` needs the right to write.
  ///
  /// `reconnect` and `poll` take `?cluster=NAME` and mean every cluster without it. `breakGlass` takes `command` (the
  /// tool and its verb, nothing that could be secret), `reason` and `cluster`, and does nothing but log them. `silence`
  /// takes `reason`, `seconds`, and perhaps `pattern` and `cluster`; or `end` with the id of a silence. `alertsTest`
  /// takes `channel`.
  package var method: Method {
    switch self {
    case .status, .watch, .schema, .history, .roundTrips, .incidents, .alerts, .healthz, .metrics: .get
    case .reconnect, .poll, .reload, .silence, .alertsTest, .breakGlass: .post
    }
  }
}
