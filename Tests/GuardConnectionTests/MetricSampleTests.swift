import Testing

@testable import GuardConnection

@Suite(.timeLimit(.minutes(1))) struct MetricSampleTests {
  @Test func parsesNameLabelsAndValue() throws {
    let sample = try #require(MetricSample(#"a_total{cluster="te\"th\\ys",x="a,b}",y="1\n2"} 12.5"#))
    #expect(sample.name == "a_total")
    #expect(sample.labels == ["cluster": #"te"th\ys"#, "x": "a,b}", "y": "1\n2"])
    #expect(sample.value == 12.5)
    #expect(MetricSample("up 1")?.labels == [:])
    #expect(MetricSample("up 1")?.json["value"] == .integer(1))
  }

  @Test(arguments: ["", "# HELP up x", "up", "up{", #"up{a="b"#, "up{a=b} 1", "up x", #"{a="b"} 1"#])
  func otherLinesAreNotSamples(_ line: String) {
    #expect(MetricSample(Substring(line)) == nil)
  }
}
