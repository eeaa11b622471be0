import Foundation
import Health
import Pipeline
import TestSupport
import Testing

@testable import PipelineSources

/// The files of a checkout, with the real git.
@Suite(.blocking) struct CheckoutTests {
  private let folder: TemporaryFolder
  private static let marker = #"# {"$imagepolicy": "flux-system:app"}"#

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func git(_ arguments: String..., in place: String = "work") throws -> String {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    let result = try run("git", ["-C", folder.file(place)] + identity + arguments)
    try #require(result.exit == .exited(0), "\(arguments): \(result.errors)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A repository, and a checkout of it with one commit.
  private func makeCheckout(_ files: [String: String]) throws -> Checkout {
    for name in ["remote", "work"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
    }
    try git("init", "-q", "--bare", in: "remote")
    try git("init", "-q")
    try git("remote", "add", "origin", folder.file("remote"))
    try commit(files)
    return Checkout(folder: folder.file("work"))
  }

  private func write(_ files: [String: String]) throws {
    for (name, text) in files {
      let path = URL(filePath: folder.file("work/\(name)"))
      try FileManager.default.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: path)
    }
  }

  private func commit(_ files: [String: String]) throws {
    try write(files)
    try git("add", "-A")
    try git("commit", "-q", "-m", "x")
    try git("push", "-q", "origin", "HEAD:refs/heads/main")
    try git("fetch", "-q", "origin")
  }

  @Test func committedFilesOfTheRemoteBranchCount() throws {
    let text = "image: r/a:1 \(Self.marker)\n"
    let checkout = try makeCheckout([
      "apps/a.yaml": text, "apps/é b.yml": text, "apps/none.yaml": "a: b\n", "apps/a.txt": text,
      "Kustomization": text,
    ])
    let tip = try checkout.tip(of: "main")
    #expect(tip.name == "origin/main")
    #expect(try tip.commit == git("rev-parse", "HEAD"))
    #expect(
      tip.fetchedAt.map { abs($0.milliseconds / 1000 - Int64(Date().timeIntervalSince1970)) < 60 } == true)
    let tree = try checkout.markedTree(at: tip.commit)
    #expect(Set(tree.files.keys) == ["apps/a.yaml", "apps/é b.yml", "Kustomization"])
    // The working tree and commits that were not pushed do not count.
    try write(["apps/a.yaml": "image: r/a:2\n", "apps/new.yaml": text])
    try git("add", "-A")
    try git("commit", "-q", "-m", "local")
    try write(["apps/c.yaml": text])
    #expect(try checkout.tip(of: "main") == tip)
    #expect(try checkout.markedTree(at: tip.commit) == tree)
  }

  @Test func onlyTheFilesOfTheFolderAreRead() throws {
    let text = "image: r/a:1 \(Self.marker)\n"
    let checkout = try makeCheckout(["apps/a.yaml": text, "infra/a.yaml": text, "appsuite/a.yaml": text])
    let tip = try checkout.tip(of: "main")
    #expect(try checkout.markedTree(at: tip.commit, under: "apps").files.keys.sorted() == ["apps/a.yaml"])
  }

  @Test func linksToFilesAreReadAndLinksToFoldersAreNot() throws {
    let checkout = try makeCheckout(["base/a.yaml": "image: r/a:1 \(Self.marker)\n"])
    try FileManager.default.createDirectory(
      atPath: folder.file("work/apps"), withIntermediateDirectories: true)
    for (name, target) in [
      ("apps/link.yaml", "../base/a.yaml"), ("apps/folder", "../base"), ("apps/out.yaml", "/etc/passwd"),
      ("apps/up.yaml", "../../../base/x.yaml"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file("work/\(name)"), withDestinationPath: target)
    }
    try commit([:])
    let tree = try checkout.markedTree(at: checkout.tip(of: "main").commit)
    #expect(Set(tree.files.keys) == ["base/a.yaml", "apps/link.yaml"])
  }

  @Test func sameCommitIsNotReadAgain() throws {
    let checkout = try makeCheckout(["a.yaml": "image: r/a:1 \(Self.marker)\n"])
    let commit = try checkout.tip(of: "main").commit
    let tree = try checkout.markedTree(at: commit)
    try FileManager.default.removeItem(atPath: folder.file("work"))
    #expect(try checkout.markedTree(at: commit, known: tree) == tree)
    #expect(throws: CheckoutFailure.self) { try checkout.markedTree(at: commit) }
  }

  @Test func configurationOfTheRepositoryRunsNothing() throws {
    let checkout = try makeCheckout(["a.yaml": "image: r/a:1 \(Self.marker)\n"])
    let trap = folder.file("trap")
    try Data("#!/bin/sh\ntouch \(folder.file("sprung"))\nexec cat\n".utf8).write(to: URL(filePath: trap))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: trap)
    for key in [
      "core.fsmonitor", "core.pager", "pager.grep", "pager.ls-tree", "core.sshCommand", "core.editor",
      "gpg.program", "diff.external", "diff.x.textconv", "filter.x.clean", "filter.x.smudge", "core.askPass",
      "core.alternateRefsCommand", "uploadpack.packObjectsHook", "alias.grep", "alias.ls-tree",
    ] {
      try git("config", key, key.hasPrefix("alias") ? "!\(trap)" : trap)
    }
    try git("config", "log.showSignature", "true")
    try Data("* diff=x filter=x\n".utf8).write(to: URL(filePath: folder.file("work/.git/info/attributes")))
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman"] {
      try? FileManager.default.createDirectory(
        atPath: folder.file("work/.git/hooks"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: trap, toPath: folder.file("work/.git/hooks/\(hook)"))
    }
    let before = try String(contentsOfFile: folder.file("work/.git/config"), encoding: .utf8)
    #expect(try checkout.markedTree(at: checkout.tip(of: "main").commit).files.count == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.file("sprung")))
    #expect(try String(contentsOfFile: folder.file("work/.git/config"), encoding: .utf8) == before)
  }

  @Test func partialCloneFetchesNothing() throws {
    let checkout = try makeCheckout(["a.yaml": "image: r/a:1 \(Self.marker)\n"])
    let commit = try checkout.tip(of: "main").commit
    try git("config", "uploadpack.allowFilter", "true", in: "remote")
    let clone = try run(
      "git",
      ["clone", "-q", "--bare", "--filter=blob:none", "file://\(folder.file("remote"))", folder.file("part")])
    try #require(clone.exit == .exited(0), "\(clone.errors)")
    #expect(throws: CheckoutFailure.self) { try Checkout(folder: folder.file("part")).markedTree(at: commit) }
  }

  @Test func failuresSayWhyAndWhatToDo() throws {
    let checkout = try makeCheckout(["a.yaml": "a: b\n"])
    let missing = #expect(throws: CheckoutFailure.self) { try checkout.tip(of: "other") }
    #expect(missing?.reason == "no remote has a branch other")
    #expect(missing?.step.command?.hasPrefix("git -C ") == true)
    let none = #expect(throws: CheckoutFailure.self) { try Checkout(folder: folder.path).tip(of: "main") }
    #expect(none?.reason.contains("not a git repository") == true)
    for text in ["--output=x", "HEAD", String(repeating: "A", count: 40), ""] {
      #expect(throws: CheckoutFailure.self) { try checkout.markedTree(at: text) }
    }
  }
}
