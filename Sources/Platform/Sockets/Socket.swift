/// A descriptor behind a reference, where an optional, a collection or a closure has to hold it.
package final class Socket: Sendable {
  package let descriptor: Descriptor

  package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  package var raw: Int32 { descriptor.raw }
}
