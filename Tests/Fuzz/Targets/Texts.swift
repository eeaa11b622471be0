internal import GuardTypes
internal import Redaction

@testable internal import GuardClient
@testable internal import GuardConfiguration
@testable internal import GuardTerminal
@testable internal import Health
@testable internal import Kubernetes
@testable internal import Tunnel

extension FuzzTarget {
  /// Times, durations, sizes and addresses: a value is the same after it is printed and parsed.
  static let texts = FuzzTarget("texts") { bytes in
    let text = String(foreign: bytes)
    if let moment = Timestamp(rfc3339: text) {
      try hold(Timestamp(rfc3339: "\(moment)") == moment, "\(moment)")
    }
    if let moment = Timestamp(httpDate: text) {
      try hold(Timestamp(rfc3339: "\(moment)") == moment, "\(moment)")
    }
    if let duration = Duration(go: text) { _ = duration.humanDuration + duration.exact }
    if let duration = Duration(configuration: text) {
      try hold(Duration(configuration: duration.configurationText) == duration, "\(duration)")
    }
    if let size = ByteSize(configuration: text) {
      try hold(ByteSize(configuration: size.configurationText) == size, "\(size)")
    }
    let now = Timestamp(seconds: 1_772_339_047)
    if let moment = TimeArgument(argument: text) { _ = moment.timestamp(now: now) }
    if let place = HostPort(text) { try hold(HostPort("\(place)") == place, "\(place)") }
    if let address = try? WebAddress(text) {
      try hold(try WebAddress(address.url) == address, "reads as something else")
      _ = (address.leaf, address.isLoopback, address.exposure(isInsecure: false))
    }
    if let jump = JumpHost(text) { try hold(JumpHost("\(jump)") == jump, "\(jump)") }
    if let server = Kubeconfig.Server(url: text) {
      try hold(server.port > 0 && !server.host.isEmpty, "\(server)")
    }
    let shown = redacted(text)
    try hold(shown.unicodeScalars.count <= 1200, "\(shown.unicodeScalars.count) characters")
    try hold(text.singleLine.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "a control character")
    _ = text.displayWidth
  }

  /// A pattern and a text, separated by a line feed.
  static let patterns = FuzzTarget("patterns") { bytes in
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    let (pattern, text) = (String(foreign: parts[0]), String(foreign: parts.count > 1 ? parts[1] : []))
    let silenced = Wildcard.matches(pattern, text)
    let globbed = Glob.matches(pattern, text)
    let globbedSmall = Glob.matches(small(pattern), small(text))
    if !pattern.contains("?") {
      try hold(silenced == globbedSmall, "two opinions: \(silenced), \(globbedSmall)")
    }
    // Each further star multiplies the time of the simple matcher.
    guard pattern.utf8.count <= 12, text.utf8.count <= 24, pattern.utf8.count(where: { $0 == 0x2A }) <= 4
    else {
      return
    }
    let meant = matches(Array(pattern.utf8)[...], Array(text.utf8)[...])
    try hold(globbed == meant, "\(globbed) instead of \(meant)")
  }

  /// A silence ignores case.
  private static func small(_ text: String) -> String {
    String(decoding: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// The definition in ssh_config(5), without regard to running time.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    if first == UInt8(ascii: "*") {
      return (0...text.count).contains { matches(rest, text.dropFirst($0)) }
    }
    guard let character = text.first, first == UInt8(ascii: "?") || first == character else { return false }
    return matches(rest, text.dropFirst())
  }
}
