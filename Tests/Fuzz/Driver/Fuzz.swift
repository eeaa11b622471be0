internal import CLibFuzzer
internal import Glibc

/// Runs one target with libFuzzer: `fuzz NAME FOLDER… -FLAG=…`; `fuzz --list` prints the names. Started by
/// Tests/Fuzz/run.
@main enum Fuzz {
  private static let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.named)

  static func main() {
    guard target != nil else {
      for target in FuzzTarget.all { print(target.name) }
      exit(CommandLine.arguments.dropFirst() == ["--list"] ? 0 : 64)
    }
    // libFuzzer needs the program's name and the arguments after the target's name.
    let words = CommandLine.arguments.enumerated().filter { $0.offset != 1 }.map { strdup($0.element) }
    // It uses the pointers until the process ends.
    let arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
    for (index, word) in words.enumerated() { (arguments + index).initialize(to: word) }
    (arguments + words.count).initialize(to: nil)
    var count = Int32(words.count)
    var vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
    exit(
      LLVMFuzzerRunDriver(&count, &vector) { data, size in
        Fuzz.one(UnsafeBufferPointer(start: data, count: size))
        return 0
      })
  }

  private static func one(_ bytes: UnsafeBufferPointer<UInt8>) {
    do {
      try target?.run(Array(bytes))
    } catch {
      // libFuzzer saves the input of a process that crashes.
      var text = "\(target?.name ?? ""): \(error)\n"
      text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
      abort()
    }
  }
}
