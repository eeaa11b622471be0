import Glibc
import TestSupport
import Testing

@testable import GuardSetup

@Suite struct SetupLockTests {
  @Test(arguments: [true, false]) func secondSetupNamesTheFirst(_ isFolder: Bool) throws {
    let folder = try TemporaryFolder()
    let path = isFolder ? folder.path : "\(folder.path)/lock"
    do {
      let first = try SetupLock(path: path)
      #expect {
        try SetupLock(path: path)
      } throws: { error in
        let failure = error as? SetupFailure
        return failure?.words.contains("(pid \(getpid()))") == true && failure?.next == "ps -fp \(getpid())"
      }
      withExtendedLifetime(first) {}
    }
    // A child of another test has the descriptor between its fork and its exec.
    let deadline = ContinuousClock.now + .seconds(10)
    var next = try? SetupLock(path: path)
    while next == nil, ContinuousClock.now < deadline {
      sched_yield()
      next = try? SetupLock(path: path)
    }
    #expect(next != nil)
  }

  @Test func linkIsNotFollowed() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/lock"
    #expect(symlink("\(folder.path)/target", path) == 0)
    #expect(throws: SetupFailure.self) { try SetupLock(path: path) }
    #expect(access("\(folder.path)/target", F_OK) != 0)
  }

  @Test func machineHasItsOwnLock() {
    let person = SetupUser(uid: 1500, name: "person", home: "/home/person", runtimeDirectory: "/nonexistent")
    #expect(SetupLock.path(person, isMachine: true) == "/run/oceanid-setup.lock")
    #expect(SetupLock.path(person, isMachine: false) == "/home/person")
    let user = SetupUser(uid: 1500, name: "person", home: "/home/person", runtimeDirectory: "/tmp")
    #expect(SetupLock.path(user, isMachine: false) == "/tmp")
  }
}
