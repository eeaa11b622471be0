import Glibc
import Platform
import Synchronization
import Testing

@Suite struct ControlSocketTests {
  private final class Folder {
    let path: String
    init() {
      var template = Array("/tmp/oceanid-test-XXXXXX".utf8CString)
      path = template.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/nonexistent"
      }
    }
    deinit {
      unlink("\(path)/guard.sock")
      rmdir(path)
    }
  }

  @Test func bindsWithGroupAndMode() throws {
    let folder = Folder()
    let raw = try ControlSocket.bind(path: "\(folder.path)/guard.sock", group: nil)
    defer { close(raw) }
    var status = stat()
    #expect(stat("\(folder.path)/guard.sock", &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o660)
  }

  @Test func doesNotChangeTheUmask() throws {
    let folder = Folder()
    let isDone = Atomic<Bool>(false)
    let masks = Mutex<Set<String>>([])
    let watcher = try JoinableThread(name: "umask") {
      while !isDone.load(ordering: .relaxed) {
        guard let status = try? SmallFile.read("/proc/self/status", limit: 1 << 16) else { return }
        let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
        masks.withLock { masks in lines.filter { $0.hasPrefix("Umask:") }.forEach { masks.insert(String($0)) }
        }
      }
    }
    for _ in 0..<2000 { close(try ControlSocket.bind(path: "\(folder.path)/guard.sock", group: nil)) }
    isDone.store(true, ordering: .relaxed)
    #expect(watcher.join(timeout: .seconds(30)))
    #expect(masks.withLock { $0.count } == 1)
  }

  @Test func replacesAStaleSocket() throws {
    let folder = Folder()
    let path = "\(folder.path)/guard.sock"
    close(try ControlSocket.bind(path: path, group: nil))
    let raw = try ControlSocket.bind(path: path, group: nil)
    close(raw)
  }

  @Test func keepsTheSocketOfARunningGuard() throws {
    let folder = Folder()
    let path = "\(folder.path)/guard.sock"
    let raw = try ControlSocket.bind(path: path, group: nil)
    defer { close(raw) }
    #expect(listen(raw, 1) == 0)
    #expect(throws: ControlSocket.Failure.inUse(path)) { try ControlSocket.bind(path: path, group: nil) }
  }

  @Test func keepsAFileThatIsNotASocket() throws {
    let folder = Folder()
    let path = "\(folder.path)/guard.sock"
    let raw = open(path, O_CREAT | O_WRONLY, 0o600)
    close(raw)
    #expect(throws: ControlSocket.Failure.notASocket(path)) { try ControlSocket.bind(path: path, group: nil) }
  }

  @Test func rejectsAPathThatIsTooLong() {
    let path = "/tmp/" + String(repeating: "x", count: 200)
    #expect(throws: ControlSocket.Failure.pathTooLong(path)) {
      try ControlSocket.bind(path: path, group: nil)
    }
  }
}
