/// Decides which session carries the next connection, and when a further one is opened. Pure.
enum Placement {
  /// A session takes this many connections before another thread is worth using.
  static let crowd = 16

  /// The session with the least bulk, then the fewest connections, then the earliest; nil where each waits for an
  /// answer that does not come.
  ///
  /// - Parameter expectsBulk: bulk was seen recently, so the next connections may be bulk too: spread them evenly.
  static func choose(among loads: [SessionLoad.Reading], expectsBulk: Bool) -> Int? {
    let crowd = expectsBulk ? 1 : crowd
    return loads.indices.filter { !loads[$0].isStuck }
      .min {
        (loads[$0].bulk, loads[$0].clients / crowd, $0) < (loads[$1].bulk, loads[$1].clients / crowd, $1)
      }
  }

  /// One session is kept free of bulk for small requests while bulk runs, up to `limit` sessions. One that is
  /// stuck does not count, up to as many again.
  static func wantsAnother(_ loads: [SessionLoad.Reading], limit: Int) -> Bool {
    loads.allSatisfy(\.isBusy) && loads.count { !$0.isStuck } < limit
      && loads.count < 2 * limit
  }
}
