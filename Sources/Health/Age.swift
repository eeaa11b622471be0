extension Duration {
  /// How long, as kubectl prints an age (apimachinery's duration.HumanDuration): `47s`, `5m3s`, `3h`, `2d4h`, `1y20d`.
  public var humanDuration: String {
    let seconds = components.seconds
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    func pair(_ whole: Int64, _ unit: String, _ part: Int64, _ smaller: String) -> String {
      part == 0 ? "\(whole)\(unit)" : "\(whole)\(unit)\(part)\(smaller)"
    }
    let minutes = seconds / 60
    let hours = minutes / 60
    let days = hours / 24
    let years = days / 365
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if hours < 3 { return "\(minutes)m" }
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    if days < 8 { return pair(days, "d", hours % 24, "h") }
    if years < 2 { return "\(days)d" }
    if years < 8 { return pair(years, "y", days % 365, "d") }
    return "\(years)y"
  }
}
