internal import Crypto

/// A key revocation list (OpenSSH's PROTOCOL.krl), as far as it concerns plain keys.
///
/// libssh2 negotiates no host certificates, so the sections about certificates are skipped. Like ssh(1), it does not
/// verify signatures of the list.
package struct KeyRevocationList: Sendable {
  private enum Section {
    static let certificates: UInt8 = 1
    static let keys: UInt8 = 2
    static let sha1: UInt8 = 3
    static let signature: UInt8 = 4
    static let sha256: UInt8 = 5
    static let extensions: UInt8 = 255
  }

  /// The first bytes of a list.
  package static let magic = Array("SSHKRL\n\0".utf8)

  private var keys: Set<ArraySlice<UInt8>> = []
  private var sha1: Set<ArraySlice<UInt8>> = []
  private var sha256: Set<ArraySlice<UInt8>> = []

  /// - Returns: nil for a list that is damaged, or has a critical part of an unknown kind.
  package init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: Self.magic) else { return nil }
    var reader = MessageReader(bytes.dropFirst(Self.magic.count))
    // The version of the list, its date and flags, a reserved text and the comment.
    guard reader.uint32() == 1, reader.skip(24), reader.string() != nil, reader.string() != nil else {
      return nil
    }
    while !reader.isAtEnd {
      guard let kind = reader.byte(), let section = reader.string() else { return nil }
      switch kind {
      case Section.certificates: break
      case Section.keys:
        guard Self.read(section, into: &keys) else { return nil }
      case Section.sha1:
        guard Self.read(section, into: &sha1, length: 20) else { return nil }
      case Section.sha256:
        guard Self.read(section, into: &sha256, length: 32) else { return nil }
      // The section is the key; the signature follows.
      case Section.signature:
        guard reader.string() != nil else { return nil }
      case Section.extensions:
        var section = MessageReader(section)
        guard section.string() != nil, section.byte() == 0 else { return nil }
      default: return nil
      }
    }
  }

  private static func read(
    _ section: ArraySlice<UInt8>, into set: inout Set<ArraySlice<UInt8>>, length: Int? = nil
  ) -> Bool {
    var section = MessageReader(section)
    while !section.isAtEnd {
      guard let entry = section.string(), length == nil || entry.count == length else { return false }
      set.insert(entry)
    }
    return true
  }

  /// - Parameter key: a plain key in wire format.
  package func revokes(_ key: [UInt8]) -> Bool {
    keys.contains(key[...]) || !sha1.isEmpty && sha1.contains(SHA1.digest(key)[...])
      || !sha256.isEmpty && sha256.contains(SHA256.digest(key)[...])
  }
}
