package import GuardAPI
import GuardTypes
import Health

/// The problems of the chosen cluster that match the filter, and the selected one.
///
/// The first problem is selected until the user chooses one, so that a worse one that comes later is not scrolled away.
/// Then the selection follows the id of its problem. If a filter, a change or a restart of the guard removes that
/// problem, the nearest one is selected until it is back or the user moves.
package struct ProblemList: Hashable, Sendable {
  /// The problems of all clusters.
  private var all: [ProblemDocument] = []
  /// The listed problems.
  package private(set) var shown: [ProblemDocument] = []
  /// The number of problems without the filter.
  package private(set) var total = 0
  package private(set) var filter = ""
  /// nil for all clusters.
  package private(set) var cluster: String?
  /// The place of the selection in `shown`.
  package private(set) var index = 0
  /// The problem that the user has selected.
  private var wanted: String?
  /// The problem that is selected, in place of a missing `wanted`.
  private var current: String?

  package init() {}

  package var selected: ProblemDocument? { shown.indices.contains(index) ? shown[index] : nil }

  package mutating func update(_ problems: [ProblemDocument]) {
    all = problems
    refresh()
  }

  package mutating func match(_ filter: String) {
    self.filter = filter
    refresh()
  }

  package mutating func choose(cluster: String?) {
    self.cluster = cluster
    refresh()
  }

  mutating func move(_ movement: Movement) {
    select(at: movement.applied(to: index, last: shown.count - 1))
  }

  /// The user acts on the selected problem: it stays selected.
  mutating func keep() { select(at: index) }

  mutating func select(_ id: String) {
    if let place = shown.firstIndex(where: { $0.id == id }) { select(at: place) }
  }

  private mutating func select(at place: Int) {
    guard shown.indices.contains(place) else { return }
    index = place
    wanted = shown[place].id
    current = wanted
  }

  private mutating func refresh() {
    let own = cluster == nil ? all : all.filter { $0.cluster == cluster }
    total = own.count
    let words = filter.split(separator: " ")
    shown = words.isEmpty ? own : own.filter { problem in words.allSatisfy(problem.mentions) }
    let nearest = place(of: current) ?? min(index, max(0, shown.count - 1))
    index = wanted == nil ? 0 : place(of: wanted) ?? nearest
    current = selected?.id
  }

  private func place(of id: String?) -> Int? { shown.firstIndex { $0.id == id } }
}

extension ProblemDocument {
  /// True if one of its texts contains the word, or its severity begins with it: `cal` finds calypso and not each
  /// critical problem. As in a silence, `*` is any text, and case does not matter.
  fileprivate func mentions(_ word: Substring) -> Bool {
    [id, subject, title, detail, code].contains { Wildcard.matches("*\(word)*", $0) }
      || Wildcard.matches("\(word)*", severity.rawValue)
  }
}
