internal import Synchronization

/// Stores equal texts once: the reasons, messages and versions of thousands of objects, over all polls and clusters.
/// Thread-safe.
///
/// The size is bounded. When a generation is full, the texts that were not used during it are dropped.
enum SharedTexts {
  /// Shorter strings need no memory of their own.
  private static let shortest = 16
  /// Longer texts are rarely equal.
  private static let longest = 256
  /// The number of texts of a generation.
  static let textLimit = 2048

  private struct Generations {
    var current: Set<String> = []
    var former: Set<String> = []
  }

  private static let generations = Mutex(Generations())

  static func shared(_ text: String) -> String {
    guard (shortest...longest).contains(text.utf8.count) else { return text }
    return generations.withLock { generations in
      if let index = generations.current.firstIndex(of: text) { return generations.current[index] }
      let stored = generations.former.firstIndex(of: text).map { generations.former[$0] } ?? text
      if generations.current.count >= textLimit {
        generations.former = generations.current
        generations.current.removeAll(keepingCapacity: true)
      }
      generations.current.insert(stored)
      return stored
    }
  }
}

extension String {
  /// The same text, which shares its memory with equal ones.
  var shared: String { SharedTexts.shared(self) }
}
