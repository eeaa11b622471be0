// Objects that do not end: their finalizers wait for something that does not come.
extension Judgement {
  /// How long an object has been deleted and is there all the same; nil: it is not deleted, or has time.
  func terminating(_ resource: Resource) -> Duration? {
    guard let deleted = resource.deletionTimestamp, serverNow - deleted > .seconds(600) else { return nil }
    return serverNow - deleted
  }

  /// - Parameter path: of the object.
  /// - Returns: whether there was something to tell.
  mutating func reportTerminating(_ resource: Resource, path: String, remedy: String) -> Bool {
    guard let time = terminating(resource) else { return false }
    let subject = resource.kind == "Node" ? "node \(resource.name)" : resource.reference.description
    report(
      "\(path)/terminating", .warning, subject: subject,
      title: "\(subject) has been terminating for \(time.humanDuration)",
      detail: resource.finalizers.isEmpty
        ? "" : "finalizers: \(resource.finalizers.joined(separator: ", "))",
      since: resource.deletionTimestamp, remedy: "\(remedy)  # what its finalizers wait for")
    return true
  }
}
