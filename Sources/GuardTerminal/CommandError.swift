/// An error that ends a command. Its description is the complete message for the user.
package protocol CommandError: Error, CustomStringConvertible {
  /// The exit status of the program that ends with it.
  var exitStatus: Int32 { get }
  /// The next steps, one per line.
  var remedy: [String] { get }
}

extension CommandError {
  package var remedy: [String] { [] }
}
