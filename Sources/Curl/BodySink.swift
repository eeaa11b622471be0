/// Receives a body while it arrives, so that it need not be buffered.
package protocol BodySink: AnyObject {
  /// Receives bytes of a JSON body with status 200, after decompression. They are valid during the call only. Return
  /// false to stop; the request then fails with `.unwanted`.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Bool
}
