/// A reference to an owned descriptor, for optionals, collections and closures, which cannot hold a noncopyable
/// value.
package final class Socket: Sendable {
  package let descriptor: Descriptor

  package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  package var raw: Int32 { descriptor.raw }
}
