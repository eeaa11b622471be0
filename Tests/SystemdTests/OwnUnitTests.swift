import Systemd
import Testing

@Suite struct OwnUnitTests {
  @Test(arguments: [
    ("0::/system.slice/oceanid-guard.service\n", OwnUnit.system("oceanid-guard.service")),
    ("9:name=systemd:/\n8:pids:/\n0::/system.slice/a.service/below", .system("a.service")),
    ("1:name=systemd:/system.slice/a.service\n0::/\n", .system("a.service")),
    ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.service", .user("a.service")),
    ("0::/system.slice/_cpu.service", .system("cpu.service")),
    ("0::/user.slice/user-1000.slice/user@1000.service/init.scope", nil),
    ("0::/user.slice/user-1000.slice/session-3.scope", nil), ("0::/", nil), ("", nil), ("a:b\n::\n", nil),
    ("3:memory:/system.slice/a.service\n", nil),
  ])
  func readsTheUnitFromTheControlGroup(_ text: String, _ unit: OwnUnit?) {
    #expect(OwnUnit(cgroups: text) == unit)
  }
}
