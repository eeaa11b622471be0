internal import GuardAPI
package import Health

/// The round-trip times of a tunnel over a week, in slots of five minutes.
package struct RoundTripSeries: Hashable, Sendable {
  /// The round-trip times of five minutes.
  package struct Slot: Hashable, Sendable {
    /// The begin of the slot, a multiple of `RoundTripSeries.slot`.
    let at: Timestamp
    private(set) var least: Double
    private(set) var most: Double
    private(set) var mean: Double
    private var count: Int

    init(at: Timestamp, least: Double, most: Double, mean: Double, count: Int) {
      self.at = at
      self.least = least
      self.most = most
      self.mean = mean
      self.count = count
    }

    fileprivate mutating func add(_ milliseconds: Double) {
      least = min(least, milliseconds)
      most = max(most, milliseconds)
      mean += (milliseconds - mean) / Double(count + 1)
      count += 1
    }

    /// A line of the file: seconds since 1970, minimum, maximum, mean, count.
    fileprivate var line: String { "\(at.milliseconds / 1000) \(least) \(most) \(mean) \(count)\n" }

    fileprivate init?(line: Substring) {
      let words = line.split(separator: " ")
      guard words.count == 5, let seconds = Int64(words[0]), seconds > 0, seconds < 1 << 36,
        let count = Int(words[4]), count > 0, count < 1 << 32
      else { return nil }
      let figures = words[1...3].compactMap { Double($0) }
      guard figures.count == 3, figures.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
      self.init(
        at: Timestamp(seconds: seconds), least: figures[0], most: figures[1], mean: figures[2], count: count)
    }
  }

  /// The length of a slot.
  package static let slot: Duration = .seconds(300)
  /// The slots of a week.
  static let mostSlots = 2016

  /// Oldest first.
  package private(set) var slots: [Slot] = []

  package init() {}

  /// - Returns: true if a new slot began.
  package mutating func add(_ milliseconds: Double, at now: Timestamp) -> Bool {
    let length = RoundTripSeries.slot.inMilliseconds
    let begin = Timestamp(milliseconds: now.milliseconds / length * length)
    if let last = slots.indices.last, slots[last].at >= begin {
      slots[last].add(milliseconds)
      return false
    }
    slots.append(Slot(at: begin, least: milliseconds, most: milliseconds, mean: milliseconds, count: 1))
    slots.removeFirst(max(0, slots.count - RoundTripSeries.mostSlots))
    return true
  }

  // MARK: - File format

  /// The contents of the file.
  package var text: String { slots.map(\.line).joined() }

  /// Lines that can't be read are ignored.
  package init(text: String) {
    slots = text.split(separator: "\n").compactMap(Slot.init(line:)).sorted { $0.at < $1.at }.suffix(
      RoundTripSeries.mostSlots)
  }
}

extension RoundTripDocument {
  /// Converts a slot to the document.
  package init(_ slot: RoundTripSeries.Slot) {
    self.init(at: slot.at, leastMs: slot.least, mostMs: slot.most, meanMs: slot.mean)
  }
}
