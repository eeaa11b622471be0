import ArgumentParser
import Glibc
import TestSupport

/// Measures the guard's forward compared with `ssh -L` and autossh, through one sshd on loopback, and its client
/// compared with `kubectl`, round by round.
@main
struct TunnelBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tunnel-benchmark",
    abstract: "Compare the guard with ssh -L, autossh and kubectl in the same run.")

  @Flag(name: .long, help: "Two rounds of less.")
  var quick = false

  @Option(name: .long, help: "Number of rounds; 5, or 2 with --quick.")
  var rounds: Int?

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  @Option(name: .long, parsing: .upToNextOption, help: "Measure only these, by their names in the table.")
  var only: [String] = []

  @Flag(
    name: .long, help: "Live a day of use in some minutes instead; memory, descriptors, threads by the hour.")
  var soak = false

  @Option(
    name: .long, help: ArgumentHelp("Measure both doing nothing instead, for so long.", valueName: "seconds"))
  var idle: Int?

  @Flag(
    name: .long,
    help:
      "Measure what polls cost instead: of the Oceanid cluster, and of 5,000 nodes and 2,000 Flux objects.")
  var polls = false

  @Flag(
    name: .long,
    help: "Measure the control socket instead: queries by the thousand, watchers, clients that say nothing.")
  var queries = false

  @Flag(
    name: .long,
    help: "Measure 1, 32, 100 and 200 clusters in one guard instead: memory, threads, CPU, status.")
  var fleet = false

  func run() throws {
    if fleet {
      print(try Fleet().measure(sizes: quick ? [1, 100] : [1, 32, 100, 200], seconds: quick ? 30 : 60))
      return
    }
    if queries {
      let figures = try ControlSocketLoad().measure(seconds: quick ? 10 : 60)
      print(json ? ControlSocketLoad.json(figures) : ControlSocketLoad.text(figures))
      guard figures.allSatisfy(\.isMet) else { throw ExitCode(1) }
      return
    }
    if polls {
      print("POLLS")
      print(try Polls(interval: 1, kustomizations: 20).measure(polls: quick ? 15 : 40))
      print(try Polls(interval: 6, nodes: 5000, kustomizations: 2000).measure(polls: quick ? 4 : 10))
      return
    }
    if let idle {
      print(try Idle().measure(seconds: max(1, idle)))
      return
    }
    if soak {
      let growth = try Soak().live {
        print($0)
        fflush(nil)
      }
      print(growth.isEmpty ? "FLAT" : "GREW: \(growth.joined(separator: ", "))")
      guard growth.isEmpty else { throw ExitCode(1) }
      return
    }
    let wanted = BenchmarkMetric.allCases.filter {
      (only.isEmpty || only.contains($0.rawValue)) && (!$0.changesNetwork || NetworkNamespaces.isAvailable)
    }
    guard !wanted.isEmpty else {
      throw ValidationError(
        "--only takes: \(BenchmarkMetric.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let implementations = Set(
      wanted.filter { $0 != .longDownload && !$0.changesNetwork }.flatMap(\.implementations))
    let testbed = try ForwardTestbed(
      megabytes: quick ? 128 : 512, connections: 300,
      implementations: implementations.subtracting([.client, .kubectl]))
    let longTestbed =
      wanted.contains(.longDownload)
      ? try ForwardTestbed(
        megabytes: 64, connections: 0, implementations: Set(BenchmarkMetric.longDownload.implementations),
        isLong: true)
      : nil
    let networkTestbed = wanted.contains(where: \.changesNetwork) ? try NetworkTestbed() : nil
    let clientLatency = implementations.contains(.client) ? try ClientLatency(runs: quick ? 20 : 50) : nil
    var figures: [Figure] = []
    for measurement in wanted {
      let testbed = measurement == .longDownload ? longTestbed ?? testbed : testbed
      var samples: [Implementation: [Double]] = [:]
      for _ in 0..<max(1, rounds ?? (quick ? 2 : 5)) {
        // The implementations take turns, so that other load on the machine affects all of them.
        for implementation in measurement.implementations {
          let sample: Double? =
            if measurement.implementations.first == .client {
              try clientLatency?.measure(measurement, implementation)
            } else if measurement.changesNetwork {
              try networkTestbed?.measure(measurement)
            } else {
              try testbed.measure(measurement, implementation)
            }
          samples[implementation, default: []] += [sample].compactMap(\.self)
        }
      }
      figures += measurement.implementations.map {
        Figure(measurement: measurement, implementation: $0, samples: samples[$0] ?? [])
      }
    }
    print(json ? Table.json(figures) : Table.text(figures))
  }
}
