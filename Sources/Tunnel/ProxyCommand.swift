internal import Platform

/// A process that leads to the server, with its last words (ssh_config(5), ProxyCommand).
///
/// ssh(1) runs it with the user's shell; a service has none that is worth the name, so it is sh for everybody.
/// Belongs to the thread whose loop it lives in.
final class ProxyCommand {
  private static let wordsLimit = 4096

  /// Our end of its standard input and output.
  let socket: Socket
  private let process: ShellCommand
  private let errors: Socket
  private var watch: Watch?
  private var words: [UInt8] = []

  init(_ command: String, loop: Loop) throws(TunnelFailure) {
    do throws(SystemError) {
      let stream = try StreamSocket.pair()
      let errors = try StreamSocket.pair()
      let far = Descriptor(owning: stream.1)
      let farErrors = Descriptor(owning: errors.1)
      self.socket = Socket(Descriptor(owning: stream.0))
      self.errors = Socket(Descriptor(owning: errors.0))
      // Programs expect blocking descriptors.
      try far.makeBlocking()
      try farErrors.makeBlocking()
      self.process = try ShellCommand(command, stream: far, errors: farErrors)
      self.watch = try loop.watch(self.errors.raw) { [weak self] _ in self?.listen() }
    } catch {
      throw TunnelFailure(
        .config, "ProxyCommand could not be started: \(error)",
        remedy: "try it by hand: \(command); under systemd, see ExecPaths= and NoNewPrivileges=")
    }
  }

  /// `ProxyCommand exited with 255: Connection refused`
  var lastWords: String {
    listen()
    let state = process.end.map(\.description) ?? "closed the connection"
    let lines = String(decoding: words, as: UTF8.self).split(whereSeparator: \.isNewline)
    let tail = lines.last.map { ": " + $0.filter { !$0.isNewline && $0 != "\u{1b}" } } ?? ""
    return "ProxyCommand \(state)\(tail)"
  }

  /// Keeps the end of what it says, so that it never waits for a reader.
  private func listen() {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
      for _ in 0..<64 {
        guard case .moved(let count) = errors.descriptor.read(into: room) else { return }
        words += room.prefix(count)
        words.removeFirst(max(0, words.count - ProxyCommand.wordsLimit))
      }
    }
  }
}
