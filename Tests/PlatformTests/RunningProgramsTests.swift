import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Platform

@Suite(.serialized, .timeLimit(.minutes(10)))
struct RunningProgramsTests {
  @Test(arguments: [
    ("cat", "/bin:/usr/bin", ["/bin/cat", "/usr/bin/cat"]), ("cat", "/bin::", ["/bin/cat", "cat", "cat"]),
    ("./cat", "/bin", ["./cat"]), ("/opt/cat", nil, ["/opt/cat"]),
    ("cat", nil, ["/bin/cat", "/usr/bin/cat"]),
  ])
  func aNameIsLookedUpInPATH(_ program: String, _ path: String?, _ candidates: [String]) {
    #expect(ProgramPath.candidates(for: program, path: path) == candidates)
  }

  private func run(_ program: String, _ arguments: [String] = []) throws -> Command.Outcome {
    try Command(program: program, arguments: arguments, variables: [], outputLimit: 1 << 16)
      .run(until: .now + .seconds(30)) { false }
  }

  @Test func aProgramThatCannotStartIsAnError() throws {
    let folder = try TemporaryFolder()
    try folder.write("no program", to: "plain")
    #expect(throws: SystemError("no-such-program", code: ENOENT)) { try run("no-such-program") }
    #expect(throws: SystemError(folder.file("plain"), code: EACCES)) { try run(folder.file("plain")) }
    let script = try folder.writeProgram("#!/no/such/shell\n", to: "script")
    #expect(throws: SystemError(script, code: ENOENT)) { try run(script) }
    let format = try folder.writeProgram("no format", to: "format")
    #expect(throws: SystemError(format, code: ENOEXEC)) { try run(format) }
  }

  @Test func aProgramStartsWithDefaults() throws {
    let script =
      "grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/$$/fd | wc -l; ps -o sid= -p $$; echo $$; readlink /proc/$$/fd/0"
    let lines = String(decoding: try run("/bin/sh", ["-c", script]).output, as: UTF8.self)
      .split(whereSeparator: \.isWhitespace)
    #expect(lines.prefix(3) == ["SigBlk:", "0000000000000000", "SigIgn:"])
    // Signal 32 is reserved for glibc and keeps its inherited state.
    #expect(try #require(UInt64(lines[3], radix: 16)) & 0x7fff_ffff == 0)
    #expect(lines[4] == "3" || lines[4] == "4")
    #expect(lines[5] == lines[6])
    #expect(lines[7] == "/dev/null")
  }

  @Test func aProgramIsKilledWithItsThread() throws {
    let pid = Mutexed<Int32>(0)
    let thread = try JoinableThread(name: "starter") {
      let null = open("/dev/null", O_RDWR)
      // Under ThreadSanitizer vfork(2) is fork(2): the thread may end too early for the child, which then ends by itself.
      pid.value = (try? Spawn.start("/bin/sleep", ["30"], input: nil, output: null, errors: null)) ?? 0
      close(null)
    }
    #expect(thread.join(timeout: .seconds(30)))
    let started = pid.value
    try #require(started > 0)
    #expect(RunningPrograms.wait(for: started) & 0x7f == SIGKILL)
  }

  @Test func aCoprocessOutlivesTheCallingThread() throws {
    let started = Mutexed<(process: Coprocess, near: Coprocess.Stream)?>(nil)
    let thread = try JoinableThread(name: "asker") {
      started.value = try? Coprocess.start(shell: "exec cat")
    }
    #expect(thread.join(timeout: .seconds(30)))
    usleep(100_000)
    let deadline = MonotonicTime.now + .seconds(30)
    let (process, near) = try #require(started.value)
    #expect(([7] as [UInt8]).withUnsafeBytes { near.writing.descriptor.write($0) } == .moved(1))
    #expect(near.reading.descriptor.receive(1, until: deadline) == [7])
    #expect(process.waitForExit() == nil)
  }
}

/// A value that threads share.
private final class Mutexed<Value: Sendable>: Sendable {
  private let storage: Mutex<Value>
  init(_ value: Value) { storage = Mutex(value) }
  var value: Value {
    get { storage.withLock { $0 } }
    set { storage.withLock { $0 = newValue } }
  }
}
