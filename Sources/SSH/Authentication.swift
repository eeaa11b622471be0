internal import CLibSSH2
internal import Glibc

/// A way to sign with a key that is not in this process, such as an agent.
package protocol Signer: AnyObject {
  /// The signature of `data` without the algorithm's name in front; nil when the holder of the key refuses.
  func sign(_ data: UnsafeRawBufferPointer) -> [UInt8]?
}

extension Session {
  /// Public key authentication (RFC 4252 §7) with a private key in memory, in OpenSSH or PEM format.
  package func authenticate(user: String, privateKey: [UInt8], passphrase: String?) throws(SSHError)
    -> Progress
  {
    let code = privateKey.withUnsafeBytes { key -> Int32 in
      libssh2_userauth_publickey_frommemory(
        pointer, user, user.utf8.count, nil, 0,
        key.baseAddress?.assumingMemoryBound(to: CChar.self), key.count, passphrase)
    }
    return try progress(code, "public key authentication")
  }

  /// Public key authentication with a key held elsewhere.
  ///
  /// `signer` is kept by the caller until the step is done.
  package func authenticate(user: String, publicKey: [UInt8], signer: some Signer) throws(SSHError)
    -> Progress
  {
    // A class existential can't travel through `void *`; a box of it can.
    let box = SignerBox(signer)
    var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(box).toOpaque()
    let code = withExtendedLifetime(box) {
      libssh2_userauth_publickey(
        pointer, user, publicKey, publicKey.count,
        { _, signature, length, data, dataLength, context in
          guard let signature, let length, let data, let context, let opaque = context.pointee else {
            return -1
          }
          let signer = Unmanaged<SignerBox>.fromOpaque(opaque).takeUnretainedValue().signer
          guard
            let bytes = signer.sign(UnsafeRawBufferPointer(start: data, count: dataLength)),
            // libssh2 frees the signature with free().
            let copy = malloc(max(1, bytes.count))
          else { return -1 }
          copy.copyMemory(from: bytes, byteCount: bytes.count)
          signature.pointee = copy.assumingMemoryBound(to: UInt8.self)
          length.pointee = bytes.count
          return 0
        }, &context)
    }
    return try progress(code, "public key authentication")
  }
}

private final class SignerBox {
  let signer: any Signer
  init(_ signer: some Signer) { self.signer = signer }
}
