import Testing

@testable import GuardAPI

@Suite struct AgeTests {
  @Test(arguments: [
    (-5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (312, "5m12s"), (600, "10m"), (10_799, "179m"),
    (10_800, "3h"), (27_000, "7h30m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (183_600, "2d3h"),
    (691_200, "8d"), (63_072_000, "2y"), (66_528_000, "2y40d"), (252_288_000, "8y"),
  ])
  func isWrittenAsKubectlDoes(_ seconds: Int, _ text: String) {
    #expect(Duration.seconds(seconds).asAge == text)
  }
}
