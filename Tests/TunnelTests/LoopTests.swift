import Platform
import Testing

@testable import Tunnel

/// A thread is woken only by what it waits for.
@Suite struct LoopTests {
  /// A peer that reads makes a Unix socket writable again each time. That must wake only a thread with pending data.
  @Test func peerThatReadsWakesOnlyAWaitingWriter() throws {
    let loop = try Loop()
    let (own, peer) = try StreamSocket.pair()
    let (local, other) = (Socket(Descriptor(owning: own)), Socket(Descriptor(owning: peer)))
    var edges: [Epoll.Readiness] = []
    let watch = try loop.watch(local.raw, writing: false) { edges.append($0) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }

    for _ in 0..<10 {
      guard case .moved(1000) = local.descriptor.send(UnsafeRawBufferPointer(rebasing: buffer.prefix(1000))),
        case .moved(1000) = other.descriptor.read(into: buffer)
      else {
        Issue.record("the sockets do not carry data")
        return
      }
      _ = loop.wait(until: .now)
    }
    #expect(edges.isEmpty)

    // The socket is full. From now on the writer waits.
    var isFull = false
    while !isFull {
      if case .wouldBlock = local.descriptor.send(UnsafeRawBufferPointer(buffer)) { isFull = true }
    }
    try watch.setReportsWriting(true)
    _ = loop.wait(until: .now)
    #expect(!edges.contains { $0.wakesWriter })
    while case .moved(1...) = other.descriptor.read(into: buffer) {}
    _ = loop.wait(until: .now + .seconds(5))
    #expect(edges.last?.wakesWriter == true)

    // Space that was there before is reported, too.
    edges = []
    try watch.setReportsWriting(false)
    _ = loop.wait(until: .now)
    try watch.setReportsWriting(true)
    _ = loop.wait(until: .now + .seconds(5))
    #expect(edges.last?.wakesWriter == true)
  }
}
