/// The path of a setup's record, and the setup's folders that do not exist yet.
package struct SetupPlace: Hashable, Sendable {
  /// The path of the manifest.
  let record: String
  /// Folders that do not exist yet, outermost first.
  var missingFolders: [String] = []
  var states: [StateFolderFacts] = []
  /// Existing folders that systemctl(1) removes when they are empty.
  var keptFolders: [String] = []

  static func own(_ facts: SetupFacts) -> SetupPlace {
    var place = own(facts.person)
    place.missingFolders = facts.missingFolders
    place.states = facts.states
    place.keptFolders = facts.keptFolders
    return place
  }

  static func own(_ person: SetupUser) -> SetupPlace { SetupPlace(record: "\(person.folder)/setup.json") }

  static func machine(_ facts: MachineFacts) -> SetupPlace {
    var place = machine
    place.missingFolders = facts.missingFolders
    place.states = facts.states
    return place
  }

  static let machine = SetupPlace(record: "\(MachineFacts.folder)/setup.json")

  /// The outermost folder that has to be created for the record; nil if there is none.
  var newFolder: String? { missingFolders.first { folder == $0 || folder.hasPrefix("\($0)/") } }

  var folder: String { record.lastIndex(of: "/").map { String(record[..<$0]) } ?? "/" }
}
