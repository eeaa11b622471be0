import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite(.blocking) struct SignalDescriptorTests {
  @Test func aSignalIsReadInsteadOfDelivered() throws {
    let signals = try SignalDescriptor([SIGUSR2, SIGWINCH])
    #expect(signals.next() == nil)
    // Sent to this thread, which blocks it; otherwise SIGUSR2 would end the process.
    pthread_kill(pthread_self(), SIGUSR2)
    var entry = pollfd(fd: signals.raw, events: Int16(POLLIN), revents: 0)
    #expect(poll(&entry, 1, 10_000) == 1)
    #expect(signals.next() == SIGUSR2)
    #expect(signals.next() == nil)
  }
}
