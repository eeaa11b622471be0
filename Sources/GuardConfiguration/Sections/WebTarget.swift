/// A receiver of alerts over HTTP.
package struct WebTarget: Hashable, Sendable {
  /// The address.
  package var location: WebLocation
  /// Login and trust.
  package var access = WebAccess()

  package init(location: WebLocation, access: WebAccess = WebAccess()) {
    self.location = location
    self.access = access
  }
}

extension WebTarget {
  /// The keys of every channel that sends over HTTP to one address.
  static var keys: [ConfigurationKey<WebTarget>] {
    [
      .init(
        "url", \.location, .webAddress(isPathShown: false), missing: "'url' is missing",
        "The address that alerts are sent to.")
    ] + WebAccess.keys.map { $0.lifted(to: \.access) }
  }

  /// Of a section without any key.
  static var empty: WebTarget { WebTarget(location: .secret(.file(""))) }

  func check(_ section: ConfigurationReader.Section, _ reader: inout ConfigurationReader) -> Bool {
    guard access.check(section, &reader), let node = section.values["url"] else { return false }
    return access.check(location, "url", node, &reader)
  }
}
