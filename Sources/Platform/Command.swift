internal import CLinux
internal import Glibc

/// A program that is run for what it prints: without input, without a terminal, in a session of its own.
package struct Command: Sendable {
  package enum End: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// Ended by us.
    case outOfTime, tooMuch, cancelled
  }

  package struct Outcome: Sendable {
    package let end: End
    /// Standard output.
    package let output: [UInt8]
    /// The last of standard error.
    package let errors: String
  }

  private let program: String
  private let arguments: [String]
  private let variables: [String]
  private let outputLimit: Int

  /// - Parameters:
  ///   - program: a path, or a name that is looked up in PATH.
  ///   - variables: `NAME=value`, added to this process's own environment or in place of them there.
  ///   - outputLimit: bytes of standard output; a program that prints more is ended.
  package init(program: String, arguments: [String], variables: [String], outputLimit: Int) {
    self.program = program
    self.arguments = arguments
    self.variables = variables
    self.outputLimit = outputLimit
  }

  /// Waits for the end of the program, and ends it with all that it started when the deadline passes.
  ///
  /// - Parameter isCancelled: asked ten times a second.
  /// - Throws: `SystemError` where it can't be started.
  package func run(
    until deadline: ContinuousClock.Instant, isCancelled: () -> Bool
  ) throws(SystemError) -> Outcome {
    var reading = Reading(outputLimit: outputLimit)
    let pid = try spawn(&reading)
    let raw = oceanid_pidfd_open(pid)
    guard raw >= 0 else {
      let error = SystemError.last("pidfd_open")
      _ = Command.finish(pid, isToBeKilled: true)
      throw error
    }
    let exit = Descriptor(owning: raw)
    var ended: End?
    while ended == nil {
      let left = deadline - .now
      if isCancelled() {
        ended = .cancelled
      } else if left <= .zero {
        ended = .outOfTime
      } else if reading.isTooMuch {
        ended = .tooMuch
      } else if reading.wait(exit: exit, at: min(left, .milliseconds(100))) {
        break
      }
    }
    let status = Command.finish(pid, isToBeKilled: ended != nil)
    // Its last words. What a grandchild may still print is not waited for.
    reading.takeAll()
    if ended == nil, reading.isTooMuch { ended = .tooMuch }
    let end =
      ended ?? (status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f))
    return Outcome(
      end: end, output: reading.output, errors: String(decoding: reading.errors, as: UTF8.self))
  }

  /// Takes the child's status, so that its number is free again.
  private static func finish(_ pid: pid_t, isToBeKilled: Bool) -> Int32 {
    // Its session is its process group, and nobody else's.
    if isToBeKilled { kill(-pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private func spawn(_ reading: inout Reading) throws(SystemError) -> pid_t {
    let (output, errors) = try reading.open()
    defer { for end in [output, errors] { close(end) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | oceanid_spawn_setsid)

    func name(_ variable: String) -> Substring { variable.prefix { $0 != "=" } }
    let replaced = Set(variables.map(name))
    let environment =
      ProcessEnvironment.forChildren.filter { !replaced.contains(name($0)) } + variables
    var argv = ([program] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
    guard code == 0 else { throw SystemError(program, code: code) }
    return pid
  }
}

/// The two ends of a pipe(2), each for an owner.
private func makePipe() throws(SystemError) -> (read: Int32, write: Int32) {
  var ends: (Int32, Int32) = (-1, -1)
  let code = withUnsafeMutablePointer(to: &ends) {
    $0.withMemoryRebound(to: Int32.self, capacity: 2) { pipe($0) }
  }
  guard code == 0 else { throw .last("pipe") }
  return ends
}

/// What a program printed so far.
private struct Reading: ~Copyable {
  private var outputEnd = Descriptor(owning: -1)
  private var errorsEnd = Descriptor(owning: -1)
  private let outputLimit: Int
  private var isOutputOpen = true
  private var areErrorsOpen = true
  private(set) var output: [UInt8] = []
  private(set) var errors: [UInt8] = []
  /// Bytes of standard error that are kept.
  private static var keptErrors: Int { 4096 }
  var isTooMuch: Bool { output.count > outputLimit }

  init(outputLimit: Int) { self.outputLimit = outputLimit }

  /// - Returns: the ends that the program writes to; the caller closes them.
  mutating func open() throws(SystemError) -> (output: Int32, errors: Int32) {
    let first = try makePipe()
    outputEnd = Descriptor(owning: first.read)
    let second: (read: Int32, write: Int32)
    do throws(SystemError) {
      second = try makePipe()
    } catch {
      close(first.write)
      throw error
    }
    errorsEnd = Descriptor(owning: second.read)
    do throws(SystemError) {
      try outputEnd.prepareForLoop()
      try errorsEnd.prepareForLoop()
      for end in [first.write, second.write] {
        guard fcntl(end, F_SETFD, FD_CLOEXEC) == 0 else { throw .last("fcntl") }
      }
    } catch {
      close(first.write)
      close(second.write)
      throw error
    }
    return (first.write, second.write)
  }

  /// True once the program has ended.
  mutating func wait(exit: borrowing Descriptor, at most: Duration) -> Bool {
    var entries = [exit.raw, isOutputOpen ? outputEnd.raw : -1, areErrorsOpen ? errorsEnd.raw : -1].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    _ = poll(&entries, nfds_t(entries.count), Epoll.milliseconds(most))
    if entries[1].revents != 0 { isOutputOpen = take(from: .output) }
    if entries[2].revents != 0 { areErrorsOpen = take(from: .errors) }
    return entries[0].revents != 0
  }

  mutating func takeAll() {
    // As much as a pipe holds, and then some.
    for _ in 0..<256 where isOutputOpen { isOutputOpen = take(from: .output, orStop: true) }
    for _ in 0..<256 where areErrorsOpen { areErrorsOpen = take(from: .errors, orStop: true) }
  }

  private enum Stream {
    case output, errors
  }

  /// False once there is no more to come, or, with `orStop`, none just now.
  private mutating func take(from stream: Stream, orStop: Bool = false) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 1) { room in
      let outcome =
        switch stream {
        case .output: outputEnd.read(into: room)
        case .errors: errorsEnd.read(into: room)
        }
      switch outcome {
      case .moved(let count):
        keep(room[..<count], of: stream)
        return !isTooMuch
      case .wouldBlock: return !orStop
      case .endOfFile, .failed: return false
      }
    }
  }

  private mutating func keep(_ bytes: Slice<UnsafeMutableRawBufferPointer>, of stream: Stream) {
    switch stream {
    case .output: output += bytes
    case .errors:
      errors += bytes
      if errors.count > Self.keptErrors { errors.removeFirst(errors.count - Self.keptErrors) }
    }
  }
}
