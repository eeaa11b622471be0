/// The user ids that users may give to processes in their containers: the ranges of subuid(5).
package struct SubordinateUsers: Hashable, Sendable {
  fileprivate struct Range: Hashable, Sendable {
    let owner: UInt32
    let ids: ClosedRange<UInt32>
  }

  /// Ids below are those of system users and of accounts. A range may contain them: LXD lets root map the id of an
  /// account into a container with `root:1000:1`. Their processes still are those of the account.
  package static let firstID: UInt32 = 65_536
  /// The number of ranges that are read. shadow gives each user one.
  package static let rangeLimit = 16_384

  private let ranges: [Range]

  /// - Parameters:
  ///   - subuid: lines `OWNER:FIRST:COUNT`, where the owner is a name or a user id. Like shadow
  ///     (lib/subordinateio.c), it skips lines that have another form.
  ///   - passwd: lines in passwd(5) format, for the names of owners.
  package init(subuid: String, passwd: String) {
    var users: [Substring: UInt32] = [:]
    for line in passwd.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      // The first of several lines with the same name is the valid one.
      if fields.count >= 3, let uid = UInt32(fields[2]), users[fields[0]] == nil { users[fields[0]] = uid }
    }
    ranges = subuid.split(separator: "\n").compactMap { Range($0, users) }.prefix(SubordinateUsers.rangeLimit)
      .map(\.self)
  }

  /// The user whose processes have this id in a container; nil if no range contains it. If several do, the first one
  /// counts.
  package func owner(of uid: UInt32) -> UInt32? {
    guard uid >= SubordinateUsers.firstID else { return nil }
    return ranges.first { $0.ids.contains(uid) }?.owner
  }
}

extension SubordinateUsers.Range {
  fileprivate init?(_ line: Substring, _ users: [Substring: UInt32]) {
    let fields = line.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count == 3, !fields[0].isEmpty, let first = UInt32(fields[1]), let count = UInt32(fields[2]),
      count > 0, let owner = users[fields[0]] ?? UInt32(fields[0])
    else { return nil }
    let (last, isTooLarge) = first.addingReportingOverflow(count - 1)
    self.init(owner: owner, ids: first...(isTooLarge ? .max : last))
  }
}
