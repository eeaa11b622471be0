import Glibc
import Testing

@testable import Systemd

@Suite struct NotifyTests {
  @Test func everyStateIsEncoded() {
    let text = Notify.message(
      [.reloading, .ready, .watchdog, .stopping, .extendTimeout(.milliseconds(1500))],
      monotonicMicroseconds: 77)
    #expect(
      text == "RELOADING=1\nMONOTONIC_USEC=77\nREADY=1\nWATCHDOG=1\nSTOPPING=1\nEXTEND_TIMEOUT_USEC=1500000")
  }

  @Test func aStatusCannotInjectAnAssignment() {
    #expect(
      Notify.message([.status("down\nMAINPID=1\u{7}")], monotonicMicroseconds: 0) == "STATUS=down MAINPID=1 ")
  }

  // The environment is process-wide, so each test runs in its own process.

  @Test func reportsAMissingServiceManager() async {
    await #expect(processExitsWith: .success) {
      unsetenv("NOTIFY_SOCKET")
      exit(try Notify.send(.ready) == .noServiceManager ? 0 : 1)
    }
  }

  @Test func aMissingSocketIsAnError() async {
    await #expect(processExitsWith: .success) {
      setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
      do throws(SystemdError) {
        try Notify.send(.ready)
        exit(1)
      } catch {
        exit(error.code == ENOENT && error.description.contains("sd_notify") ? 0 : 2)
      }
    }
  }

  @Test func theManagerReceivesTheMessage() async {
    await #expect(processExitsWith: .success) {
      let path = "/tmp/notify-test-\(getpid())"
      unlink(path)
      defer { unlink(path) }
      let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let bound = withUnsafePointer(to: address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard bound == 0 else { exit(10) }
      setenv("NOTIFY_SOCKET", path, 1)
      guard try Notify.send(.ready, .status("3/3 nodes Ready")) == .sent else { exit(11) }
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { exit(12) }
      unlink(path)
      exit(
        String(decoding: buffer[..<count], as: UTF8.self) == "READY=1\nSTATUS=3/3 nodes Ready" ? 0 : 13)
    }
  }
}
