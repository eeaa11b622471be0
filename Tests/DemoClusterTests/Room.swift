import Testing

@testable import DemoCluster
