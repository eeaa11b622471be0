import Testing

@testable import Platform

@Suite struct DescriptorReserveTests {
  @Test(arguments: [
    (3, 1024, false), (959, 1024, false), (960, 1024, true), (1023, 1024, true), (29, 40, false),
    (30, 40, true),
    (5000, -1, false),
  ])
  func theLastDescriptorsAreReserved(_ next: Int, _ limit: Int, _ isTouched: Bool) {
    #expect(DescriptorReserve.isTouched(next: next, limit: limit) == isTouched)
  }

  @Test func theCheckLeaksNoDescriptor() throws {
    let descriptor = try StreamSocket.listen(
      on: try #require(SocketAddress(numericHost: "127.0.0.1", port: 0)))
    for _ in 0..<5000 where DescriptorReserve.isTouched(asOf: descriptor) { Issue.record("touched") }
  }
}
