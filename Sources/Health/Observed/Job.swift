/// A Job: pods that run to completion.
public struct Job: Hashable, Sendable {
  public let resource: Resource
  public let isSuspended: Bool
  public let startTime: Timestamp?
  /// The CronJob that created it.
  public let cronJob: Reference?
  public let images: [String]
  /// The Kustomization or HelmRelease that applied it, from its labels.
  public let manager: Reference?

  public init(
    resource: Resource, isSuspended: Bool = false, startTime: Timestamp? = nil, cronJob: Reference? = nil,
    images: [String] = [], manager: Reference? = nil
  ) {
    self.resource = resource
    self.isSuspended = isSuspended
    self.startTime = startTime
    self.cronJob = cronJob
    self.images = images
    self.manager = manager
  }

  /// The condition of a failed Job.
  var failure: Condition? { ended("Failed") }
  var completion: Condition? { ended("Complete") }

  private func ended(_ type: String) -> Condition? {
    resource.conditions.first { $0.type == type && $0.status == .isTrue }
  }
}

/// A CronJob, which creates Jobs on a schedule.
public struct CronJob: Hashable, Sendable {
  public let resource: Resource
  public let isSuspended: Bool
  public let lastSuccessfulTime: Timestamp?
  public let images: [String]
  /// The Kustomization or HelmRelease that applied it, from its labels.
  public let manager: Reference?

  public init(
    resource: Resource, isSuspended: Bool = false, lastSuccessfulTime: Timestamp? = nil,
    images: [String] = [],
    manager: Reference? = nil
  ) {
    self.resource = resource
    self.isSuspended = isSuspended
    self.lastSuccessfulTime = lastSuccessfulTime
    self.images = images
    self.manager = manager
  }
}
