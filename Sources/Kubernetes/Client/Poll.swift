internal import Curl
internal import GuardTypes
internal import Health
internal import Platform

/// The state of one poll. Pure: responses are inputs, requests are the output.
struct Poll {
  private let kubeconfig: Kubeconfig
  private let limits: PollLimits
  private let secretNames: [Expectations.Name]

  // The queries by the tags of their requests.
  private var queries: [Query] = []
  // Number of retries per query.
  private var repetitions: [Query: Int] = [:]
  /// Retry-After deadlines of the server, by path.
  private(set) var retryDelays: [String: RetryDelay]
  private let deadline: ContinuousClock.Instant
  private var pathPrefix: String { kubeconfig.server.pathPrefix }

  private(set) var listings: [String: Listing] = [:]
  private(set) var version: String?
  private(set) var isReady: Bool?
  /// Names of failed /readyz checks.
  private(set) var failedChecks: [String] = []
  /// Failed requests about the server itself, by the information that is missing without them.
  private(set) var gaps: [String: PollFailure] = [:]
  private(set) var serverTime: Timestamp?
  /// When the server's certificate expires; nil if this poll opened no connection.
  private(set) var serverCertificateExpiry: Timestamp?
  /// nil if this poll has not asked, or may not.
  private(set) var certificateWarnings: [NodeCertificateWarning]?
  private(set) var secrets: [Expectations.Name: Result<Bool, PollFailure>] = [:]
  /// Secrets that the cache of the server does not have.
  private(set) var secretsMissingFromCache: Set<Expectations.Name> = []

  /// The cached or new discovery result.
  private(set) var discovery: Discovery?
  private(set) var discoveryFailure: PollFailure?
  /// True if this poll ran discovery and the result may be cached.
  private(set) var hasDiscovered = false
  /// True if a kind from discovery was not found.
  private(set) var isDiscoveryOutdated = false
  /// True if this poll requested the server's kinds and received them.
  private(set) var hasReadDiscovery = false
  /// The assumption about each kind.
  var known: KnownKinds
  /// Kinds that this poll did not find.
  var missing: Set<String> = []
  private var groups: [Discovery.Group] = []
  private var groupFailures: [String: PollFailure] = [:]
  private var groupVersionsDue = 0

  /// True if any request was answered, with any status.
  private(set) var hasAnswer = false
  /// The most specific failure. When TLS fails, some connections only report a reset, because the peer's alert and our
  /// next bytes cross.
  private(set) var specificFailure: PollFailure?
  private var closed = 0
  /// True if connections were opened and closed without a response, and no failure explains why.
  var isCutOff: Bool { closed > 0 && specificFailure == nil }

  init(
    kubeconfig: Kubeconfig, limits: PollLimits, secrets: [Expectations.Name], discovery: DiscoveryState,
    retryDelays: [String: RetryDelay], deadline: ContinuousClock.Instant
  ) {
    self.retryDelays = retryDelays.filter { $0.value.until > .now }
    self.deadline = deadline
    self.kubeconfig = kubeconfig
    self.limits = limits
    self.secretNames = secrets
    self.discovery = discovery.discovery
    self.known = discovery.kinds
  }

  /// - Parameter isFresh: the cached discovery is still valid, so it is not requested.
  mutating func firstRequests(isDiscoveryFresh isFresh: Bool) -> [Request] {
    var requests = [makeRequest(.version, "/version"), makeReadinessRequest()]
    if !isFresh {
      requests.append(makeRequest(.groups, "/apis", accept: Discovery.accept, ifNoneMatch: discovery?.etag))
      // Certificates change slowly, so that this request is as rare as discovery.
      requests.append(makeRequest(.certificateEvents, Poll.certificateEvents))
    }
    for kind in Kind.builtIn {
      requests.append(list(Listing(ServedKind(kind, "v1"))))
    }
    for name in Set(secretNames) {
      // resourceVersion=0 reads from the server's cache: checking that a Secret exists needs no etcd quorum. Lists do
      // not use it, because cached lists may be old and older servers then ignore `limit`.
      requests.append(
        makeRequest(.secret(name), path(ofSecret: name) + "?resourceVersion=0", accept: Poll.metadata))
    }
    if isFresh { requests += listDiscovered() }
    return admitted(requests)
  }

  private static let certificateEvents =
    "/api/v1/events?fieldSelector=reason%3DCertificateExpirationWarning&limit=100"

  // No fallback type: a server that cannot omit the values must return 406.
  private static let metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

  private func path(ofSecret name: Expectations.Name) -> String {
    "/api/v1/namespaces/\(name.namespace.percentEncoded)/secrets/\(name.name.percentEncoded)"
  }

  /// The request to send when no request was answered.
  mutating func diagnosis() -> Request { makeRequest(.version, "/version") }

  /// Handles one response or its failure and returns the requests to send next.
  mutating func receive(_ request: Request, _ result: Result<Response, CurlError>) -> [Request] {
    guard queries.indices.contains(request.tag) else { return [] }
    let query = queries[request.tag]
    switch result {
    case .success(let response):
      hasAnswer = true
      if let date = response.date.flatMap({ Timestamp(httpDate: $0) }) {
        serverTime = max(serverTime ?? date, date)
      }
      if let certificate = response.serverCertificate {
        serverCertificateExpiry = X509Validity(pem: certificate)?.notAfter
      }
      if let again = repeated(query, request, after: response) { return [again] }
      return admitted(receive(query, response, request.sink as? ListReader))
    case .failure(let error):
      if error.code == .closed || error.code == .invalidResponse, let again = repeated(query, request) {
        return [again]
      }
      if error.code == .closed { closed += 1 }
      var failure = PollFailure(
        error, asking: subject(of: query), of: kubeconfig,
        hasBegun: (request.sink as? ListReader)?.hasBegun ?? false)
      if let fault = (request.sink as? ListReader)?.fault {
        failure = PollFailure(fault, asking: subject(of: query), of: kubeconfig)
        hasAnswer = true
      }
      if failure.code == .tls || failure.code == .kubeconfig { specificFailure = failure }
      return admitted(fail(query, failure))
    }
  }

  // MARK: Requests again

  /// Retries a request once if its connection was closed. A kept-alive connection may close just when it is used, and a
  /// restarting server closes all of them. For some ends of an HTTP/2 connection, libcurl has the code of invalid frames.
  /// Repeating a GET is safe.
  private mutating func repeated(_ query: Query, _ request: Request) -> Request? {
    guard repetitions[query, default: 0] < 1 else { return nil }
    return again(query, request)
  }

  /// Retries after the delay that the server requested. If it ends after this poll, a later poll waits for it.
  private mutating func repeated(_ query: Query, _ request: Request, after response: Response)
    -> Request?
  {
    guard let delay = RetryDelay.requested(by: response) else { return nil }
    let until = ContinuousClock.now + delay
    guard until < deadline, repetitions[query, default: 0] < limits.repetitions else {
      if let failure = PollFailure(response, asking: subject(of: query), of: kubeconfig) {
        retryDelays[request.path.withoutQuery] = RetryDelay(until: until, failure: failure)
      }
      return nil
    }
    return again(query, request, notBefore: until)
  }

  private mutating func again(
    _ query: Query, _ request: Request, notBefore: ContinuousClock.Instant? = nil
  ) -> Request {
    repetitions[query, default: 0] += 1
    queries.append(query)
    return Request(
      tag: queries.count - 1, path: request.path, accept: request.accept,
      ifNoneMatch: request.ifNoneMatch, notBefore: notBefore,
      sink: reader(for: query))
  }

  /// Removes requests whose Retry-After delay has not passed; they fail for now.
  private mutating func admitted(_ requests: [Request]) -> [Request] {
    var admitted: [Request] = []
    for request in requests {
      if let delay = retryDelays[request.path.withoutQuery], queries.indices.contains(request.tag),
        delay.until > .now
      {
        admitted += self.admitted(fail(queries[request.tag], delay.failure))
      } else {
        admitted.append(request)
      }
    }
    return admitted
  }

  // MARK: Requests

  private mutating func makeRequest(
    _ query: Query, _ path: String, accept: String = "application/json", ifNoneMatch: String? = nil
  ) -> Request {
    queries.append(query)
    return Request(
      tag: queries.count - 1, path: pathPrefix + path, accept: accept, ifNoneMatch: ifNoneMatch,
      sink: reader(for: query))
  }

  private func reader(for query: Query) -> ListReader? {
    guard case .list(let kind) = query else { return nil }
    return listings[kind]?.reader(limits: limits)
  }

  private mutating func list(_ listing: Listing) -> Request {
    let name = listing.served.kind.name
    listings[name] = listing
    return makeRequest(.list(kind: name), listing.path(limits: limits))
  }

  private mutating func listDiscovered() -> [Request] {
    var requests: [Request] = []
    guard let discovery else { return [] }
    for served in discovery.kinds + unnamedKinds(in: discovery) { requests.append(list(Listing(served))) }
    return requests
  }

  private func subject(of query: Query) -> Subject {
    switch query {
    case .version: Subject(path: "/version")
    case .readiness, .readinessChecks: Subject(path: "/readyz")
    case .groups: Subject(path: "/apis")
    case .certificateEvents: Subject(path: Poll.certificateEvents)
    case .resources(let group, let version): Subject(path: "/apis/\(group)/\(version)")
    case .list(let kind): listings[kind]?.subject ?? Subject(path: kind)
    case .secret(let name), .uncachedSecret(let name): Subject(secret: name)
    }
  }

  // MARK: Answers

  private mutating func receive(
    _ query: Query, _ response: Response, _ reader: ListReader?
  ) -> [Request] {
    let subject = subject(of: query)
    switch query {
    case .version:
      if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
        return fail(query, failure)
      }
      version = (try? JSONDocument.decode(response.body, as: Fields.self))?.word("gitVersion")
      return []
    case .readiness:
      // 500 returns the names of the failed checks; the body of a 200 is "ok".
      if response.status == 200 || (500...599).contains(response.status) {
        // If a kind is missing, readiness is requested twice; report one refusal only.
        guard response.status != 200 else {
          isReady = isReady ?? true
          return []
        }
        isReady = false
        failedChecks = response.failedChecks
        // A proxy in front of the server may withhold the details.
        guard failedChecks.isEmpty else { return [] }
        return [makeRequest(.readinessChecks, "/readyz?verbose", accept: "*/*")]
      } else if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
        return fail(query, failure)
      }
      return []
    case .readinessChecks:
      failedChecks = response.failedChecks
      return []
    case .certificateEvents:
      certificateWarnings = NodeCertificateWarning.list(response)
      return []
    case .list(let kind):
      let (kubeconfig, limits) = (kubeconfig, limits)
      guard let reader else { return [] }
      guard let next = listings[kind]?.receive(response, reader, of: kubeconfig, limits: limits) else {
        if listings[kind]?.isLost == true { isDiscoveryOutdated = true }
        return []
      }
      return [makeRequest(query, next)]
    case .secret(let name) where response.status == 404:
      // The cache may stay out of date forever (kine#770); only etcd can confirm that the Secret is missing.
      secretsMissingFromCache.insert(name)
      return [makeRequest(.uncachedSecret(name), path(ofSecret: name), accept: Poll.metadata)]
    case .secret(let name), .uncachedSecret(let name):
      receive(secret: name, response, subject)
      return []
    case .groups where response.status == 304 && discovery != nil:
      (hasDiscovered, hasReadDiscovery) = (true, true)
      return listDiscovered()
    case .groups, .resources:
      if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
        return fail(query, failure)
      }
      do throws(JSONDocument.Fault) {
        return try receive(discovery: query, response)
      } catch {
        return fail(query, PollFailure(error, asking: subject, of: kubeconfig))
      }
    }
  }

  private mutating func receive(secret name: Expectations.Name, _ response: Response, _ subject: Subject) {
    if response.isStatusNotFound(name.name) {
      secrets[name] = .success(false)
    } else if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
      secrets[name] = .failure(failure)
    } else {
      do throws(JSONDocument.Fault) {
        let kind = try JSONDocument.decode(response.body, as: Fields.self).text("kind") ?? "unknown"
        guard kind == "PartialObjectMetadata" else { throw .otherKind(kind) }
        secrets[name] = .success(true)
      } catch {
        secrets[name] = .failure(PollFailure(error, asking: subject, of: kubeconfig))
      }
    }
  }

  private mutating func receive(
    discovery query: Query, _ response: Response
  ) throws(JSONDocument.Fault) -> [Request] {
    if case .resources(let group, let version) = query {
      recordKinds(try Discovery.kinds(response.body), group, version)
      return finishDiscovery()
    }
    groups = try Discovery.groups(response.body)
    var requests: [Request] = []
    for group in groups {
      // Versions that the guard does not know show that a kind was not removed.
      for version in group.versions.prefix(Discovery.maxVersions) {
        if version.isStale {
          groupFailures["\(group.name)/\(version.name)"] = PollFailure(
            code: .unreachable, message: "the API server could not read \(group.name)/\(version.name)",
            step: NextStep(command: kubeconfig.kubectl("get apiservices")))
        }
        guard version.kinds == nil else { continue }
        groupVersionsDue += 1
        requests.append(
          makeRequest(
            .resources(group: group.name, version: version.name),
            "/apis/\(group.name)/\(version.name.percentEncoded)"))
      }
    }
    guard requests.isEmpty else { return requests }
    return finishDiscovery(etag: response.etag)
  }

  private mutating func recordKinds(_ kinds: [String: String], _ group: String, _ version: String) {
    groupVersionsDue -= 1
    guard let index = groups.firstIndex(where: { $0.name == group }),
      let place = groups[index].versions.firstIndex(where: { $0.name == version })
    else { return }
    groups[index].versions[place].kinds = kinds
  }

  private mutating func finishDiscovery(etag: String? = nil) -> [Request] {
    guard groupVersionsDue == 0 else { return [] }
    discovery = Discovery(groups, failures: groupFailures, etag: groupFailures.isEmpty ? etag : nil)
    hasDiscovered = groupFailures.isEmpty
    hasReadDiscovery = true
    let isComplete = discovery.map { unnamedKinds(in: $0).isEmpty } ?? true
    // The earlier readiness response may come from a server that has stopped since.
    return (isComplete ? [] : [makeReadinessRequest()]) + listDiscovered()
  }

  private mutating func makeReadinessRequest() -> Request {
    makeRequest(.readiness, "/readyz", accept: "*/*")
  }

  // MARK: Failures

  private mutating func fail(_ query: Query, _ failure: PollFailure) -> [Request] {
    switch query {
    // Without a right to read events, the warnings are missing and nothing else.
    case .readinessChecks, .certificateEvents: return []
    case .version, .readiness:
      gaps[query == .version ? "version" : "readiness"] = failure
      return []
    case .list(let kind):
      listings[kind]?.fail(failure)
      return []
    case .secret(let name), .uncachedSecret(let name):
      secrets[name] = .failure(failure)
      return []
    case .groups:
      // Old discovery data is better than none; it may be out of date.
      guard discovery == nil else {
        gaps["discovery"] = failure
        return listDiscovered()
      }
      discoveryFailure = failure
      return []
    case .resources(let group, let version):
      groupFailures["\(group)/\(version)"] = failure
      recordKinds([:], group, version)
      return finishDiscovery()
    }
  }
}

extension String {
  fileprivate var withoutQuery: String { String(prefix { $0 != "?" }) }
}
