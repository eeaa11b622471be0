import Testing

@testable import GuardAPI
