internal import GuardTypes

/// The programs of a machine that next steps may name.
package struct Tools: Hashable, Sendable {
  /// How the user runs a command as root.
  package enum Root: Hashable, Sendable {
    /// The user is root.
    case own
    case sudo
    /// There is no sudo(8).
    case su
  }

  var root = Root.sudo
  /// nil if this machine has no known editor.
  var editor: String?
  var present: Set<String> = []

  private static let editors = ["editor", "nano", "vim", "vi"]
  private static let optional = ["ss", "kubectl", "ssh", "apt-get"]

  /// - Parameter isRoot: true if the user who reads the next step is root.
  static func find(_ system: any SetupSystem, isRoot: Bool) -> Tools {
    let chosen = ["VISUAL", "EDITOR"].compactMap(system.variable).filter(Tools.isPlain)
    return Tools(
      root: isRoot ? .own : system.hasProgram("sudo") ? .sudo : .su,
      editor: (chosen + editors).first(where: system.hasProgram),
      present: Set(optional.filter(system.hasProgram)))
  }

  /// True for a program without arguments.
  private static func isPlain(_ text: String) -> Bool {
    text.first != "-"
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._+-".contains($0)) }
  }

  /// The command line that runs a command as root.
  func asRoot(_ command: String) -> String {
    switch root {
    case .own: command
    case .sudo: "sudo \(command)"
    case .su: "su -c \(command.shellWord)"
    }
  }
}
