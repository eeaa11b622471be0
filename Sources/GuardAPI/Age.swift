extension Duration {
  /// An age as `kubectl` prints it: `47s`, `5m12s`, `93m`, `7h30m`, `31h`, `5d3h`, `412d`, `3y40d`.
  ///
  /// The steps are those of k8s.io/apimachinery pkg/util/duration HumanDuration.
  package var asAge: String {
    let seconds = max(0, components.seconds)
    let (minutes, hours) = (seconds / 60, seconds / 3600)
    let (days, years) = (hours / 24, hours / 24 / 365)
    func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
      small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
    }
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    if days < 8 { return pair(days, "d", hours % 24, "h") }
    if years < 2 { return "\(days)d" }
    if years < 8 { return pair(years, "y", days % 365, "d") }
    return "\(years)y"
  }
}
