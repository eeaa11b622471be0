import Foundation
import TestSupport
import Testing

/// Runs all seeds, and all inputs that once failed, in all targets: in seconds and without libFuzzer.
@Suite struct ReplayTests {
  /// The known inputs of a target: file names and bytes.
  private static func inputs(_ name: String) throws -> [(name: String, bytes: [UInt8])] {
    let fuzz = String(#filePath.dropLast("/Replay/ReplayTests.swift".count))
    return try ["Seeds", "Findings"].flatMap { kind in
      let folder = "\(fuzz)/\(kind)/\(name)"
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
      return try (names ?? []).sorted().map { file in
        ("\(kind)/\(name)/\(file)", Array(try Data(contentsOf: URL(filePath: "\(folder)/\(file)"))))
      }
    }
  }

  private static func run(_ target: FuzzTarget, _ bytes: [UInt8], _ what: String) {
    #expect(throws: Never.self, "\(what)") { try target.run(bytes) }
  }

  @Test(arguments: FuzzTarget.all.map(\.name)) func knownInputsPass(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let inputs = try Self.inputs(name)
    #expect(!inputs.isEmpty, "no seed")
    Self.run(target, [], "nothing")
    for input in inputs { Self.run(target, input.bytes, input.name) }
  }

  /// Each input is truncated and gets a wrong byte, at up to 50 positions.
  @Test(arguments: FuzzTarget.all.map(\.name)) func damagedInputsPass(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    for input in try Self.inputs(name) {
      for place in stride(from: 0, to: input.bytes.count, by: max(1, input.bytes.count / 50)) {
        Self.run(target, Array(input.bytes[..<place]), "\(input.name), its first \(place) bytes")
        for byte: UInt8 in [0x00, 0x22, 0x39, 0x80, 0xFF] {
          var bytes = input.bytes
          bytes[place] = byte
          Self.run(target, bytes, "\(input.name) with \(byte) at \(place)")
        }
      }
    }
  }

  /// The time for 64 KiB of a repeated pattern is at most proportional to the length.
  @Test(arguments: FuzzTarget.all.map(\.name)) func longInputsTakeLinearTime(_ name: String) throws {
    let target = try #require(FuzzTarget.named(name))
    let inputs = try Self.inputs(name)
    let patterns =
      inputs.map(\.bytes)
      + ["a", "[", "{\"a\":", "*", " ", "\n", "- ", "a,", "\u{301}"].map { Array($0.utf8) }
    for pattern in patterns where !pattern.isEmpty {
      let long = Array(
        repeatElement(pattern, count: (64 << 10) / pattern.count + 1).joined().prefix(64 << 10))
      let start = threadSeconds()
      Self.run(target, long, "\(pattern.count) bytes over and over")
      let spent = threadSeconds() - start
      // The limit allows for an unoptimized build on a slow machine.
      #expect(spent < 3, "\(String(foreign: pattern.prefix(40))) over and over takes \(spent) s")
    }
  }
}
