/// Starts a program that outlives this process and is not observed, for example the desktop's opener of addresses.
package enum DetachedProgram {
  /// The program gets a session of its own, so that Ctrl-C does not reach it, and /dev/null as its descriptors.
  ///
  /// - Throws: `SystemError` if it cannot be started.
  package static func start(_ program: String, _ arguments: [String]) throws(SystemError) {
    try Spawn.startDetached(program, arguments)
  }
}
