import Testing

@testable import Platform

@Suite struct ProcessUseTests {
  @Test func measuresThisProcess() throws {
    let use = try #require(ProcessUse.current())
    #expect(use.residentBytes > 1 << 20)
    #expect(use.openDescriptors > 2 && use.openDescriptors <= use.maxDescriptors)
    #expect(use.threads >= 1 && use.cpuSeconds > 0)
    let now = Double(WallClock.milliseconds) / 1000
    #expect(use.startedAt < now && use.startedAt > now - 7 * 86_400)
  }

  @Test func programNamesMayContainAnyCharacter() throws {
    let stat = "42 (a ) b (x) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 7 0 1000 9000000 2500 184467"
    let use = try #require(
      ProcessUse(
        stat: stat, upSeconds: 100, now: 10_000, ticks: 100, page: 4096, openDescriptors: 3,
        maxDescriptors: 10))
    #expect(use.cpuSeconds == 2 && use.threads == 7 && use.residentBytes == 2500 * 4096)
    #expect(use.startedAt == 9910)
    #expect(
      ProcessUse(stat: "", upSeconds: 0, now: 0, ticks: 1, page: 1, openDescriptors: 0, maxDescriptors: 0)
        == nil)
    #expect(
      ProcessUse(
        stat: "1 (x) S", upSeconds: 0, now: 0, ticks: 1, page: 1, openDescriptors: 0, maxDescriptors: 0)
        == nil)
  }
}
