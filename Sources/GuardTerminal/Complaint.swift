/// An error whose description is the complete message for the user.
package protocol Complaint: Error, CustomStringConvertible {
  /// The exit status of the program that ends with it.
  var exitStatus: Int32 { get }
}
