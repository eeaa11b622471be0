internal import CJournal
internal import Glibc

/// An open journal, read through libsystemd. Use it from one thread at a time; deinit closes it.
package final class JournalReader {
  /// An entry: its time, and the requested fields as far as they exist.
  package struct Entry: Hashable, Sendable {
    /// Microseconds since 1970, UTC.
    package let microseconds: UInt64
    package let fields: [String: String]
  }

  private let functions: oceanid_journal
  private let journal: OpaquePointer

  /// Opens the journal for the entries of a scope that match these field values. Values of the same field are
  /// alternatives.
  ///
  /// - Parameter matches: fields, and the values that entries must have in them.
  package init(
    _ scope: JournalScope, identifier: String, matches: [(name: String, value: String)] = []
  ) throws(JournalError) {
    try scope.checkAccess()
    let functions = try JournalLibrary.functions.get()
    var opened: OpaquePointer?
    let code =
      if case .folder(let path) = scope {
        functions.open_directory(&opened, path, 0)
      } else {
        functions.open(&opened, Int32(SD_JOURNAL_LOCAL_ONLY))
      }
    guard code >= 0, let opened else { throw .call("sd_journal_open", -code) }
    self.functions = functions
    self.journal = opened
    for match in scope.matches + ["SYSLOG_IDENTIFIER=\(identifier)"]
      + matches.map({ "\($0.name)=\($0.value)" })
    {
      // Matches of one field are combined with "or", those of different fields with "and" (sd_journal_add_match(3)).
      let code = functions.add_match(opened, match, 0)
      guard code >= 0 else { throw .call("sd_journal_add_match", -code) }
    }
  }

  deinit { functions.close(journal) }

  /// The newest entries of a time range, newest first.
  ///
  /// - Parameters:
  ///   - since: microseconds since 1970, inclusive.
  ///   - until: microseconds since 1970, exclusive; nil means now.
  ///   - names: the requested fields.
  ///   - required: entries without this field are skipped.
  package func entries(
    since: UInt64 = 0, until: UInt64? = nil, limit: Int, fields names: [String],
    requiring required: String? = nil
  ) throws(JournalError) -> [Entry] {
    try check(
      "sd_journal_seek",
      until.map { functions.seek_realtime_usec(journal, $0) } ?? functions.seek_tail(journal))
    var entries: [Entry] = []
    while entries.count < limit, try step("sd_journal_previous", functions.previous(journal)) {
      guard let entry = try current(names) else { continue }
      if let until, entry.microseconds >= until { continue }
      if entry.microseconds < since { break }
      if let required, entry.fields[required] == nil { continue }
      entries.append(entry)
    }
    return entries
  }

  /// The time of the oldest entry that has this field, in microseconds since 1970; nil if there is none.
  package func oldest(requiring required: String) throws(JournalError) -> UInt64? {
    try check("sd_journal_seek", functions.seek_realtime_usec(journal, 0))
    while try step("sd_journal_next", functions.next(journal)) {
      if let entry = try current([required]), entry.fields[required] != nil { return entry.microseconds }
    }
    return nil
  }

  /// The entries after a time, oldest first.
  package func entries(after moment: UInt64, fields names: [String]) throws(JournalError) -> [Entry] {
    try check("sd_journal_seek", functions.seek_realtime_usec(journal, moment + 1))
    var entries: [Entry] = []
    while try step("sd_journal_next", functions.next(journal)) {
      if let entry = try current(names), entry.microseconds > moment { entries.append(entry) }
    }
    return entries
  }

  /// Waits until the journal changes or the time has passed. Blocks the thread.
  package func wait(atMost microseconds: UInt64) throws(JournalError) {
    try check("sd_journal_wait", functions.wait(journal, microseconds))
  }

  /// nil for an entry that is damaged or was vacuumed in the meantime.
  private func current(_ names: [String]) throws(JournalError) -> Entry? {
    var microseconds: UInt64 = 0
    guard functions.get_realtime_usec(journal, &microseconds) >= 0 else { return nil }
    var fields: [String: String] = [:]
    for name in names {
      var data: UnsafeRawPointer?
      var length = 0
      guard functions.get_data(journal, name, &data, &length) >= 0, let data else { continue }
      // The data has the form `NAME=value`.
      let bytes = UnsafeRawBufferPointer(start: data, count: length).dropFirst(name.utf8.count + 1)
      fields[name] = String(decoding: bytes, as: UTF8.self)
    }
    return Entry(microseconds: microseconds, fields: fields)
  }

  private func step(_ name: String, _ code: Int32) throws(JournalError) -> Bool {
    // A damaged entry does not end the iteration.
    if code == -EBADMSG { return true }
    try check(name, code)
    return code > 0
  }

  private func check(_ name: String, _ code: Int32) throws(JournalError) {
    guard code >= 0 else { throw .call(name, -code) }
  }
}
