internal import Platform

/// A descriptor behind a reference, where an optional or a collection has to hold it.
final class Socket: Sendable {
  let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  var raw: Int32 { descriptor.raw }
}
