/// A page of the manual: an embedded mdoc(7) file, which the package also installs. The raw value is its file
/// name.
enum ManualPage: String, CaseIterable {
  case client = "oceanid-ctl.1"
  case configuration = "oceanid-guard.yaml.5"
  // Before section 7, because 'oceanid-guard' without a section means the program.
  case daemon = "oceanid-guard.8"
  case reports = "oceanid-guard.7"

  /// The page of that name, with or without its section.
  init?(named name: String) {
    guard let page = Self.allCases.first(where: { $0.rawValue == name || $0.name == name }) else {
      return nil
    }
    self = page
  }

  /// The name without the section: `oceanid-ctl`.
  private var name: String { String(rawValue.dropLast(2)) }

  /// The mdoc source.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  private var bytes: [UInt8] {
    switch self {
    case .client: PackageResources.oceanid_ctl_1
    case .configuration: PackageResources.oceanid_guard_yaml_5
    case .daemon: PackageResources.oceanid_guard_8
    case .reports: PackageResources.oceanid_guard_7
    }
  }
}
