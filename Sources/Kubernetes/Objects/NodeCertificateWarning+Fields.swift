internal import Curl
internal import Health

extension NodeCertificateWarning {
  /// The warnings of a list of events.
  ///
  /// - Returns: nil if the answer is not a list, for example because events may not be read.
  static func list(_ response: Response) -> [NodeCertificateWarning]? {
    guard response.status == 200, let list = try? JSONDocument.decode(response.body, as: Fields.self),
      list.word("kind") == "EventList"
    else { return nil }
    return list.shownObjects("items").prefix(100).compactMap { event in
      // A server without field selectors would send all events.
      guard event.word("reason") == "CertificateExpirationWarning",
        let object = event.shown("involvedObject"), object.word("kind") == "Node",
        let node = try? object.requireName("name")
      else { return nil }
      return NodeCertificateWarning(
        node: node, message: event.text("message") ?? "",
        at: event.shown("series")?.time("lastObservedTime") ?? event.time("lastTimestamp")
          ?? event.time("eventTime"))
    }
  }
}
