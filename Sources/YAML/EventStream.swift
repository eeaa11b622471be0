/// The sequence of events of one text.
struct EventStream: ~Copyable {
  private var parser: Parser
  /// The start of the latest event.
  private(set) var mark = Mark(line: 1, column: 1)

  init(_ parser: consuming Parser) { self.parser = parser }

  /// The next event. Do not call it again after `.streamEnd`.
  mutating func next() throws(YAMLError) -> Event {
    let (event, start) = try parser.event()
    mark = start
    return event
  }
}
