/// A value that no description, dump or log shows.
struct Secret<Value: Hashable & Sendable>: Hashable, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "(withheld)" }
  var debugDescription: String { "(withheld)" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
