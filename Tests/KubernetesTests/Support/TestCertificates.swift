import Foundation
import NIOSSL

/// Certificates created with openssl once per test run, in a folder that is removed with the process.
struct TestCertificates: Sendable {
  let folder: String

  static let shared = Result { try TestCertificates() }

  private init() throws {
    folder = NSTemporaryDirectory() + "oceanid-kubernetes-tests-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = """
      set -eu
      cd '\(folder)'
      key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
      ca() { key "$1"; openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 30 -out "$1.crt"; }
      # name, CA, days, subjectAltName
      leaf() {
        key "$1"
        openssl req -new -key "$1.key" -subj "/O=tests/CN=$1" -out "$1.csr"
        printf 'subjectAltName=%s\\n' "$4" > "$1.ext"
        openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days "$3" \
          -extfile "$1.ext" -out "$1.crt"
      }
      ca ca; ca other-ca
      leaf server ca 30 IP:127.0.0.1,DNS:kubernetes
      leaf server-expired ca -1 IP:127.0.0.1
      leaf server-elsewhere ca 30 DNS:elsewhere.example
      leaf client ca 30 DNS:client
      leaf client-expired ca -1 DNS:client
      leaf client-foreign other-ca 30 DNS:client
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure.openssl(process.terminationStatus) }
    atexit {
      (try? TestCertificates.shared.get()).map { _ = try? FileManager.default.removeItem(atPath: $0.folder) }
    }
  }

  enum Failure: Error {
    case openssl(Int32)
  }

  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }

  func base64(_ name: String) throws -> String { Data(try read(name)).base64EncodedString() }

  /// A server with the named certificate that requires a client certificate of `ca`, or none.
  func server(
    _ name: String = "server", protocols: [String] = ["http/1.1"], asksForCertificate: Bool = true
  ) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile("\(folder)/\(name).crt").map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: "\(folder)/\(name).key", format: .pem)))
    configuration.certificateVerification = asksForCertificate ? .noHostnameVerification : .none
    configuration.trustRoots = .file("\(folder)/ca.crt")
    configuration.applicationProtocols = protocols
    return try NIOSSLContext(configuration: configuration)
  }
}

/// A folder that is removed with its owner.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "oceanid-kubeconfig-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
    return "\(path)/\(name)"
  }
}
