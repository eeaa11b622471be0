package import GuardAPI
import GuardTerminal
package import Health

extension DaemonClient {
  /// Makes the guard act now, on one cluster or on all. nil if the receipt is an unknown document.
  package func order(_ route: Route, cluster: String?) throws(ClientError) -> ReceiptDocument? {
    DocumentCoding.decodeReceipt(try exchange(route, cluster.map { [("cluster", $0)] } ?? []).body)
  }

  /// Mutes the notices of the incidents that match the pattern.
  package func silence(
    _ pattern: String, for length: Duration, reason: String, cluster: String?
  ) throws(ClientError) -> Response {
    var parameters = [
      (name: "pattern", value: pattern), ("seconds", "\(length.components.seconds)"), ("reason", reason),
    ]
    if let cluster { parameters.append(("cluster", cluster)) }
    return try exchange(.silence, parameters)
  }
}

extension ReceiptDocument {
  /// `silence 5f3a9c1e until 19:07:35; it mutes 1 open incident`; an older guard sends only the message.
  package func words(at now: Timestamp) -> String {
    guard let silence, let until = silence.expiresAt else { return message }
    return "silence \(silence.id) until \(until.clock(at: now))" + (effect.map { "; \($0)" } ?? "")
  }
}
