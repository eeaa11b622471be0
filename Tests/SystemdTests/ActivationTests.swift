import Glibc
import Testing

@testable import Systemd

// The environment is process-wide, so each test runs in its own process.
@Suite struct ActivationTests {
  @Test func readsTheWatchdogInterval() async {
    await #expect(processExitsWith: .success) {
      setenv("WATCHDOG_USEC", "30000000", 1)
      setenv("WATCHDOG_PID", String(getpid()), 1)
      exit(try Watchdog.interval() == .seconds(30) ? 0 : 1)
    }
  }

  @Test func withoutAWatchdogTheIntervalIsNil() async {
    await #expect(processExitsWith: .success) {
      unsetenv("WATCHDOG_USEC")
      exit(try Watchdog.interval() == nil ? 0 : 1)
    }
  }

  @Test func aBrokenWatchdogVariableIsAnError() async {
    await #expect(processExitsWith: .success) {
      setenv("WATCHDOG_USEC", "soon", 1)
      unsetenv("WATCHDOG_PID")
      do throws(SystemdError) {
        _ = try Watchdog.interval()
        exit(1)
      } catch {
        exit(error.code == EINVAL ? 0 : 2)
      }
    }
  }

  @Test func socketsHaveNamesAndTheEnvironmentIsCleared() async {
    await #expect(processExitsWith: .success) {
      // Descriptors 3 and 4 must exist, but may be of any type. The call is repeated if another thread of the test
      // process has just closed one of them.
      var sockets: [PassedSocket] = []
      for _ in 1...100 where sockets.isEmpty {
        for descriptor in Int32(3)...4 where fcntl(descriptor, F_GETFD) < 0 {
          let null = open("/dev/null", O_RDONLY)
          if null != descriptor { dup2(null, descriptor) }
        }
        setenv("LISTEN_PID", String(getpid()), 1)
        setenv("LISTEN_FDS", "2", 1)
        setenv("LISTEN_FDNAMES", "control:forward", 1)
        do throws(SystemdError) { sockets = try SocketActivation.passedSockets() } catch {
          guard error.code == EBADF else { exit(4) }
        }
      }
      let expected = [
        PassedSocket(name: "control", descriptor: 3), PassedSocket(name: "forward", descriptor: 4),
      ]
      guard sockets == expected else { exit(1) }
      guard getenv("LISTEN_FDS") == nil, getenv("LISTEN_PID") == nil, getenv("LISTEN_FDNAMES") == nil else {
        exit(2)
      }
      exit(sockets.allSatisfy { fcntl($0.descriptor, F_GETFD) & FD_CLOEXEC != 0 } ? 0 : 3)
    }
  }

  @Test func socketsOfAnotherProcessAreIgnored() async {
    await #expect(processExitsWith: .success) {
      setenv("LISTEN_PID", "1", 1)
      setenv("LISTEN_FDS", "1", 1)
      exit(try SocketActivation.passedSockets().isEmpty ? 0 : 1)
    }
  }
}
