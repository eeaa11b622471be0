internal import Curl
internal import GuardTypes
internal import Health
internal import Platform

/// The state of one list request, page by page.
struct Listing {
  enum Outcome: Hashable {
    case asking
    case whole
    /// 404 for a kind that discovery did not report.
    case notServed
    /// An incomplete list could be mistaken for a complete one, so the pages received before are dropped.
    case failed(PollFailure)
  }

  let served: ServedKind
  let namespace: String?
  private(set) var objects: [Observed] = []
  private(set) var undecodable: [UndecodableObject] = []
  private(set) var outcome = Outcome.asking
  /// 404 for a kind that discovery reported.
  private(set) var isLost = false
  private var pages = 0
  private var longBytes = 0
  private var textBytes = 0
  private var hasRestarted = false
  private var lastToken: String?

  init(_ served: ServedKind, namespace: String? = nil) {
    self.served = served
    self.namespace = namespace
  }

  var subject: Subject { Subject(served, namespace: namespace) }

  func path(limits: PollLimits, after token: String? = nil) -> String {
    let first = "\(served.path(namespace: namespace))?limit=\(limits.pageSize)"
    return token.map { "\(first)&continue=\($0.percentEncoded)" } ?? first
  }

  /// A reader for the next page.
  func reader(limits: PollLimits) -> ListReader {
    ListReader(
      of: served,
      limits: ListReader.Limits(
        objects: max(0, limits.pages * limits.pageSize - objects.count),
        undecodable: max(0, limits.undecodable + 1 - undecodable.count),
        messages: max(0, ListReader.Limits().messages - longBytes),
        texts: max(0, ListReader.Limits().texts - textBytes)))
  }

  mutating func fail(_ failure: PollFailure) {
    outcome = .failed(failure)
    objects = []
    undecodable = []
  }

  /// Discovery reported this kind a moment ago: its version changes, or its definition is replaced or removed. The
  /// next discovery decides; until then its objects are unknown.
  private mutating func failAsLost(_ kubeconfig: Kubeconfig) {
    isLost = true
    fail(
      PollFailure(
        code: .badResponse,
        message:
          "\(subject.name): \(kubeconfig.server) reports this kind, but returned 404 for version \(served.version)",
        step: NextStep(
          command: kubeconfig.kubectl("api-resources --api-group=\(served.kind.group.shellWord)"))))
  }

  /// Adds one page and returns the path of the next one to request.
  ///
  /// - Parameter reader: has read the body of a 200 response.
  mutating func receive(
    _ response: Response, _ reader: ListReader, of kubeconfig: Kubeconfig, limits: PollLimits
  ) -> String? {
    if response.status == 410, pages > 0 {
      // The continue token has expired. Restart once, to get a consistent list. If that is too slow again, continue
      // with the token from the 410 response, which includes later changes (API concepts, 410).
      if !hasRestarted {
        self = Listing(served, namespace: namespace)
        hasRestarted = true
        return path(limits: limits)
      }
      if let token = response.continueToken, token != lastToken {
        lastToken = token
        return path(limits: limits, after: token)
      }
    }
    if response.status == 404 {
      if served.isDiscovered { failAsLost(kubeconfig) } else { outcome = .notServed }
      return nil
    }
    if let failure = PollFailure(response, asking: subject, of: kubeconfig) {
      fail(failure)
      return nil
    }
    do throws(JSONDocument.Fault) {
      let next = try reader.finish()
      pages += 1
      objects += reader.objects
      longBytes += reader.longBytes
      textBytes += reader.textBytes
      undecodable += reader.undecodable
      guard let next else {
        outcome = .whole
        // An object that changes between two pages may be on both. The later one counts.
        objects = Observed.latest(of: objects)
        return nil
      }
      guard pages < limits.pages, next != lastToken else {
        let words =
          next == lastToken
          ? "the server repeats the same continue token" : "the list is longer than \(limits.pages) pages"
        fail(
          PollFailure(
            code: .badResponse, message: "\(subject.name): \(words)",
            step: NextStep(command: kubeconfig.kubectl("get \(subject.name) -A | wc -l"))))
        return nil
      }
      lastToken = next
      return path(limits: limits, after: next)
    } catch {
      fail(PollFailure(error, asking: subject, of: kubeconfig))
      return nil
    }
  }
}
