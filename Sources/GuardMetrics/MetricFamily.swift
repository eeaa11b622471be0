internal import GuardTypes

/// Samples with the same name, in the terms of Prometheus and OpenMetrics.
package struct MetricFamily: Hashable, Sendable {
  /// The OpenMetrics type.
  package enum Kind: String, Sendable {
    case gauge, counter
    /// Always 1, with the information in its labels.
    case info
  }

  struct Sample: Hashable, Sendable {
    let labels: [String: String]
    let value: Double
  }

  /// The name without the suffix of its kind: `oceanid_polls`, with samples `oceanid_polls_total`.
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

  /// Adds a sample; nil adds none, because a missing value is better than a wrong one.
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

/// The text format of a page of metrics.
package enum MetricFormat: Sendable {
  /// https://prometheus.io/docs/instrumenting/exposition_formats, text format 0.0.4.
  case prometheus
  /// OpenMetrics 1.0, for clients that request it.
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
      text += "# HELP \(name) \(escape(family.help, quotes: self == .openMetrics))\n# TYPE \(name) \(kind)\n"
      for sample in family.samples {
        let labels = sample.labels.sorted { $0.key < $1.key }
          .map { "\($0.key)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
        text += "\(sampleName)\(labels.isEmpty ? "" : "{\(labels)}") \(number(sample.value))\n"
      }
    }
    // OpenMetrics requires an end marker. Prometheus treats it as a comment.
    return text + "# EOF\n"
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  private func escape(_ text: String, quotes: Bool) -> String {
    text.escaping(["\\": "\\\\", "\n": "\\n", "\"": quotes ? "\\\"" : "\""])
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
