import GuardAPI
import GuardConnection
import GuardTypes

/// `inspect`: the objects of a part, worst first.
enum InspectAnswer {
  static func answer(
    _ status: StatusDocument, _ part: Tool.Part, _ arguments: Arguments
  ) throws(CallFailure) -> JSONValue {
    let all = status.clusters.flatMap { InspectedObject.all(part, of: $0) }
    // Of these, only the counts are known.
    let omitted = status.clusters.flatMap { InspectedObject.omitted(part, of: $0) }
    let (namespace, name) = (arguments.text("namespace"), arguments.text("name"))
    var objects = all.filter { object in
      (namespace ?? object.namespace) == object.namespace && (name ?? object.name) == object.name
    }
    if objects.isEmpty, namespace != nil || name != nil {
      throw CallFailure(
        omitted.isEmpty
          ? "the guard knows no such object among its \(all.count) of the part \(part.rawValue)"
          : "no such object is among the \(all.count) listed ones of the part \(part.rawValue); "
            + "\(omitted.count) more exist, of which the guard only gives the number",
        next: ["call inspect without name and namespace for the known ones"])
    }
    let isWhole = namespace == nil && name == nil
    let verdicts = objects.map(\.verdict) + (isWhole ? omitted : [])
    if arguments.flag("unhealthy_only") { objects.removeAll { $0.verdict == .healthy } }
    let byVerdict = Dictionary(
      Verdict.allCases.map { verdict in (verdict.rawValue, JSONValue.count(verdicts.count { $0 == verdict }))
      }
    ) { $1 }
    return Listing.answer(
      [
        "part": .string(part.rawValue), "generatedAt": .time(status.generatedAt),
        "byVerdict": .object(byVerdict),
      ], "items", objects.worstFirst(\.verdict), limit: arguments.integer("limit"),
      total: isWhole
        ? objects.count + omitted.count { !arguments.flag("unhealthy_only") || $0 != .healthy } : nil
    ) { $0.json() }
  }
}
