/// Why the demo's APIs could not start, or why they rejected a line of input.
package enum DemoPipelineError: Error, Hashable, Sendable, CustomStringConvertible {
  case listen(String)
  /// A line that is not a valid fault.
  case unknownFault(String)

  package var description: String {
    switch self {
    case .listen(let what): "demo pipeline: \(what)"
    case .unknownFault(let what): what
    }
  }
}
