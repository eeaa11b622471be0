/// The folders of a record that do not exist yet, made at once: they appear together with the record, so that an
/// interrupted setup leaves no folder that nothing describes.
struct RecordDraft {
  private let system: any SetupSystem
  private let place: SetupPlace

  init(_ system: any SetupSystem, _ place: SetupPlace) {
    self.system = system
    self.place = place
  }

  /// Creates `folder`, with the folders within it and the record.
  func create(_ folder: String, _ manifest: Manifest) throws(SetupFailure) {
    remove()
    let draft = RecordDraft.path(of: folder)
    for missing in place.missingFolders where place.folder == missing || place.folder.hasPrefix("\(missing)/")
    {
      try system.makeFolder(draft + missing.dropFirst(folder.count), mode: 0o755, owner: nil)
    }
    try manifest.save(system, draft + place.record.dropFirst(folder.count))
    try system.move(draft, to: folder)
  }

  /// Removes what an interrupted setup left.
  func remove() {
    let parent = place.folder.lastIndex(of: "/").map { String(place.folder[..<$0]) } ?? ""
    for folder in [parent, place.folder] {
      let draft = RecordDraft.path(of: folder)
      guard system.isFolder(draft) else { continue }
      let record = draft + place.record.dropFirst(folder.count)
      try? system.remove(record)
      try? system.remove("\(record).new")
      system.removeFolder(draft + place.folder.dropFirst(folder.count))
      system.removeFolder(draft)
    }
  }

  private static func path(of folder: String) -> String { "\(folder).oceanid-setup" }
}
