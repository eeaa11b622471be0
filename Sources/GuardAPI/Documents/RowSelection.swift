internal import GuardTypes
internal import Health

/// Chooses the objects of one list that a document contains. The causes of problems come first, in the order of the
/// problems, then other objects that are not healthy. The chosen rows stay in the order of the list.
struct RowSelection<Item, Row: DocumentRow> {
  private let items: [Item]
  private let make: (Item) -> Row
  /// The indices of `items`, the most important first; nil if that is their own order.
  private let order: [Int]?
  /// The number of items that are not healthy, which come first.
  private let urgent: Int
  private var next = 0
  private var chosen: [(index: Int, row: Row)] = []

  /// - Parameters:
  ///   - rank: the lowest is the most important; nil if all items may fit.
  ///   - calm: the rank from which on items are healthy.
  init(_ items: [Item], rank: ((Item) -> Int)?, calm: Int, _ make: @escaping (Item) -> Row) {
    self.items = items
    self.make = make
    guard let rank else {
      (order, urgent) = (nil, items.count)
      return
    }
    let ranks = items.map(rank)
    order = items.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    urgent = ranks.count { $0 < calm }
  }

  /// Adds rows while they fit. A row that does not fit with its long texts is tried with short ones.
  ///
  /// - Parameters:
  ///   - bytes: what is left for rows.
  ///   - texts: what is left for long texts.
  ///   - isUrgent: true to add only items that are not healthy.
  mutating func fill(_ bytes: inout Int, _ texts: inout TextBudget, isUrgent: Bool) {
    let end = isUrgent ? urgent : items.count
    while next < end {
      let index = order?[next] ?? next
      var (row, left) = (make(items[index]), texts)
      row.shorten(&left)
      if row.size > bytes {
        var none = TextBudget(bytes: 0)
        (row, left) = (make(items[index]), texts)
        row.shorten(&none)
        left.add(shortened: none.shortened)
      }
      guard row.size <= bytes else { return }
      bytes -= row.size
      texts = left
      chosen.append((index, row))
      next += 1
    }
  }

  var isComplete: Bool { next == items.count }

  var rows: [Row] { order == nil ? chosen.map(\.row) : chosen.sorted { $0.index < $1.index }.map(\.row) }

  /// nil if the list is complete.
  ///
  /// - Parameter count: adds an omitted item to the counts.
  func omitted(_ count: (Item, inout OmittedRowsDocument) -> Void) -> OmittedRowsDocument? {
    guard !isComplete else { return nil }
    var omitted = OmittedRowsDocument(total: items.count, count: items.count - next)
    for place in next..<items.count { count(items[order?[place] ?? place], &omitted) }
    return omitted
  }
}
