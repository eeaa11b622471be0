/// The paths of the control socket.
package enum Route: String, CaseIterable, Sendable {
  case status = "/v1/status"
  case watch = "/v1/watch"
  case schema = "/v1/schema"
  case history = "/v1/history"
  case roundTrips = "/v1/roundtrips"
  case incidents = "/v1/incidents"
  case alerts = "/v1/alerts"
  case doctor = "/v1/doctor"
  case whereIs = "/v1/where"
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

  /// The required Host header. Requests with another host are refused, so that no web page can use the socket.
  package static let host = "oceanid"

  package var path: String { rawValue }

  /// The only method that the path accepts. `POST` requires write permission.
  ///
  /// `reconnect` and `poll` accept `?cluster=NAME` and apply to all clusters without it. `breakGlass` accepts
  /// `command` (the tool and its verb, which contain no secrets), `reason` and `cluster`, and only logs them.
  /// `whereIs` requires `commit`, 7 to 40 hexadecimal digits, and accepts `cluster`.
  /// `silence` accepts `reason`, `seconds`, and optionally `pattern` and `cluster`; or `end` with the id of a
  /// silence. `alertsTest` accepts `channel`.
  package var method: Method {
    switch self {
    case .status, .watch, .schema, .history, .roundTrips, .incidents, .alerts, .doctor, .whereIs, .healthz,
      .metrics:
      .get
    case .reconnect, .poll, .reload, .silence, .alertsTest, .breakGlass: .post
    }
  }
}
