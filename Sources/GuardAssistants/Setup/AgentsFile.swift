import Glibc
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
        path: path, reason: "it is no file of a known assistant",
        remedy: ["known: *.md, \(files.map(\.path).joined(separator: ", "))"])
    }
    edit = file.edited
  }

  /// Returns false if the file is already as it should be.
  package func write() throws(UnwritableAgentsFile) -> Bool {
    do {
      let place = AgentsFile.place(path)
      var status = stat()
      let exists = stat(place, &status) == 0
      let bytes = exists ? try SmallFile.read(place, limit: AgentsFile.limit) : []
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw UneditableFile("it is not UTF-8")
      }
      let edited = try edit(text)
      guard edited != text else { return false }
      if let slash = place.lastIndex(of: "/"), slash != place.startIndex, !exists {
        try SmallFile.makeFolder(String(place[..<slash]), mode: 0o755)
      }
      // The draft of the new file has this name.
      guard !SmallFile.exists(place + ".new") else { throw UneditableFile("\(place).new exists") }
      try SmallFile.replace(place, with: Array(edited.utf8), mode: exists ? status.st_mode & 0o777 : 0o644)
      return true
    } catch {
      throw UnwritableAgentsFile(
        path: path, reason: "\(error)", remedy: ["print the part and add it by hand: oceanid-ctl agents"])
    }
  }

  /// The file behind a symbolic link, which stays.
  private static func place(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
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
