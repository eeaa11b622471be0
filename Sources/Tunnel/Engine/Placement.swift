/// Decides which session carries the next connection, and when to open a further one. Pure.
enum Placement {
  /// A session carries this many connections before another thread is useful.
  static let crowd = 16

  /// The session with the least bulk, then the fewest connections, then the lowest index; nil if all of them are stuck.
  ///
  /// - Parameter expectsBulk: bulk was seen recently, so the next connections may be bulk too and are spread evenly.
  static func choose(among loads: [SessionLoad.Reading], expectsBulk: Bool) -> Int? {
    let crowd = expectsBulk ? 1 : crowd
    return loads.indices.filter { !loads[$0].isStuck }
      .min {
        (loads[$0].bulk, loads[$0].clients / crowd, $0) < (loads[$1].bulk, loads[$1].clients / crowd, $1)
      }
  }

  /// True if a further session should be opened, so that one stays free of bulk for small requests. At most `limit`
  /// sessions may work, and at most twice as many may exist, including stuck ones.
  static func wantsAnother(_ loads: [SessionLoad.Reading], limit: Int) -> Bool {
    loads.allSatisfy(\.isBusy) && loads.count { !$0.isStuck } < limit
      && loads.count < 2 * limit
  }
}
