/// A value that never appears in a description, dump or log.
struct Secret<Value: Hashable & Sendable>: Hashable, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "(withheld)" }
  var debugDescription: String { "(withheld)" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
