package import GuardAPI
package import GuardTerminal

/// An event that changes the screen.
package enum ScreenEvent: Sendable {
  case key(Key)
  /// Lines of the guard's stream: the last document and the changes. A heartbeat may have neither.
  case received(StatusDocument?, [ChangeDocument])
  /// There is no stream, for this reason.
  case lost(String)
  case reply(ScreenReply)
  case resized(TerminalSize)
}

/// An action of the program after an event.
package enum ScreenEffect: Hashable, Sendable {
  case send(ScreenRequest)
  case copy(String)
  case redraw
  case quit
}
