internal import Glibc
internal import GuardAPI
package import Health
package import Platform

/// The resources that the guard uses. They have the guard's prefix, because the standard names (`process_…`)
/// would clash with node_exporter's own, which would then reject the whole textfile.
package enum OwnFamilies {
  /// The families for this process.
  ///
  /// - Parameter seconds: the time of these metrics, since 1970. A textfile outlives the guard, so only this
  ///   time shows that the other samples are old.
  package static func families(
    at seconds: Double, _ process: ProcessUse?, firing: [Problem.Severity: Int], configurationIsRejected: Bool
  )
    -> [MetricFamily]
  {
    var build = MetricFamily("oceanid_build", .info, "The version of the guard.")
    build.add(1, ["version": Product.version])
    var incidents = MetricFamily(
      "oceanid_incidents_firing", .gauge, "Open incidents that have been notified.")
    for severity in Problem.Severity.allCases {
      incidents.add(firing[severity] ?? 0, ["severity": severity.rawValue])
    }
    var rejected = MetricFamily(
      "oceanid_configuration_rejected", .gauge,
      "1 while the configuration file has errors and an older version is in force.")
    rejected.add(configurationIsRejected)
    func gauge(_ name: String, _ help: String, _ value: Double?) -> MetricFamily {
      var family = MetricFamily(name, .gauge, help)
      family.add(value)
      return family
    }
    var cpu = MetricFamily("oceanid_process_cpu_seconds", .counter, "User and system time.")
    cpu.add(process?.cpuSeconds)
    return [
      gauge("oceanid_metrics_timestamp_seconds", "When the guard made these metrics, since 1970.", seconds),
      build, incidents, rejected, cpu,
      gauge(
        "oceanid_process_resident_memory_bytes", "Resident memory.", process.map { Double($0.residentBytes) }),
      gauge("oceanid_process_open_fds", "Open file descriptors.", process.map { Double($0.openDescriptors) }),
      gauge(
        "oceanid_process_max_fds", "Maximum number of file descriptors.",
        process.map { Double($0.maxDescriptors) }),
      gauge("oceanid_process_threads", "Threads.", process.map { Double($0.threads) }),
      gauge(
        "oceanid_process_start_time_seconds", "When the process started, since 1970.", process?.startedAt),
    ]
  }
}
