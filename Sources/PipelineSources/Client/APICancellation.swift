internal import Curl

/// Cancels the running request and all later ones, from any thread.
package final class APICancellation: Sendable {
  let cancellation = Cancellation()

  package init() {}

  package func cancel() { cancellation.cancel() }
}
