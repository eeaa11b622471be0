import Foundation
import TestSupport

/// Goes through every C library that the guard stands on, once, against real parts, on one thread: what valgrind can
/// follow of it (Tests/run --valgrind). The daemon and the tests it can't: they live on libdispatch's threads and on
/// pidfd_open(2), and valgrind 3.19 knows neither.
@main enum Boundary {
  static func main() throws {
    let steps: [(String, () throws -> Void)] = [
      ("libssh2: log in with a key, relay, keep alive, end", SSHSteps.relay),
      ("libssh2: servers and keys that are not what they should be", SSHSteps.refuse),
      ("libssh2: hashed hosts", SSHSteps.findHashedHost),
      ("libcurl and OpenSSL: poll a cluster, and one that is not to be trusted", WebSteps.poll),
      ("libcurl: post a notice", WebSteps.post),
      ("libcrypto: sign, digest, read PEM", WebSteps.sign),
      ("libyaml: good documents and bad ones", TextSteps.parse),
      ("libsystemd: read a journal", TextSteps.readJournal),
      ("libsystemd: notify, and a journal that is not there", TextSteps.notify),
    ]
    for (name, step) in steps {
      try step()
      print("went through \(name)")
    }
  }
}

/// Something that a step expected did not come.
func expect(_ holds: Bool, _ what: String) throws {
  guard holds else { throw FixtureError.failed(what) }
}
