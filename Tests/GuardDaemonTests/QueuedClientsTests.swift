import Foundation
import Platform
import TestSupport
import Testing

@testable import GuardConfiguration
@testable import GuardControl
@testable import GuardDaemon
@testable import Systemd

/// The manager's sockets, in the hands of a guard that can't start.
@Suite(.blocking) struct QueuedClientsTests {
  private let answer = ControlAnswer.notStarted(
    ConfigurationErrors([ConfigurationError(file: "guard.yaml", line: 3, column: 7, message: "no such key")]))

  @Test func queuedClientsGetTheErrorAndAreClosed() throws {
    let folder = try TemporaryFolder()
    let (forward, port) = try LoopbackSocket.listener()
    let control = try LoopbackSocket.listener(path: folder.file("guard.sock"))
    let passed = [
      PassedSocket(name: "control", descriptor: control.descriptor),
      PassedSocket(name: "forward", descriptor: forward.descriptor),
    ]
    let first = try LoopbackSocket(port: port)
    let thread = try JoinableThread(name: "refusing") { [answer] in
      QueuedClients.reject(from: passed, with: answer, for: .seconds(600))
    }
    #expect(throws: FixtureError.self) { try first.receive() }
    // Later clients are refused too, each time.
    for _ in 0..<3 {
      let client = try LoopbackSocket(path: folder.file("guard.sock"))
      var text: [UInt8] = []
      // Unread data causes a reset after the answer.
      while let bytes = try? client.receive(), !bytes.isEmpty { text += bytes }
      let said = String(decoding: text, as: UTF8.self)
      #expect(said.hasPrefix("HTTP/1.1 503"))
      #expect(said.contains("guard.yaml:3:7: no such key"))
      let later = try LoopbackSocket(port: port)
      #expect(throws: FixtureError.self) { try later.receive() }
    }
    #expect(!thread.join(timeout: .zero))
    forward.stopAccepting()
    #expect(thread.join(timeout: .seconds(30)))
    withExtendedLifetime(control) {}
  }

  @Test func endsAtOnceWithoutQueuedClients() throws {
    let (forward, _) = try LoopbackSocket.listener()
    let begin = ContinuousClock.now
    QueuedClients.reject(
      from: [PassedSocket(name: "forward", descriptor: forward.descriptor)], with: answer,
      for: .seconds(600))
    #expect(ContinuousClock.now - begin < .seconds(300))
  }
}
