/// A fault in a line of text: its name in kebab case, then its arguments.
package struct FaultArguments {
  package let verb: String
  package let words: [String]

  package init(line: String) throws(DemoError) {
    let words = line.split(separator: " ").map(String.init)
    guard !words.isEmpty else { throw .unknownFault("the line is empty") }
    self.init(words)
  }

  private init(_ words: [String]) {
    verb = words.first ?? ""
    self.words = Array(words.dropFirst())
  }

  /// The fault in the arguments: `begins controller-stopped kustomize-controller`.
  var nested: FaultArguments { FaultArguments(words) }

  /// All of them, as one text.
  package var text: String { words.joined(separator: " ") }

  package func word(_ index: Int, _ what: String) throws(DemoError) -> String {
    guard index < words.count else { throw .unknownFault("\(verb): \(what) is missing") }
    return words[index]
  }

  /// - Parameter what: for the message if it is missing, with the list of the known words after it.
  package func one(
    _ index: Int, _ what: String = "one of", of known: [String]
  ) throws(DemoError) -> String {
    let list = known.joined(separator: ", ")
    let text = try word(index, "\(what) \(list)")
    guard known.contains(text) else { throw .unknownFault("\(verb): '\(text)' is not one of \(list)") }
    return text
  }

  package func number(_ index: Int, otherwise usual: Int? = nil) throws(DemoError) -> Int {
    if let usual, index >= words.count { return usual }
    let text = try word(index, "a number")
    guard let number = Int(text) else { throw .unknownFault("\(verb): '\(text)' is not a number") }
    return number
  }

  /// One of the values of an enumeration, by its word.
  package func value<Value: RawRepresentable<String> & CaseIterable>(
    _ index: Int, _ what: String = "one of"
  ) throws(DemoError) -> Value {
    let text = try one(index, what, of: Value.allCases.map(\.rawValue))
    guard let value = Value(rawValue: text) else { throw .unknownFault("\(verb): '\(text)'") }
    return value
  }
}
