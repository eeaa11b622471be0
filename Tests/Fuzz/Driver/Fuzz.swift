internal import CLibFuzzer
internal import Glibc

/// One target under libFuzzer: `fuzz NAME FOLDER… -FLAG=…`; `fuzz --list` prints the names. Started by Tests/Fuzz/run.
@main enum Fuzz {
  private static let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.named)

  static func main() {
    guard target != nil else {
      for target in FuzzTarget.all { print(target.name) }
      exit(CommandLine.arguments.dropFirst() == ["--list"] ? 0 : 64)
    }
    // libFuzzer takes the program's name and what follows the target's.
    let words = CommandLine.arguments.enumerated().filter { $0.offset != 1 }.map { strdup($0.element) }
    // It keeps the pointers to the end of the process.
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
      // libFuzzer keeps the input of a process that dies.
      var text = "\(target?.name ?? ""): \(error)\n"
      text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
      abort()
    }
  }
}
