import Testing

@testable import GuardClient
