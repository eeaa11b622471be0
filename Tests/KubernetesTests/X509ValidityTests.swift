import Crypto
import Health
import Testing

@testable import Kubernetes

@Suite struct X509ValidityTests {
  @Test func readsCertificatesOfOpenSSL() throws {
    let certificates = try TestCertificates.shared.get()
    let valid = try #require(X509Validity(pem: try certificates.read("client.crt")))
    #expect(valid.notAfter - valid.notBefore == .seconds(30 * 86_400))
    let expired = try #require(X509Validity(pem: try certificates.read("client-expired.crt")))
    #expect(expired.notAfter - expired.notBefore == .seconds(-86_400))
    #expect(abs((ClusterClient.systemClock() - valid.notBefore).inSeconds) < 3600)
  }

  /// A certificate with only the required fields.
  private static func certificate(_ from: [UInt8], _ to: [UInt8], hasVersion: Bool = true) -> [UInt8] {
    func der(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] { [tag, UInt8(value.count)] + value }
    let version: [UInt8] = hasVersion ? [0xa0, 3, 2, 1, 2] : []
    let (algorithm, name, bits) = (der(0x30, [6, 2, 0x2a, 3]), der(0x30, []), der(3, [0, 0]))
    let contents: [[UInt8]] = [
      version, [2, 1, 1], algorithm, name, der(0x30, from + to), name, der(0x30, algorithm + bits),
    ]
    return der(0x30, der(0x30, Array(contents.joined())) + algorithm + bits)
  }

  private static func time(_ tag: UInt8, _ text: String) -> [UInt8] {
    [tag, UInt8(text.utf8.count)] + Array(text.utf8)
  }

  @Test func readsBothTimeFormats() throws {
    let der = Self.certificate(
      Self.time(0x17, "500101000000Z"), Self.time(0x18, "20500101000000Z"), hasVersion: false)
    let validity = try #require(X509Validity(der: der))
    #expect(validity.notBefore == Timestamp(rfc3339: "1950-01-01T00:00:00Z"))
    #expect(validity.notAfter == Timestamp(rfc3339: "2050-01-01T00:00:00Z"))
    let last = Self.certificate(Self.time(0x17, "491231235959Z"), Self.time(0x17, "491231235959Z"))
    #expect(X509Validity(der: last)?.notAfter == Timestamp(rfc3339: "2049-12-31T23:59:59Z"))
  }

  @Test func truncatedCertificatesAreNil() throws {
    let pem = try TestCertificates.shared.get().read("client.crt")
    let der = try #require(PEM.blocks(in: pem).first).content
    for count in 0..<der.count { #expect(X509Validity(der: Array(der.prefix(count))) == nil) }
    #expect(X509Validity(der: der) != nil)
  }

  @Test(arguments: ["260101000000", "2601010000Z", "26010100000xZ", "261301000000Z", ""])
  func otherTimeFormatsAreNil(text: String) {
    let time = Self.time(0x17, text)
    #expect(X509Validity(der: Self.certificate(time, time)) == nil)
  }

  @Test func hugeLengthsAreNil() {
    #expect(X509Validity(der: [0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30]) == nil)
    #expect(X509Validity(der: [0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) == nil)
    #expect(X509Validity(pem: Array("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----".utf8)) == nil)
  }
}
