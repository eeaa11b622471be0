import GuardClient

@main
enum Program {
  static func main() {
    GuardClient.OceanidCtl.runAndExit()
  }
}
