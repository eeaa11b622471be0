/// Why a poll, or a part of one, has no answer: `poll.error.code` of the status document.
public enum PollErrorCode: String, Codable, Sendable, CaseIterable {
  case tunnelDown = "tunnel_down"
  case unreachable, tls, unauthorized, forbidden, timeout, kubeconfig
  case badResponse = "bad_response"
}
