@main
enum OceanidGuard {
  static func main() {}
}
