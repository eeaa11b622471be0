/// Samples of one name, as Prometheus and OpenMetrics know them.
package struct MetricFamily: Hashable, Sendable {
  /// The type of OpenMetrics.
  package enum Kind: String, Sendable {
    case gauge, counter
    /// Always 1, with facts as labels.
    case info
  }

  struct Sample: Hashable, Sendable {
    let labels: [String: String]
    let value: Double
  }

  /// Without the suffix of its kind: `oceanid_polls`, of which the samples are `oceanid_polls_total`.
  package let name: String
  /// The type of its samples.
  package let kind: Kind
  let help: String
  private(set) var samples: [Sample] = []

  package init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  /// A value that is not known makes no sample: no figure is better than a wrong one.
  package mutating func add(_ value: Double?, _ labels: [String: String] = [:]) {
    guard let value, value.isFinite else { return }
    samples.append(Sample(labels: labels, value: value))
  }

  /// Adds a sample; nil adds none.
  package mutating func add(_ value: Int?, _ labels: [String: String] = [:]) {
    add(value.map(Double.init), labels)
  }

  /// Adds 1 for true and 0 for false; nil adds none.
  package mutating func add(_ value: Bool?, _ labels: [String: String] = [:]) {
    add(value.map { $0 ? 1 : 0 }, labels)
  }
}

/// How a page of metrics is written.
package enum MetricFormat: Sendable {
  /// https://prometheus.io/docs/instrumenting/exposition_formats, text format 0.0.4.
  case prometheus
  /// OpenMetrics 1.0, for who asks for it.
  case openMetrics

  /// - Parameter accept: the request's Accept header.
  package init(accept: String?) {
    self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
  }

  /// The value of Content-Type.
  package var contentType: String {
    switch self {
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    }
  }

  /// Families without samples are left out.
  package func text(_ families: [MetricFamily]) -> String {
    var text = ""
    for family in families where !family.samples.isEmpty {
      let sampleName = family.name + family.kind.suffix
      let (name, kind) =
        self == .openMetrics ? (family.name, family.kind.rawValue) : (sampleName, family.kind.inPrometheus)
      text += "# HELP \(name) \(escape(family.help, quotes: false))\n# TYPE \(name) \(kind)\n"
      for sample in family.samples {
        let labels = sample.labels.sorted { $0.key < $1.key }
          .map { "\($0.key)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
        text += "\(sampleName)\(labels.isEmpty ? "" : "{\(labels)}") \(number(sample.value))\n"
      }
    }
    // OpenMetrics wants its end said; to Prometheus it is a comment, and to a reader the sign that nothing is missing.
    return text + "# EOF\n"
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  private func escape(_ text: String, quotes: Bool) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "\\": result += "\\\\"
      case "\"" where quotes: result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
  }
}

extension MetricFamily.Kind {
  fileprivate var suffix: String {
    switch self {
    case .gauge: ""
    case .counter: "_total"
    case .info: "_info"
    }
  }

  fileprivate var inPrometheus: String { self == .counter ? "counter" : "gauge" }
}
