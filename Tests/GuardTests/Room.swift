import Testing

@testable import Guard
