@main
enum DemoCluster {
  static func main() {}
}
