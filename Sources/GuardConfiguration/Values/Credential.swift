/// The names of credentials (systemd.exec(5), CREDENTIALS).
enum Credential {
  static var expectation: String {
    "expected the name of a credential (letters, digits, '-', '_' and '.', as in LoadCredential=NAME:/path)"
  }

  /// True for a file name without a folder.
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".."
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-_.".utf8.contains(byte)
        }
      }
  }
}
