import GuardAPI
import GuardTerminal
import Platform

/// Writes the guard's part into one file of an assistant or of a project, and leaves the rest as it is.
package struct AgentsFile {
  /// In bytes.
  private static let limit = 4 << 20

  private let path: String
  private let edit: (String) throws(UneditableFile) -> String

  /// Throws if the name is not that of a known file.
  package init(_ path: String, _ invocation: ClientInvocation, clusters: [String])
    throws(UnwritableAgentsFile)
  {
    self.path = path
    let absolute = path.hasPrefix("/") ? path : "/\(path)"
    if path.hasSuffix(".md") {
      let section = InstructionSection.text(invocation, clusters: clusters)
      edit = { text throws(UneditableFile) in try MarkedSection.markdown.placed(section, in: text) }
      return
    }
    let files = ClientFile.all(invocation)
    guard let file = files.first(where: { absolute.hasSuffix("/" + $0.path.replacing("~/", with: "")) })
    else {
      throw UnwritableAgentsFile(
        path: path, reason: "it is not a file of a known assistant",
        remedy: ["known: *.md, \(files.map(\.path).joined(separator: ", "))"])
    }
    edit = file.edited
  }

  /// Returns false if the file is already as it should be.
  package func write() throws(UnwritableAgentsFile) -> Bool {
    do {
      let exists = SmallFile.exists(path)
      let bytes = exists ? try SmallFile.read(path, limit: AgentsFile.limit) : []
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw UneditableFile("it is not UTF-8")
      }
      let edited = try edit(text)
      guard edited != text else { return false }
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex, !exists {
        try SmallFile.makeFolder(String(path[..<slash]), mode: 0o755)
      }
      try SmallFile.rewrite(path, with: Array(edited.utf8))
      return true
    } catch {
      throw UnwritableAgentsFile(
        path: path, reason: "\(error)", remedy: ["print the part and add it manually: oceanid-ctl agents"])
    }
  }
}

/// A file could not be changed.
package struct UnwritableAgentsFile: CommandError, Hashable {
  let path: String
  let reason: String
  package let remedy: [String]

  package var exitStatus: Int32 { 1 }
  package var description: String { "\(path) is not changed: \(reason)" }
}
