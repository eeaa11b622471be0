import Glibc
import Testing

@testable import Platform

@Suite(.serialized, .timeLimit(.minutes(10)))
struct CoprocessTests {
  /// A running command with the near end of its stream.
  private final class Running {
    let near: Coprocess.Stream
    let process: Coprocess

    init(_ command: String) throws {
      (process, near) = try Coprocess.start(shell: command)
    }

    func exchange(_ text: String) -> String? {
      let deadline = MonotonicTime.now + .seconds(10)
      let bytes = Array(text.utf8)
      // A pipe takes so few bytes at once.
      guard bytes.withUnsafeBytes({ near.writing.descriptor.write($0) }) == .moved(bytes.count) else {
        return nil
      }
      return near.reading.descriptor.receive(bytes.count, until: deadline).map {
        String(decoding: $0, as: UTF8.self)
      }
    }

    /// Its output up to end of file.
    func readAll() -> String {
      var bytes: [UInt8] = []
      let deadline = MonotonicTime.now + .seconds(10)
      while let byte = near.reading.descriptor.receive(1, until: deadline) { bytes += byte }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private static func exists(_ pid: Int32) -> Bool { kill(pid, 0) == 0 }

  /// True if no process with this id, not even a zombie, exists before the time is up.
  private static func isGone(_ pid: Int32, within limit: Duration = .seconds(10)) -> Bool {
    let deadline = MonotonicTime.now + limit
    while exists(pid), MonotonicTime.now < deadline { usleep(5000) }
    return !exists(pid)
  }

  @Test func usesTheStreamAsStandardInputAndOutput() throws {
    let running = try Running("exec cat")
    #expect(running.exchange("there and back") == "there and back")
    #expect(running.process.waitForExit() == nil)
  }

  @Test(arguments: [
    ("exit 3", Coprocess.Exit.status(3), "exited with status 3"),
    ("kill -USR1 $$", .signal(SIGUSR1), "was terminated by signal 10"),
    ("exec no-such-command", .status(127), "exited with status 127"),
  ])
  func reportsTheExitStatus(_ command: String, _ exit: Coprocess.Exit, _ words: String) throws {
    let running = try Running(command)
    #expect(running.process.waitForExit(timeout: .seconds(30)) == exit)
    #expect(exit.description.hasPrefix(words))
    #expect(!Self.exists(running.process.pid))
  }

  @Test func keepsTheEndOfStandardError() throws {
    let running = try Running(
      "i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done; echo end >&2")
    #expect(running.process.waitForExit(timeout: .seconds(30)) == .status(0))
    #expect(running.process.lastErrors.hasSuffix("line 2999\nend\n"))
    // Only whole lines are kept.
    #expect(running.process.lastErrors.hasPrefix("line "))
    #expect((4080...4096).contains(running.process.lastErrors.utf8.count))
  }

  @Test func inheritsOnlyThreeDescriptors() throws {
    // Without close-on-exec, as some libraries do.
    let leaked = fcntl(STDERR_FILENO, F_DUPFD, 300)
    defer { close(leaked) }
    let running = try Running("exec ls /proc/self/fd")
    // The fourth descriptor is the folder that ls itself reads.
    #expect(running.readAll() == "0\n1\n2\n3\n")
  }

  @Test func theStreamIsInBlockingMode() throws {
    let running = try Running("exec sed -n 's/^flags:.//p' /proc/self/fdinfo/0")
    let flags = Int32(running.readAll().split(separator: "\n").first ?? "", radix: 8) ?? O_NONBLOCK
    #expect(flags & O_NONBLOCK == 0)
  }

  /// A member of a pipeline may make its own end non-blocking: the other ends must stay as they are.
  @Test func inputAndOutputAreTwoPipes() throws {
    let running = try Running("readlink /proc/self/fd/0 /proc/self/fd/1; exec cat /dev/stdin >/dev/stdout")
    let deadline = MonotonicTime.now + .seconds(10)
    var text = ""
    while text.count(where: { $0 == "\n" }) < 2,
      let byte = running.near.reading.descriptor.receive(1, until: deadline)
    {
      text += String(decoding: byte, as: UTF8.self)
    }
    let ends = text.split(separator: "\n")
    #expect(ends.count == 2 && ends.allSatisfy { $0.hasPrefix("pipe:") } && Set(ends).count == 2, "\(text)")
    #expect(running.exchange("there and back") == "there and back")
  }

  @Test func runsInItsOwnSession() throws {
    let running = try Running("exec cat")
    #expect(getsid(running.process.pid) == running.process.pid)
  }

  @Test func resetsIgnoredSignals() throws {
    // SIGURG has no effect by default.
    signal(SIGURG, SIG_IGN)
    defer { signal(SIGURG, SIG_DFL) }
    let running = try Running("exec sed -n 's/^Sig\\(Blk\\|Ign\\):.//p' /proc/self/status")
    let masks = running.readAll().split(separator: "\n").compactMap { UInt64($0, radix: 16) }
    #expect(masks.count == 2)
    // Signals from 32 on belong to the C library.
    #expect(masks.allSatisfy { $0 & 0x7fff_ffff == 0 })
  }

  @Test func doesNotInheritTheServiceManagersVariables() {
    let kept = ["PATH=/bin", "CREDENTIALS_DIRECTORY=/run/credentials/x", "NOTIFY_SOCKETS=x", "EMPTY="]
    let own = [
      "NOTIFY_SOCKET=/run/systemd/notify", "WATCHDOG_USEC=1", "WATCHDOG_PID=1", "LISTEN_FDS=1",
      "LISTEN_PID=1",
      "LISTEN_FDNAMES=a:b",
    ]
    #expect(ProcessEnvironment.inherited(kept + own) == kept)
  }

  @Test(arguments: [
    "exec cat", "trap '' HUP; while :; do sleep 0.05; done", "trap '' HUP TERM; while :; do sleep 0.05; done",
  ])
  func endsSoonAfterDeallocation(_ command: String) throws {
    let pid = try Running("echo ready >&2; \(command)").process.pid
    #expect(Self.isGone(pid))
  }

  /// The output ends when no member has it open any more.
  @Test func theMembersOfAPipelineEndToo() throws {
    var running: Running? = try Running("sleep 300 | sleep 300 & echo x; wait")
    let output = try #require(running?.near.reading)
    let deadline = MonotonicTime.now + .seconds(10)
    #expect(
      output.descriptor.receive(2, until: deadline).map { String(decoding: $0, as: UTF8.self) } == "x\n")
    running = nil
    #expect(output.descriptor.receive(1, until: deadline) == nil)
    #expect(MonotonicTime.now < deadline)
  }

  @Test func aStoppedCommandIsKilled() throws {
    var running: Running? = try Running("exec cat")
    let pid = try #require(running?.process.pid)
    #expect(kill(pid, SIGSTOP) == 0)
    running = nil
    #expect(Self.isGone(pid))
  }

  @Test func manyCommandsLeaveNoProcessesOrDescriptors() throws {
    func descriptors() -> Int {
      (0..<1024).count { fcntl($0, F_GETFD) >= 0 }
    }
    let before = descriptors()
    let pids = try (0..<50).map { _ in
      let running = try Running("exec cat")
      #expect(running.exchange("x") == "x")
      return running.process.pid
    }
    #expect(pids.allSatisfy { Self.isGone($0) })
    // Other suites use descriptors at the same time, some of them for many seconds.
    let deadline = MonotonicTime.now + .seconds(90)
    while descriptors() > before + 25, MonotonicTime.now < deadline { usleep(5000) }
    #expect(descriptors() <= before + 25)
  }

  @Test func aStreamHasNoPathQuality() throws {
    let running = try Running("exec cat")
    #expect(PathQuality(of: running.near.reading.descriptor) == nil)
    StreamSocket.acknowledgeNow(running.near.reading.descriptor)
    #expect(running.exchange("still here") == "still here")
  }
}
