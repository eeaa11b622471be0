import ArgumentParser
import TestSupport

/// Measures the guard's forward beside `ssh -L`, through one sshd on loopback, round by round.
@main
struct TunnelBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tunnel-benchmark", abstract: "Compare the guard's forward with ssh -L in the same run.")

  @Flag(name: .long, help: "Two rounds of less.")
  var quick = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  @Option(
    name: .long, help: ArgumentHelp("Measure both doing nothing instead, for so long.", valueName: "seconds"))
  var idle: Int?

  func run() throws {
    if let idle {
      print(try Idle().measure(seconds: max(1, idle)))
      return
    }
    let course = try Course(megabytes: quick ? 128 : 512, connections: quick ? 100 : 300)
    var figures: [Figure] = []
    for discipline in Discipline.allCases {
      var samples: [Contestant: [Double]] = [:]
      for _ in 0..<(quick ? 2 : 5) {
        // Interleaved, so that a noisy neighbour hits all of them.
        for contestant in Contestant.allCases {
          samples[contestant, default: []].append(try course.measure(discipline, contestant))
        }
      }
      figures += Contestant.allCases.map {
        Figure(discipline: discipline, contestant: $0, samples: samples[$0] ?? [])
      }
    }
    print(json ? Table.json(figures) : Table.text(figures))
  }
}
