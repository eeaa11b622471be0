import Platform
import Testing

@Suite struct WakeupEventTests {
  @Test func waitEndsWithTheSignalOrAtTheTimeout() throws {
    let event = try WakeupEvent()
    #expect(!event.wait(timeout: .milliseconds(1)))
    event.signal()
    #expect(event.wait(timeout: .seconds(60)))
    event.clear()
    #expect(!event.wait(timeout: .zero))
  }
}
