@main
enum OceanidCtl {
  static func main() {}
}
