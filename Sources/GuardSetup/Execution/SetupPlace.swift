/// The path of a setup's record, and the setup's folders that do not exist yet.
package struct SetupPlace: Hashable, Sendable {
  /// The path of the manifest.
  let record: String
  /// Folders that do not exist yet, outermost first.
  var missingFolders: [String] = []
  /// Folders of the guard's state that do not exist yet.
  var missingStates: [String] = []

  static func own(_ facts: SetupFacts) -> SetupPlace {
    var place = own(facts.person)
    place.missingFolders = facts.missingFolders
    place.missingStates = facts.missingStates
    return place
  }

  static func own(_ person: Person) -> SetupPlace { SetupPlace(record: "\(person.folder)/setup.json") }

  static func machine(_ facts: MachineFacts) -> SetupPlace {
    var place = machine
    place.missingFolders = facts.missingFolders
    place.missingStates = facts.missingStates
    return place
  }

  static let machine = SetupPlace(record: "\(MachineFacts.folder)/setup.json")

  var folder: String { record.lastIndex(of: "/").map { String(record[..<$0]) } ?? "/" }
}
