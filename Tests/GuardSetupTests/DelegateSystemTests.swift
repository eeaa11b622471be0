import Foundation
import TestSupport
import Testing

@testable import GuardClientDoctor
@testable import GuardSetup

/// Root reads and writes the files of another user, who may have put links to root's files in their place.
@Suite(.enabled(if: geteuid() == 0, "only root can act as another user")) struct DelegateSystemTests {
  private let folder: TemporaryFolder
  private let home: String
  private let system: any SetupSystem
  private let user: SetupUser

  init() throws {
    folder = try TemporaryFolder()
    chmod(folder.path, 0o711)
    user = try #require(SetupUser.named("games"))
    let local = try #require(LocalSystem(guardProgram: GuardProgram(named: "oceanid-guard")))
    system = local.acting(as: user)
    home = folder.file("home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
    try #require(chown(home, user.uid, user.gid) == 0)
    try FileManager.default.createDirectory(
      atPath: folder.file("root"), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    try folder.write("secret", to: "root/known_hosts")
    chmod(folder.file("root/known_hosts"), 0o600)
  }

  @Test func fileBelongsToTheUserAndHasTheMode() throws {
    let path = "\(home)/config"
    for text in ["one", "two"] { try system.write(Array(text.utf8), to: path, mode: 0o600, owner: .service) }
    #expect(system.contents(of: path) == .bytes(Array("two".utf8)))
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_uid == user.uid && status.st_mode & 0o7777 == 0o600)
    #expect(system.names(in: home) == ["config"])
  }

  @Test func linkToAFileOfRootIsNotFollowed() throws {
    let path = "\(home)/known_hosts"
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: folder.file("root/known_hosts"))
    guard case .unreadable = system.contents(of: path) else {
      Issue.record("the file of root was read")
      return
    }
    try system.write(Array("mine".utf8), to: path, mode: 0o600, owner: .service)
    #expect(try folder.read("root/known_hosts") == "secret")
    #expect(system.contents(of: path) == .bytes(Array("mine".utf8)))
  }

  @Test func linkToAFolderOfRootIsNotFollowed() throws {
    let path = "\(home)/.ssh"
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.file("root"))
    #expect(system.isOccupied(folder: path))
    #expect(throws: SetupFailure.self) {
      try system.write(Array("mine".utf8), to: "\(path)/known_hosts", mode: 0o600, owner: .service)
    }
    #expect(try folder.read("root/known_hosts") == "secret")
    #expect(system.names(in: folder.file("root")) == ["known_hosts"])
  }
}
