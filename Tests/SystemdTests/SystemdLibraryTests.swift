import Testing

@testable import Systemd

@Suite struct SystemdLibraryTests {
  @Test(arguments: [
    ("libsystemd-shared-252.so", "252"), ("libsystemd-shared-257.9-1.so", "257.9-1"),
    ("libsystemd-core-252.so", nil), ("libsystemd-shared-.so", nil), ("systemd-logind", nil),
  ])
  func readsTheVersionFromAFileName(_ name: String, _ version: String?) {
    #expect(SystemdLibrary.named(in: name) == version)
  }

  @Test func thisMachineHasAVersion() {
    #expect(SystemdLibrary.version.first?.isNumber == true)
  }
}
