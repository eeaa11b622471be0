import Testing

@testable import Platform

@Suite struct ResidentMemoryTests {
  @Test func onlyCodeOfFilesIsReleased() {
    let maps = """
      1000-2000 r--p 00000000 fd:00 10                         /usr/bin/x
      2000-5000 r-xp 00001000 fd:00 10                         /usr/bin/a name
      5000-6000 rw-p 00004000 fd:00 10                         /usr/bin/x
      6000-7000 rwxp 00004000 fd:00 10                         /usr/bin/x
      7000-8000 r-xp 00000000 00:00 0 
      8000-9000 r-xp 00000000 00:00 0                          [vdso]
      9000-8000 r-xp 00000000 fd:00 10                         /usr/bin/x
      nonsense
      """
    #expect(ResidentMemory.codeRanges(in: maps) == [0x2000..<0x5000])
  }

  @Test func theProcessRunsAfterTheRelease() {
    ResidentMemory.trim()
    ResidentMemory.releaseCode()
    #expect((1...1000).reduce(0, +) == 500_500)
  }
}
