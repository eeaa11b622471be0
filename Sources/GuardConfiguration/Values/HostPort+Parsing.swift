package import Tunnel

// Addresses in the configuration: `127.0.0.1:16443`, `[::1]:16443`, `localhost:6443`, `/run/k3s.sock`.

extension HostPort {
  /// Reads `HOST:PORT` or `[IPv6]:PORT`; nil for anything else, including port 0. Different spellings of an
  /// address give the same value.
  package init?(_ text: String) {
    let host: String
    let port: Substring
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      let literal = String(text[text.index(after: text.startIndex)..<end])
      let rest = text[text.index(after: end)...]
      guard rest.hasPrefix(":"), literal.contains(":"), let address = IPAddress(literal) else { return nil }
      host = address.description
      port = rest.dropFirst()
    } else {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      host = String(parts[0])
      port = parts[1]
      guard HostPort.isName(host) else { return nil }
    }
    guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port),
      number > 0
    else { return nil }
    self.init(host: host, port: number)
  }

  /// True for a host name, an IPv4 address or an alias of ssh_config. A leading `-` is not allowed, because
  /// ssh would treat it as an option.
  package static func isName(_ text: some StringProtocol) -> Bool {
    guard !text.isEmpty, text.utf8.count <= 253, !text.hasPrefix("-"), !text.hasPrefix(".") else {
      return false
    }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
      }
    }
  }
}
