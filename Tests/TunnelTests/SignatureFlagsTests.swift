import SSH
import Testing

@testable import Tunnel

@Suite struct SignatureFlagsTests {
  @Test(arguments: [
    ("rsa-sha2-256", 2 as UInt32), ("rsa-sha2-512", 4), ("ssh-rsa", 0), ("ssh-ed25519", 0),
  ])
  func theAlgorithmInTheDataDecides(_ algorithm: String, _ flags: UInt32) {
    var data: [UInt8] = []
    data.appendSSH(string: "a session's identifier")
    data.append(50)
    for text in ["ops", "ssh-connection", "publickey"] { data.appendSSH(string: text) }
    data.append(1)
    data.appendSSH(string: algorithm)
    #expect(SignatureFlags.asked(by: data) == flags)
    for count in 0..<data.count { #expect(SignatureFlags.asked(by: Array(data.prefix(count))) == 0) }
  }
}
