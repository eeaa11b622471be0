internal import Glibc

/// Why a fixture could not be set up: the test's surroundings are at fault, not what it tests.
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
