package import GuardConnection

/// The checked arguments of a call.
package struct Arguments: Hashable, Sendable {
  /// The maximum length of a text in bytes.
  static let longest = 512

  private let values: [String: JSONValue]

  /// Throws the reason, in words for a model, if an argument is unknown, missing or unsuitable.
  package init(_ given: [String: JSONValue], for parameters: [Parameter]) throws(CallFailure) {
    // null stands for an argument that is left out; some clients fill in all of them.
    let given = given.filter { $0.value != .null }
    for name in given.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
      let known = parameters.map(\.name).joined(separator: ", ")
      throw CallFailure(
        "unknown argument '\(ForeignText.clean(name, limit: 60))'",
        next: [known.isEmpty ? "call the tool without arguments" : "known arguments: \(known)"])
    }
    for parameter in parameters {
      guard let value = given[parameter.name] else {
        if parameter.isRequired {
          throw CallFailure(
            "the argument \(parameter.name) is missing",
            next: ["\(parameter.meaning) Give \(parameter.expected)."])
        }
        continue
      }
      if let expected = parameter.objection(to: value) {
        throw CallFailure("the argument \(parameter.name) must be \(expected)")
      }
    }
    values = given
  }

  func text(_ name: String) -> String? { values[name]?.text }

  func integer(_ name: String) -> Int? {
    if case .integer(let integer)? = values[name] { Int(integer) } else { nil }
  }

  func flag(_ name: String) -> Bool { values[name] == true }
}

/// Why a call has no answer, in words for a model that can correct the call or show its user what to do.
package struct CallFailure: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case usual
    /// The guard has no cluster of that name.
    case noSuchCluster
  }

  package let kind: Kind
  package let reason: String
  /// The next steps.
  package let next: [String]

  package init(_ reason: String, next: [String] = [], kind: Kind = .usual) {
    self.reason = reason
    self.next = next
    self.kind = kind
  }

  /// One line per part.
  package var text: String { ([reason] + next.map { "next: \($0)" }).joined(separator: "\n") }
}
