import FoundationEssentials
import Glibc

/// The programs in PATH.
package enum Programs {
  /// The names of the programs in the folders of PATH, sorted, each once.
  package static func inPath(
    beginningWith prefix: String, path: String? = getenv("PATH").map { String(cString: $0) }
  ) -> [String] {
    var names: Set<String> = []
    for folder in (path ?? "").split(separator: ":") {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: String(folder))) ?? []
      names.formUnion(files.filter { $0.hasPrefix(prefix) && access("\(folder)/\($0)", X_OK) == 0 })
    }
    return names.sorted()
  }
}
