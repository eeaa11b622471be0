internal import GuardAPI
package import Health

/// The round-trip times of a tunnel over a week, in slots of five minutes.
package struct RoundTripSeries: Hashable, Sendable {
  /// The round-trip times of five minutes.
  package struct Slot: Hashable, Sendable {
    /// The start of the slot, a multiple of `RoundTripSeries.slot`.
    let at: Timestamp
    private(set) var minimum: Double
    private(set) var maximum: Double
    private(set) var mean: Double
    private var count: Int

    init(at: Timestamp, minimum: Double, maximum: Double, mean: Double, count: Int) {
      self.at = at
      self.minimum = minimum
      self.maximum = maximum
      self.mean = mean
      self.count = count
    }

    fileprivate mutating func add(_ milliseconds: Double) {
      minimum = min(minimum, milliseconds)
      maximum = max(maximum, milliseconds)
      mean += (milliseconds - mean) / Double(count + 1)
      count += 1
    }

    /// A line of the file: seconds since 1970, minimum, maximum, mean, count.
    fileprivate var line: String { "\(at.milliseconds / 1000) \(minimum) \(maximum) \(mean) \(count)\n" }

    fileprivate init?(line: Substring) {
      let words = line.split(separator: " ")
      guard words.count == 5, let seconds = Int64(words[0]), seconds > 0, seconds < 1 << 36,
        let count = Int(words[4]), count > 0, count < 1 << 32
      else { return nil }
      let figures = words[1...3].compactMap { Double($0) }
      guard figures.count == 3, figures.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
      self.init(
        at: Timestamp(seconds: seconds), minimum: figures[0], maximum: figures[1], mean: figures[2],
        count: count)
    }
  }

  /// The length of a slot.
  package static let slot: Duration = .seconds(300)
  /// The slots of a week.
  static let maxSlots = 2016

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
    slots.append(Slot(at: begin, minimum: milliseconds, maximum: milliseconds, mean: milliseconds, count: 1))
    slots.removeFirst(max(0, slots.count - RoundTripSeries.maxSlots))
    return true
  }

  // MARK: - File format

  /// The contents of the file.
  package var text: String { slots.map(\.line).joined() }

  /// Lines that can't be read are ignored.
  package init(text: String) {
    slots = text.split(separator: "\n").compactMap(Slot.init(line:)).sorted { $0.at < $1.at }.suffix(
      RoundTripSeries.maxSlots)
  }
}

extension RoundTripDocument {
  /// Converts a slot to the document.
  package init(_ slot: RoundTripSeries.Slot) {
    self.init(at: slot.at, leastMs: slot.minimum, mostMs: slot.maximum, meanMs: slot.mean)
  }
}
