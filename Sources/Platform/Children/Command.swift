internal import Glibc

/// Runs a program for its output or its effect, without a terminal and in its own session.
package struct Command: Sendable {
  package enum End: Hashable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    /// This process ended the program.
    case outOfTime, tooMuch, cancelled
  }

  package struct Outcome: Sendable {
    package let end: End
    /// Standard output.
    package let output: [UInt8]
    /// The last part of standard error.
    package let errors: String
  }

  private let program: String
  private let arguments: [String]
  private let variables: [String]
  private let inheritsEnvironment: Bool
  private let input: [UInt8]?
  private let outputLimit: Int
  private let errorsLimit: Int

  /// - Parameters:
  ///   - program: a path, or a name to look up in PATH.
  ///   - variables: `NAME=value` pairs that replace or extend this process's environment.
  ///   - inheritsEnvironment: if false, the program gets `variables` only.
  ///   - input: its standard input; nil is /dev/null.
  ///   - outputLimit: maximum size of standard output in bytes; a program that prints more is killed.
  ///   - errorsLimit: number of bytes of standard error to return, counted from its end.
  package init(
    program: String, arguments: [String], variables: [String], inheritsEnvironment: Bool = true,
    input: [UInt8]? = nil, outputLimit: Int, errorsLimit: Int = 4096
  ) {
    self.errorsLimit = errorsLimit
    self.inheritsEnvironment = inheritsEnvironment
    self.input = input
    self.program = program
    self.arguments = arguments
    self.variables = variables
    self.outputLimit = outputLimit
  }

  /// Waits for the end of the program. Kills it with all its descendants when the deadline passes.
  ///
  /// - Parameter isCancelled: called ten times per second.
  /// - Throws: `SystemError` if the program cannot be started.
  package func run(
    until deadline: ContinuousClock.Instant, isCancelled: () -> Bool
  ) throws(SystemError) -> Outcome {
    let output = try Pipe()
    let errors = try Pipe()
    let file: MemoryFile? = if let input { try MemoryFile(input) } else { nil }
    let pid = try Spawn.start(
      program, arguments, variables: variables, inheritsEnvironment: inheritsEnvironment,
      input: file?.raw, output: output.writing.raw, errors: errors.writing.raw)
    var received = ProgramOutput(
      output: output.reading, errors: errors.reading, outputLimit: outputLimit,
      errorsLimit: errorsLimit)
    let exit = try RunningPrograms.end(of: pid)
    var ended: End?
    while ended == nil {
      let left = deadline - .now
      if isCancelled() {
        ended = .cancelled
      } else if left <= .zero {
        ended = .outOfTime
      } else if received.isTooMuch {
        ended = .tooMuch
      } else if received.wait(exit: exit, timeout: min(left, .milliseconds(100))) {
        break
      }
    }
    // Its descendants may have sessions of their own.
    if ended != nil { RunningPrograms.killGroup(pid) }
    let status = RunningPrograms.wait(for: pid)
    // Read the remaining output. Output of a grandchild that comes later is not waited for.
    received.readRemaining()
    if ended == nil, received.isTooMuch { ended = .tooMuch }
    let end =
      ended ?? (status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signaled(status & 0x7f))
    return Outcome(
      end: end, output: received.output, errors: received.errors.text)
  }
}

/// The output that a program has printed so far.
private struct ProgramOutput: ~Copyable {
  private let outputEnd: Descriptor
  private let errorsEnd: Descriptor
  private let outputLimit: Int
  private var isOutputOpen = true
  private var areErrorsOpen = true
  private(set) var output: [UInt8] = []
  private(set) var errors: LastLines
  var isTooMuch: Bool { output.count > outputLimit }

  init(output: consuming Descriptor, errors: consuming Descriptor, outputLimit: Int, errorsLimit: Int) {
    outputEnd = output
    errorsEnd = errors
    self.outputLimit = outputLimit
    self.errors = LastLines(limit: errorsLimit)
  }

  /// True when the program has ended.
  mutating func wait(exit: borrowing Descriptor, timeout: Duration) -> Bool {
    var entries = [exit.raw, isOutputOpen ? outputEnd.raw : -1, areErrorsOpen ? errorsEnd.raw : -1].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    _ = poll(&entries, nfds_t(entries.count), Epoll.milliseconds(timeout))
    if entries[1].revents != 0 { isOutputOpen = read(from: .output) }
    if entries[2].revents != 0 { areErrorsOpen = read(from: .errors) }
    return entries[0].revents != 0
  }

  mutating func readRemaining() {
    // More than a pipe can hold.
    for _ in 0..<256 where isOutputOpen { isOutputOpen = read(from: .output, orStop: true) }
    for _ in 0..<256 where areErrorsOpen { areErrorsOpen = read(from: .errors, orStop: true) }
  }

  private enum Stream {
    case output, errors
  }

  /// False at end of file or, with `orStop`, when nothing is available now.
  private mutating func read(from stream: Stream, orStop: Bool = false) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { room in
      let outcome =
        switch stream {
        case .output: outputEnd.read(into: room)
        case .errors: errorsEnd.read(into: room)
        }
      switch outcome {
      case .moved(let count):
        append(room[..<count], of: stream)
        return !isTooMuch
      case .wouldBlock: return !orStop
      case .endOfFile, .failed: return false
      }
    }
  }

  private mutating func append(_ bytes: Slice<UnsafeMutableRawBufferPointer>, of stream: Stream) {
    switch stream {
    case .output: output += bytes
    case .errors:
      errors.append(bytes)
    }
  }
}
