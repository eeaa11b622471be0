/// Why the demo cluster could not start, or why it rejected a line of input.
package enum DemoError: Error, Hashable, Sendable, CustomStringConvertible {
  case certificates(String)
  case file(String)
  case listen(String)
  /// A line on standard input that is not a valid fault.
  case unknownFault(String)

  package var description: String {
    switch self {
    case .certificates(let what): "demo certificates: \(what)"
    case .file(let what): "demo folder: \(what)"
    case .listen(let what): "demo cluster: \(what)"
    case .unknownFault(let what): what
    }
  }
}
