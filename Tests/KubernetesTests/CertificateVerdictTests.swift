import GuardTypes
import Health
import Testing

@testable import Kubernetes

/// A certificate that is issued again has time, and one that cannot be is reported although it is valid.
@Suite struct CertificateVerdictTests {
  static let rows: [VerdictRow] = [
    .init(
      name: "spec changed 5 s ago",
      items: Item.cert(
        [
          Item.condition("Ready", "False", "IncorrectCertificate", ago: 5),
          Item.condition("Issuing", "True", ago: 5),
        ], Item.times(60 * Item.day, 30 * Item.day)), ids: []),
    .init(
      name: "issue of a changed spec fails for a day",
      items: Item.cert(
        [
          Item.condition("Ready", "True"),
          Item.condition("Issuing", "False", "Failed", "order failed", ago: 4 * 3600),
        ],
        Item.times(60 * Item.day, 30 * Item.day)
          + #","lastFailureTime":"\#(Item.time(4 * 3600))","failedIssuanceAttempts":5"#),
      ids: ["certificate/web/c/not-ready"]),
    .init(
      name: "change whose issue failed was undone",
      items: Item.cert(
        [
          Item.condition("Ready", "True"),
          Item.condition("Issuing", "False", "Failed", "order failed", ago: 20 * Item.day),
        ],
        Item.times(60 * Item.day, 30 * Item.day)
          + #","lastFailureTime":"\#(Item.time(20 * Item.day))","failedIssuanceAttempts":3"#), ids: []),
    .init(
      name: "renewal failed 3 times",
      items: Item.cert(
        [
          Item.condition("Ready", "True"),
          Item.condition("Issuing", "False", "Failed", "order failed", ago: 1800),
        ],
        Item.times(30 * Item.day, -7200)
          + #","lastFailureTime":"\#(Item.time(1800))","failedIssuanceAttempts":3"#),
      ids: ["certificate/web/c/renewal-overdue"], says: ["3 attempts failed"]),
    .init(
      name: "being renewed for 30 m",
      items: Item.cert(
        [Item.condition("Ready", "True"), Item.condition("Issuing", "True")], Item.times(30 * Item.day, -1800)
      ), ids: []),
    .init(
      name: "first issue",
      items: Item.cert(
        [
          Item.condition("Ready", "False", "DoesNotExist", ago: 60),
          Item.condition("Issuing", "True", ago: 60),
        ], "", age: 60), ids: []),
    .init(
      name: "first issue takes 20 m",
      items: Item.cert(
        [
          Item.condition("Ready", "False", "DoesNotExist", ago: 1200),
          Item.condition("Issuing", "True", ago: 1200),
        ], "", age: 1200), ids: ["certificate/web/c/not-ready"]),
    .init(
      name: "first issue takes 20 m, Ready is not written",
      items: Item.cert([Item.condition("Issuing", "True", "DoesNotExist", ago: 1200)], "", age: 1200),
      ids: ["certificate/web/c/not-ready"],
      says: ["has been waiting to be issued for 20m", "DoesNotExist", "describe certificate c"], since: 1200),
    .init(
      name: "first issue has begun, Ready is not written",
      items: Item.cert([Item.condition("Issuing", "True", ago: 300)], "", age: 300), ids: []),
    .init(
      name: "issued anew after its Secret was deleted",
      items: Item.cert(
        [
          Item.condition("Ready", "False", "DoesNotExist", ago: 60),
          Item.condition("Issuing", "True", ago: 60),
        ], ""), ids: []),
    .init(
      name: "requested renewal takes 3 h",
      items: Item.cert(
        [
          Item.condition("Ready", "True"),
          Item.condition("Issuing", "True", "ManuallyTriggered", ago: 10_800),
        ],
        Item.times(60 * Item.day, 30 * Item.day)), ids: ["certificate/web/c/not-ready"],
      says: ["has been waiting to be issued again for 3h", "ManuallyTriggered"], verdict: .degraded,
      since: 10_800),
    .init(
      name: "renewal takes 3 h",
      items: Item.cert(
        [Item.condition("Ready", "True"), Item.condition("Issuing", "True", "Renewing", "r", ago: 10_800)],
        Item.times(30 * Item.day, -10_800)), ids: ["certificate/web/c/renewal-overdue"],
      says: ["Renewing"], verdict: .degraded),
    .init(
      name: "requested renewal takes 30 m",
      items: Item.cert(
        [Item.condition("Ready", "True"), Item.condition("Issuing", "True", ago: 1800)],
        Item.times(60 * Item.day, 30 * Item.day)), ids: []),
    .init(
      name: "spec changed 20 m ago",
      items: Item.cert(
        [
          Item.condition("Ready", "False", "IncorrectCertificate", ago: 1200),
          Item.condition("Issuing", "True", ago: 1200),
        ], Item.times(60 * Item.day, 30 * Item.day)), ids: ["certificate/web/c/not-ready"]),
    .init(
      name: "first attempt of a renewal failed",
      items: Item.cert(
        [Item.condition("Ready", "True"), Item.condition("Issuing", "False", "Failed", ago: 600)],
        Item.times(30 * Item.day, -1800)
          + #","lastFailureTime":"\#(Item.time(600))","failedIssuanceAttempts":1"#), ids: []),
    .init(
      name: "second attempt is due",
      items: Item.cert(
        [Item.condition("Ready", "True"), Item.condition("Issuing", "False", "Failed", ago: 3700)],
        Item.times(60 * Item.day, 30 * Item.day)
          + #","lastFailureTime":"\#(Item.time(3700))","failedIssuanceAttempts":1"#), ids: []),
  ]

  @Test(arguments: rows) func verdict(_ row: VerdictRow) throws {
    #expect(try row.faults() == [])
  }
}
