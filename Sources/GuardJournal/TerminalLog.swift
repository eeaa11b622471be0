internal import Glibc
internal import GuardAPI
internal import Health
internal import Systemd

/// Writes records as readable text on standard error: one line per record, and another for its remedy.
struct TerminalLog: LogDestination {
  /// Less urgent entries are not written.
  let threshold: Priority
  let isColored: Bool

  init(threshold: Priority) {
    // https://no-color.org: any value that is not empty counts.
    let refusesColor = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    self.init(threshold: threshold, isColored: isatty(STDERR_FILENO) == 1 && !refusesColor)
  }

  init(threshold: Priority, isColored: Bool) {
    self.threshold = threshold
    self.isColored = isColored
  }

  func write(_ record: LogRecord, at moment: Timestamp) {
    guard record.priority <= threshold else { return }
    var text = text(record, at: moment)
    // Write the whole text at once, so that lines of several threads do not mix.
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)[...]
      while !rest.isEmpty {
        let written = Glibc.write(
          STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
      }
    }
  }

  func text(_ record: LogRecord, at moment: Timestamp) -> String {
    var line = "\(moment) \(paint(record.priority.label, record.priority.color)) "
    line += record.event.map { "\($0.name): " } ?? ""
    line += record.message.limited(to: 4096).escaped
    var facts: [String] = []
    func add(_ name: String, _ value: String?) {
      guard let value, !value.isEmpty else { return }
      let plain = value.limited(to: 256).escaped
      facts.append(plain.contains(" ") ? "\(name)=\"\(plain)\"" : "\(name)=\(plain)")
    }
    add("cluster", record.cluster)
    add("subject", record.subject)
    add("from", record.from)
    add("to", record.to)
    add("reason", record.reason)
    add("incident", record.incident)
    for (field, value) in record.extra.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      add(field.rawValue.dropFirst(JournalField.prefix.count).lowercased(), value)
    }
    if !facts.isEmpty { line += paint(" [\(facts.joined(separator: " "))]", .dim) }
    line += "\n"
    if let remedy = record.remedy, !remedy.isEmpty {
      line += "    what to do: \(remedy.limited(to: 1024).escaped)\n"
    }
    return line
  }

  private func paint(_ text: String, _ color: Color) -> String {
    isColored && color != .none ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// Select Graphic Rendition parameters (ECMA-48 §8.3.117).
private enum Color: String {
  case none = ""
  case dim = "2"
  case red = "31"
  case redBold = "1;31"
  case yellow = "33"
  case bold = "1"
}

extension Priority {
  /// The name from syslog.conf, padded to at least five columns.
  fileprivate var label: String {
    switch self {
    case .emergency: "emerg"
    case .alert: "alert"
    case .critical: "crit "
    case .error: "error"
    case .warning: "warn "
    case .notice: "note "
    case .info: "info "
    case .debug: "debug"
    }
  }

  fileprivate var color: Color {
    switch self {
    case .emergency, .alert, .critical: .redBold
    case .error: .red
    case .warning: .yellow
    case .notice: .bold
    case .info: .none
    case .debug: .dim
    }
  }
}
