/// The output of git's commands for objects.
struct GitTree: Hashable {
  /// The names of the blobs of regular files, by path.
  private(set) var files: [String: String] = [:]
  /// Those of symbolic links, whose text is their target.
  private(set) var links: [String: String] = [:]

  /// - Parameter listing: the output of `ls-tree -r -z`: `MODE blob OBJECT<tab>PATH` for each file.
  init(listing: [UInt8]) {
    for entry in listing.split(separator: 0) {
      guard let tab = entry.firstIndex(of: 0x09) else { continue }
      let words = String(decoding: entry[..<tab], as: UTF8.self).split(separator: " ")
      guard words.count == 3, words[1] == "blob" else { continue }
      let path = String(decoding: entry[(tab + 1)...], as: UTF8.self)
      if words[0] == "120000" { links[path] = String(words[2]) } else { files[path] = String(words[2]) }
    }
  }

  /// The contents in the output of `cat-file --batch`: `OBJECT blob SIZE`, a line feed, the bytes and a line feed for
  /// each.
  static func contents(ofBatch output: [UInt8]) -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    var rest = output[...]
    while let end = rest.firstIndex(of: 0x0A) {
      let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
      rest = rest[(end + 1)...]
      // `OBJECT missing`
      guard words.count == 3, let size = Int(words[2]), size >= 0 else { continue }
      guard size < rest.count else { break }
      contents[String(words[0])] = Array(rest.prefix(size))
      rest = rest.dropFirst(size + 1)
    }
    return contents
  }
}
