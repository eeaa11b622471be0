internal import CLibSSH2
internal import CLibSSH2Calls
internal import Glibc

/// Signs with a key that is not in this process, for example in an agent.
package protocol Signer: AnyObject {
  /// Signs `data`. After `.waiting` it is called again with the same data, until it has a result.
  func sign(_ data: UnsafeRawBufferPointer) -> SigningResult
}

/// The result of a request for a signature.
package enum SigningResult: Hashable, Sendable {
  /// The signature without the algorithm name.
  case signed([UInt8])
  /// The holder of the key has not answered yet.
  case waiting
  /// There will be no signature.
  case failed
}

extension Session {
  /// The server's response to the authentication method "none" (RFC 4252 §5.2).
  package enum Methods: Hashable, Sendable {
    case waiting
    /// The server requires no authentication.
    case accepted
    /// The server accepts these methods.
    case offered([String])
  }

  /// The operation in errors of `authenticationMethods`. A server sends its banner during it (RFC 4252 §5.4).
  package static let methodsOperation = "authentication"

  /// Requests the list of methods, as ssh(1) does first. OpenSSH does not count it as an attempt.
  package func authenticationMethods(user: String) throws(SSHError) -> Methods {
    var code: Int32 = 0
    let list = oceanid_ssh2_userauth_list(pointer, user, UInt32(user.utf8.count), &code)
    if let list {
      // libssh2 owns the list and does not report its length.
      countTexts()
      return .offered(Algorithms.names(String(cString: list).utf8))
    }
    if code == LIBSSH2_ERROR_EAGAIN { return .waiting }
    if libssh2_userauth_authenticated(pointer) == 1 { return .accepted }
    let error = failure(code, Session.methodsOperation)
    throw isOver
      ? SSHError(code: .disconnected, operation: Session.methodsOperation, detail: error.detail) : error
  }

  /// Public key authentication (RFC 4252 §7) with a private key in memory, in OpenSSH or PEM format.
  package func authenticate(user: String, privateKey: [UInt8], passphrase: String?) throws(SSHError)
    -> Progress
  {
    try authenticate {
      // libssh2 1.10 gets the length but also expects a terminating zero (userauth.c).
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

  /// Public key authentication with an external key.
  ///
  /// The caller must keep `signer` alive until the step is done.
  package func authenticate(user: String, publicKey: [UInt8], signer: some Signer) throws(SSHError)
    -> Progress
  {
    // `void *` cannot hold a class existential, but it can hold a box.
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
            let bytes: [UInt8]
            switch box.signer.sign(UnsafeRawBufferPointer(start: data, count: dataLength)) {
            // libssh2 then makes the same call in the next step (userauth.c).
            case .waiting: return LIBSSH2_ERROR_EAGAIN
            case .failed: return -1
            case .signed(let made): bytes = made
            }
            // libssh2 frees the signature with its own allocator (userauth.c).
            guard let copy = box.session.allocate(bytes) else { return -1 }
            signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
            length.pointee = bytes.count
            return 0
          }, &context)
      }
    }
  }

  /// libssh2 uses one code for a refusal, for a key that cannot sign, and for a session that broke while waiting for
  /// the reply (userauth.c). Only the last has a message that begins with "Waiting for", and only it is worth a retry.
  private func authenticate(_ step: () -> Int32) throws(SSHError) -> Progress {
    lastRefusal = nil
    inspectPackets { [weak self] in self?.lastRefusal = AuthenticationRefusal($0) ?? self?.lastRefusal }
    defer { inspectPackets(nil) }
    let received = wire.received
    let operation = "public key authentication"
    do throws(SSHError) { return try progress(step(), operation) } catch {
      let brokeWhileWaiting = error.detail.hasPrefix("Waiting for")
      if error.code == .disconnected || (error.code == .authenticationRefused && !brokeWhileWaiting) {
        throw error
      }
      // A failure before anything was read is caused by the key itself.
      let isKeyError = !brokeWhileWaiting && !wire.isBroken && wire.received == received
      throw SSHError(
        code: isKeyError ? .unusableKey : isOver ? .disconnected : .protocolViolation, operation: operation,
        detail: error.detail)
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
