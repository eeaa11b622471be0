internal import GuardAPI
internal import GuardTypes

extension Plan {
  /// The next step of the user, and the reason for it.
  package struct Next: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
      /// A command line of a shell.
      case command(String)
      /// A sentence, if no program of this machine can do it.
      case instruction(String)
    }

    package let action: Action
    package let why: String

    init(_ action: Action, why: String) {
      self.action = action
      self.why = why
    }

    init(command: String, why: String) { self.init(.command(command), why: why) }

    /// The step as one line.
    package var line: String {
      switch action {
      case .command(let text), .instruction(let text): text
      }
    }

    /// The guard's own advice; nil if it has none.
    static func of(_ finding: FindingDocument) -> Next? {
      guard let command = finding.command, let note = finding.note else { return nil }
      return Next(command: command, why: "\(note); then repeat oceanid-ctl setup")
    }

    /// To edit a file, with an editor of this machine.
    static func edit(
      _ path: String, _ tools: Tools, asRoot: Bool = false, isFolderMissing: Bool = false, why: String
    ) -> Next {
      guard let editor = tools.editor else {
        let words = isFolderMissing ? "make the folder and the file" : "edit the file"
        return Next(.instruction("\(words) \(path)\(asRoot ? " as root" : "")"), why: why)
      }
      // An editor does not make the folder of a new file.
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
      let make = isFolderMissing ? "mkdir -m 700 \(folder.shellWord) && " : ""
      let command = "\(make)\(editor) \(path.shellWord)"
      return Next(command: asRoot ? tools.asRoot(command) : command, why: why)
    }

    /// To let the user, or ssh(1), use a file again.
    ///
    /// - Parameter effect: what the fault prevents.
    static func fix(_ fault: AccessFault, _ facts: SetupFacts, effect: String) -> Next {
      let (path, shown) = (fault.path.shellWord, facts.person.shown(fault.path))
      if fault.isOwn {
        return Next(
          command: "chmod \(fault.isFolder ? "700" : "600") \(path)",
          why: "the mode of \(shown) is wrong: \(effect); then repeat oceanid-ctl setup")
      }
      guard fault.isInHome || !fault.isFolder else {
        return Next(
          .instruction("let \(facts.person.name) enter \(shown), which belongs to \(fault.owner)"),
          why: effect)
      }
      return Next(
        command: facts.tools.asRoot("chown \(facts.person.name.shellWord): \(path)"),
        why:
          "\(shown) belongs to \(fault.owner): \(effect); if it is yours, take it, then repeat oceanid-ctl setup"
      )
    }
  }
}
