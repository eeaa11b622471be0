import GuardTypes
package import Health

/// A problem or an error with its meaning and next step, derived from its declaration.
package struct Topic: Hashable, Sendable {
  /// The code of a problem, or a `code` of an error in the document.
  package let word: String
  package let meaning: String
  package let step: NextStep

  package init(_ code: ProblemCode) {
    word = code.rawValue
    meaning = code.declaration.meaning
    step = code.declaration.step
  }

  package init(_ word: String, _ meaning: String, _ step: NextStep) {
    self.word = word
    self.meaning = meaning
    self.step = step
  }

  package static let errors =
    TunnelErrorCode.allCases.map {
      Topic(
        $0.rawValue, $0.meaning, NextStep(command: $0.command(ssh: "HOST", host: "HOST"), note: $0.note))
    }
    + PollErrorCode.allCases.map { Topic($0.rawValue, $0.meaning, NextStep(note: $0.step)) }

  package static let all = ProblemCode.allCases.map { Topic($0) } + errors

  /// Every word that `explain` knows: codes, errors, kinds, and the last words of ids.
  package static let words: [String] = {
    let endings = ProblemCode.allCases.compactMap(\.ending)
    var known: Set<String> = []
    return (all.map(\.word) + Problem.Kind.allCases.map(\.rawValue) + endings).filter {
      known.insert($0).inserted
    }
  }()

  /// The topics of a code, an error, a kind, a problem's id (`tethys/node/calypso/not-ready`), the id without
  /// its cluster, or the last word of an id.
  package static func of(_ name: String) -> [Topic] {
    if let topic = all.first(where: { $0.word == name }) { return [topic] }
    if let kind = Problem.Kind(rawValue: name) {
      return ProblemCode.allCases.filter { $0.declaration.kind == kind }.map { Topic($0) }
    }
    let parts = name.split(separator: "/").map(String.init)
    let byID = parts.count > 1 ? [name, "/\(name)"].map(ProblemCode.of(id:)) : []
    if let codes = byID.first(where: { !$0.isEmpty }) { return codes.map { Topic($0) } + errors(in: parts) }
    return parts.reversed().lazy.map(ProblemCode.ending(in:)).first { !$0.isEmpty }?.map { Topic($0) } ?? []
  }

  /// The topics of a problem that the guard reports.
  package static func of(code: String, id: String) -> [Topic] {
    guard let code = ProblemCode(rawValue: code) else { return of(id) }
    return [Topic(code)] + errors(in: id.split(separator: "/").map(String.init))
  }

  /// The error at the end of an id: `tethys/tunnel/auth_refused`.
  private static func errors(in parts: [String]) -> [Topic] { errors.filter { parts.last == $0.word } }
}
