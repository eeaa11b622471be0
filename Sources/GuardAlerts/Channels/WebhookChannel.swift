internal import Crypto
internal import FoundationEssentials
internal import GuardAPI
internal import GuardConfiguration
internal import GuardTypes
internal import Health
internal import IncidentTracking

/// Posts `oceanid.notice/1`, signed if the configuration has a key.
///
/// The signature covers the time and the body: `HMAC-SHA256(key, t + "." + body)` in `Oceanid-Signature:
/// t=UNIX,v1=HEX`. A receiver should compare in constant time, and refuse messages that are older than a few
/// minutes.
struct WebhookChannel: DeliveryChannel {
  let sender: HTTPSender
  let key: SecretSource?

  var description: String { sender.description }

  func deliver(
    _ notice: IncidentNotice, at now: Timestamp, isCancelled: () -> Bool
  ) throws(DeliveryError) {
    let body = NoticeCoding.bytes(notice)
    var headers = ["Idempotency-Key: \(NoticeCoding.key(of: notice))"]
    if let key {
      let moment = "\(now.milliseconds / 1000)"
      let secret = Array(try sender.secretReader.text(key).utf8)
      guard let code = HMACSHA256(of: Array("\(moment).".utf8) + body, key: secret) else {
        throw DeliveryError(.passing, "OpenSSL gives no SHA-256", remedy: "openssl dgst -sha256 /dev/null")
      }
      headers.append("Oceanid-Signature: t=\(moment),v1=\(code.hexadecimal)")
    }
    try sender.post(
      body, type: "application/json", headers: headers, to: try sender.address(), isCancelled: isCancelled)
  }
}

/// Encodes a notice, and derives its idempotency key.
enum NoticeCoding {
  static func bytes(_ notice: IncidentNotice) -> [UInt8] {
    let text = NoticeText(notice)
    let document = NoticeDocument(
      notice, summary: text.headline,
      counts: .init(critical: text.critical, warning: text.warning, ended: text.over))
    return HTTPSender.json(document) + [UInt8(ascii: "\n")]
  }

  /// The same for the same entries. The key of several entries is derived from all of their keys.
  static func key(of notice: IncidentNotice) -> String {
    let keys = (notice.entries + notice.counted).map(\.key).sorted()
    if let only = keys.first, keys.count == 1, only.utf8.count <= 200,
      only.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    {
      return only
    }
    let text = Array(keys.joined(separator: "\n").utf8)
    let code = HMACSHA256(of: text, key: Array(Schema.notice.description.utf8))?.hexadecimal.prefix(32)
    return "\(keys.count)-\(code ?? "")"
  }
}
