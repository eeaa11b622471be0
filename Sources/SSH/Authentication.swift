internal import CLibSSH2
internal import CLibSSH2Calls
internal import Glibc

/// A way to sign with a key that is not in this process, such as an agent.
package protocol Signer: AnyObject {
  /// The signature of `data` without the algorithm's name in front; nil when the holder of the key refuses.
  func sign(_ data: UnsafeRawBufferPointer) -> [UInt8]?
}

extension Session {
  /// What the server says to a request without any proof (RFC 4252 §5.2).
  package enum Methods: Hashable, Sendable {
    case waiting
    /// It asks for no proof.
    case accepted
    /// It would go on with these.
    case offered([String])
  }

  /// Asks the server which methods it would go on with, as ssh(1) does first. OpenSSH does not count that one.
  package func authenticationMethods(user: String) throws(SSHError) -> Methods {
    var code: Int32 = 0
    let list = oceanid_ssh2_userauth_list(pointer, user, UInt32(user.utf8.count), &code)
    if let list {
      // libssh2 keeps the list, and says nothing of the block in front.
      return .offered(Algorithms.names(String(cString: list).utf8))
    }
    if code == LIBSSH2_ERROR_EAGAIN { return .waiting }
    if libssh2_userauth_authenticated(pointer) == 1 { return .accepted }
    let error = failure(code, "authentication")
    throw isOver ? SSHError(code: .disconnected, operation: "authentication", detail: error.detail) : error
  }

  /// Public key authentication (RFC 4252 §7) with a private key in memory, in OpenSSH or PEM format.
  package func authenticate(user: String, privateKey: [UInt8], passphrase: String?) throws(SSHError)
    -> Progress
  {
    try authenticate {
      // libssh2 1.10 is told the length and looks for a zero at the end all the same (userauth.c).
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: privateKey.count + 1) { key in
        for (index, byte) in privateKey.enumerated() { key[index] = CChar(bitPattern: byte) }
        key[privateKey.count] = 0
        defer { if let start = key.baseAddress { explicit_bzero(start, key.count) } }
        return usingKey {
          oceanid_ssh2_userauth_memory(
            pointer, user, user.utf8.count, key.baseAddress, privateKey.count, passphrase)
        }
      }
    }
  }

  /// Public key authentication with a key held elsewhere.
  ///
  /// `signer` is kept by the caller until the step is done.
  package func authenticate(user: String, publicKey: [UInt8], signer: some Signer) throws(SSHError)
    -> Progress
  {
    // A class existential can't travel through `void *`; a box of it can.
    let box = SignerBox(signer, self)
    var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(box).toOpaque()
    return try authenticate {
      withExtendedLifetime(box) {
        oceanid_ssh2_userauth_signed(
          pointer, user, publicKey, publicKey.count,
          { _, signature, length, data, dataLength, context in
            guard let signature, let length, let data, let context, let opaque = context.pointee else {
              return -1
            }
            let box = Unmanaged<SignerBox>.fromOpaque(opaque).takeUnretainedValue()
            guard
              let bytes = box.signer.sign(UnsafeRawBufferPointer(start: data, count: dataLength)),
              // libssh2 frees the signature as memory of its own (userauth.c).
              let copy = box.session.allocate(bytes)
            else { return -1 }
            signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
            length.pointee = bytes.count
            return 0
          }, &context)
      }
    }
  }

  /// libssh2 has one code for a server that says no, for a key that can't sign, and for a session that broke while an
  /// answer was awaited (userauth.c). Only the last has these words, and only the last is worth another attempt.
  private func authenticate(_ step: () -> Int32) throws(SSHError) -> Progress {
    lastRefusal = nil
    inspectPackets { [weak self] in self?.lastRefusal = AuthenticationRefusal($0) ?? self?.lastRefusal }
    defer { inspectPackets(nil) }
    let received = wire.received
    let operation = "public key authentication"
    do throws(SSHError) { return try progress(step(), operation) } catch {
      let hasNoAnswer = error.detail.hasPrefix("Waiting for")
      switch error.code {
      case .authenticationRefused where !hasNoAnswer: throw error
      case .disconnected: throw error
      // What fails before anything is read is the key's own fault.
      case _ where !hasNoAnswer && !wire.isBroken && wire.received == received:
        throw SSHError(code: .unusableKey, operation: operation, detail: error.detail)
      default:
        throw SSHError(
          code: isOver ? .disconnected : .protocolViolation, operation: operation, detail: error.detail)
      }
    }
  }
}

private final class SignerBox {
  let signer: any Signer
  let session: Session
  init(_ signer: some Signer, _ session: Session) {
    self.signer = signer
    self.session = session
  }
}
