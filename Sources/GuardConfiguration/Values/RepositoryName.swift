/// A repository on GitHub: `owner/name`.
package struct RepositoryName: Hashable, Sendable, CustomStringConvertible {
  package let owner: String
  package let name: String

  /// nil for anything but two names of letters, digits, `-`, `_` and `.`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts.allSatisfy(RepositoryName.isName) else { return nil }
    (owner, name) = (parts[0], parts[1])
  }

  package var description: String { "\(owner)/\(name)" }

  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 100 && text != "." && text != ".."
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_.".utf8.contains(byte)
        }
      }
  }
}
