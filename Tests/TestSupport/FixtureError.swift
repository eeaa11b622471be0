internal import Glibc

/// A fixture could not be set up: the cause is the environment and not the code under test.
package enum FixtureError: Error, CustomStringConvertible {
  case system(String, Int32)
  case failed(String)

  package var description: String {
    switch self {
    case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
    case .failed(let what): what
    }
  }
}
