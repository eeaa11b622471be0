import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Systemd

private let daemon = Program.find("dbus-daemon")
private let sender = Program.find("dbus-send")

@Suite(.blocking, .enabled(if: daemon != nil && sender != nil, "dbus-daemon or dbus-send is not installed"))
struct SleepSignalTests {
  /// A private message bus, separate from the system's.
  private final class PrivateBus {
    let folder: TemporaryFolder
    private var process: ChildProcess?
    var address: String { "unix:path=\(folder.path)/bus" }

    init() throws {
      folder = try TemporaryFolder()
      try """
      <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
       "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
      <busconfig><listen>\(address)</listen><auth>EXTERNAL</auth>
      <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
      </busconfig>
      """.write(toFile: "\(folder.path)/bus.conf", atomically: false, encoding: .utf8)
    }

    func start() throws {
      try? FileManager.default.removeItem(atPath: "\(folder.path)/bus")
      process = try ChildProcess(
        #require(daemon), ["--config-file=\(folder.path)/bus.conf", "--nofork", "--nopidfile", "--nosyslog"])
    }

    func stop() {
      process?.kill()
      process = nil
    }

    func say(_ isAboutToSleep: Bool, member: String = "PrepareForSleep") throws {
      let result = try run(
        #require(sender),
        [
          "--bus=\(address)", "--type=signal", "/org/freedesktop/login1",
          "org.freedesktop.login1.Manager.\(member)", "boolean:\(isAboutToSleep)",
        ])
      #expect(result.exit == .exited(0), "\(result.errors)")
    }

    deinit { stop() }
  }

  private final class Heard: Sendable {
    private let phases = Mutex<[SleepSignal.Phase]>([])
    var all: [SleepSignal.Phase] { phases.withLock { $0 } }
    func add(_ phase: SleepSignal.Phase) { phases.withLock { $0.append(phase) } }
  }

  @Test func sleepAndWakeAreReported() throws {
    let bus = try PrivateBus()
    try bus.start()
    let heard = Heard()
    let signal = SleepSignal(address: bus.address, sender: nil) { heard.add($0) }
    #expect(eventually { signal.isConnected })
    try bus.say(true)
    try bus.say(true, member: "PrepareForShutdown")
    try bus.say(false)
    #expect(eventually { heard.all.count >= 2 })
    #expect(heard.all == [.aboutToSleep, .awake])
  }

  /// Every client may send a signal, but only logind's counts.
  @Test func signalsOfOtherSendersAreIgnored() throws {
    let bus = try PrivateBus()
    try bus.start()
    let (believed, all) = (Heard(), Heard())
    let strict = SleepSignal(address: bus.address, sender: "org.freedesktop.login1") { believed.add($0) }
    let open = SleepSignal(address: bus.address, sender: nil) { all.add($0) }
    #expect(eventually { strict.isConnected && open.isConnected })
    try bus.say(false)
    #expect(eventually { !all.all.isEmpty })
    #expect(believed.all.isEmpty)
  }

  @Test func reconnectsToTheBus() throws {
    let bus = try PrivateBus()
    let heard = Heard()
    let signal = SleepSignal(address: bus.address, sender: nil) { heard.add($0) }
    #expect(!signal.isConnected)
    try bus.start()
    #expect(eventually { signal.isConnected })
    bus.stop()
    #expect(eventually { !signal.isConnected })
    try bus.start()
    #expect(eventually { signal.isConnected })
    try bus.say(false)
    #expect(eventually { heard.all == [.awake] })
    signal.cancel()
    #expect(!signal.isConnected)
  }
}
