/// Takes a body while it comes, so that nobody has to hold it whole.
package protocol BodySink: AnyObject {
  /// Bytes of a body of JSON with status 200, after decompression; they are gone after the call. False: no more is wanted, and
  /// the request ends with `.unwanted`.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool
}
