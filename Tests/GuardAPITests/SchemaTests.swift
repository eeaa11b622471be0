import Foundation
import GuardTypes
import Health
import Testing

@testable import GuardAPI

@Suite struct SchemaTests {
  private let schema: [String: Any]

  init() throws {
    let bytes = Data(SchemaDocument.status)
    schema = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }

  private func check(_ document: StatusDocument) throws -> SchemaCheck {
    var check = SchemaCheck()
    check.check(try JSONSerialization.jsonObject(with: DocumentCoding.encode(document)), against: schema)
    return check
  }

  private func sparse() throws -> StatusDocument {
    let text = """
      { "schema": "oceanid.status/1", "generatedAt": "2026-03-01T04:24:07Z", "configuration": {}, "clusters": [
        { "name": "tethys", "tunnel": {}, "poll": {}, "api": {}, "flux": {}, "images": {}, "pipeline": {}, "omitted": {} } ] }
      """
    var status = try DocumentCoding.decode(StatusDocument.self, from: Data(text.utf8))
    // Never written, only read.
    status.clusters[0].tunnel.state = .stopped
    return status
  }

  /// An element of every list, and of each no more than has to be known.
  private func sparseLists() throws -> StatusDocument {
    let text = """
      { "schema": "oceanid.status/1", "generatedAt": "2026-03-01T04:24:07Z", "configuration": { "rejected": {} },
        "problems": [{ "id": "a", "silence": { "id": "b" } }, { "id": "c" }],
        "clusters": [{
          "name": "tethys", "api": {}, "kubeconfigError": {}, "poll": { "error": { "code": "api" } },
          "tunnel": {
            "state": "stopped", "lastError": { "code": "auth" }, "sessions": [{ "serial": 1 }],
            "history": [{ "state": "down", "since": "2026-03-01T04:24:07Z" }],
            "forwards": [{
              "listen": "127.0.0.1:6443", "target": "localhost:6443", "state": "listening",
              "recent": [{ "openedAt": "2026-03-01T04:24:07Z" }] }] },
          "nodes": [{ "name": "a", "conditions": [{ "type": "Ready" }] }, { "name": "b", "gpu": { "allocatable": 1 } }],
          "flux": { "objects": [{ "kind": "Alert", "name": "a" }], "controllers": [{ "name": "a" }] },
          "images": {
            "policies": [{ "name": "a" }], "repositories": [{ "name": "a" }], "automations": [{ "name": "a" }] },
          "workloads": [{ "kind": "Deployment", "name": "a" }], "certificates": [{ "name": "a" }],
          "stacks": [{ "name": "a" }], "secrets": [{ "namespace": "a", "name": "b" }],
          "pods": { "worst": [{ "name": "a" }] },
          "omitted": {
            "nodes": {}, "flux": {}, "policies": {}, "repositories": {}, "automations": {}, "workloads": {},
            "certificates": {}, "stacks": {} },
          "pipeline": {
            "head": { "sha": "a", "seenAt": "2026-03-01T04:24:07Z" }, "stages": [{ "id": "cloud", "kind": "github" }],
            "markers": [{ "policy": "a:b", "state": "good" }], "sources": [{ "name": "github", "state": "ok" }] } }] }
      """
    return try DocumentCoding.decode(StatusDocument.self, from: Data(text.utf8))
  }

  @Test func schemaAcceptsEveryDocumentAndHasEveryField() throws {
    let documents = [
      GoldenTests().whole,
      try DocumentCoding.decode(StatusDocument.self, from: Data(ContractTests.example.utf8)), try sparse(),
      try sparseLists(), StatusDocument(generatedAt: Timestamp(seconds: 0), clusters: [], problems: []),
    ]
    var (seen, nulls): (Set<String>, Set<String>) = ([], [])
    for document in documents {
      let check = try check(document)
      #expect(check.faults == [])
      seen.formUnion(check.seen)
      nulls.formUnion(check.nulls)
    }
    // A field that no document shows could say anything.
    #expect(SchemaCheck.paths(of: schema).subtracting(seen) == [])
    #expect(SchemaCheck.paths(of: schema) { $0["type"] is [String] } == nulls)
    // Every field is always written.
    #expect(SchemaCheck.paths(of: schema) == SchemaCheck.required(by: schema))
  }

  @Test func preflightSchemaAcceptsItsDocumentsAndHasEveryField() throws {
    let object = try JSONSerialization.jsonObject(with: Data(SchemaDocument.preflight))
    let preflight = try #require(object as? [String: Any])
    let problems = try GoldenTests().whole.problems + sparseLists().problems
    var check = SchemaCheck()
    for document in [
      PreflightDocument(
        verdict: .degraded, reason: nil, kubeconfig: "/x", context: "default",
        server: "https://127.0.0.1:16443",
        problems: problems),
      PreflightDocument(
        verdict: .unknown, reason: "no guard", command: "oceanid-ctl doctor", note: "start it"),
    ] {
      check.check(try JSONSerialization.jsonObject(with: DocumentCoding.encode(document)), against: preflight)
    }
    #expect(check.faults == [])
    #expect(SchemaCheck.paths(of: preflight).subtracting(check.seen) == [])
    #expect(SchemaCheck.paths(of: preflight) == SchemaCheck.required(by: preflight))
  }

  /// The words of a type, and the end of the path of each field that has them.
  private static let words: [(field: String, words: Set<String?>)] = [
    (".verdict", Set(Verdict.allCases.map { $0.rawValue })),
    (".severity", Set(Problem.Severity.allCases.map { $0.rawValue })),
    (".conditions[].status", Set(Condition.Status.allCases.map { $0.rawValue })),
    (".ready", Set(Condition.Status.allCases.map { $0.rawValue } + [nil])),
    (".objects[].status", Set(ObjectStatus.allCases.map { $0.rawValue })),
    (".tunnel.state", Set(TunnelState.allCases.map { $0.rawValue })),
    (".stages[].state", Set(StageState.allCases.map { $0.rawValue })),
    (".forwards[].state", Set(ForwardState.allCases.map { $0.rawValue })),
    (".history[].state", Set(TunnelAvailability.allCases.map { $0.rawValue })),
  ]

  @Test func wordsAreThoseOfTheirTypes() {
    let enumerations = SchemaCheck.enumerations(of: schema)
    #expect(enumerations.count > 15)
    for (path, words) in enumerations {
      let row = Self.words.first { path.hasSuffix($0.field) }
      #expect(row?.words == words, "\(path)")
    }
  }

  @Test func invalidDocumentIsRejected() throws {
    let bytes = try DocumentCoding.encode(GoldenTests().whole)
    let text = String(decoding: bytes, as: UTF8.self)
    for (good, bad) in [
      ("\"attempt\":0", "\"attempt\":null"), ("\"attempt\":0", "\"attempt\":\"0\""),
      ("\"attempt\":0", "\"attempts\":0"), ("\"state\":\"connecting\"", "\"state\":\"unknown\""),
      ("\"generatedAt\":\"2026-03-01T04:24:07Z\"", "\"generatedAt\":\"yesterday\""),
    ] {
      #expect(text.contains(good))
      var check = SchemaCheck()
      check.check(
        try JSONSerialization.jsonObject(with: Data(text.replacing(good, with: bad).utf8)), against: schema)
      #expect(check.faults.isEmpty == false, "\(bad)")
    }
  }

  @Test func hasTheContentTypeOfASchema() {
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["title"] as? String == "oceanid.status/1")
  }
}

/// Checks a value against as much of JSON Schema as our schemas use, and more strictly: a field that the schema does
/// not name is a fault.
private struct SchemaCheck {
  var faults: [String] = []
  /// The fields that were there.
  var seen: Set<String> = []
  /// Those of them that were null.
  var nulls: Set<String> = []

  mutating func check(_ value: Any, against schema: [String: Any], at path: String = "") {
    let types = schema["type"] as? [String] ?? [schema["type"] as? String ?? ""]
    guard types.contains(where: { SchemaCheck.isOf(type: $0, value) }) else {
      faults.append("\(path) is no \(types)")
      return
    }
    if let words = schema["enum"] as? [Any],
      !words.contains(where: { ($0 as? NSObject) == (value as? NSObject) })
    {
      faults.append("\(path) is none of \(words)")
    }
    if schema["format"] as? String == "date-time", let text = value as? String,
      Timestamp(rfc3339: text) == nil
    {
      faults.append("\(path) is no time")
    }
    if let object = value as? [String: Any] {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        faults.append("\(path).\(name) is missing")
      }
      for (name, field) in object {
        seen.insert("\(path).\(name)")
        if field is NSNull { nulls.insert("\(path).\(name)") }
        guard let property = properties[name] else {
          faults.append("\(path).\(name) is not in the schema")
          continue
        }
        check(field, against: property, at: "\(path).\(name)")
      }
    } else if let list = value as? [Any] {
      for element in list {
        check(element, against: schema["items"] as? [String: Any] ?? [:], at: path + "[]")
      }
    }
  }

  /// Every field that a schema names, or those of them that are `wanted`.
  static func paths(
    of schema: [String: Any], at path: String = "", where wanted: ([String: Any]) -> Bool = { _ in true }
  ) -> Set<String> {
    var all: Set<String> = []
    for (name, property) in schema["properties"] as? [String: [String: Any]] ?? [:] {
      if wanted(property) { all.insert("\(path).\(name)") }
      all.formUnion(paths(of: property, at: "\(path).\(name)", where: wanted))
    }
    if let items = schema["items"] as? [String: Any] {
      all.formUnion(paths(of: items, at: path + "[]", where: wanted))
    }
    return all
  }

  /// Every field that has to be there.
  static func required(by schema: [String: Any], at path: String = "") -> Set<String> {
    var all = Set((schema["required"] as? [String] ?? []).map { "\(path).\($0)" })
    for (name, property) in schema["properties"] as? [String: [String: Any]] ?? [:] {
      all.formUnion(required(by: property, at: "\(path).\(name)"))
    }
    if let items = schema["items"] as? [String: Any] { all.formUnion(required(by: items, at: path + "[]")) }
    return all
  }

  /// The fields that hold a word of a closed set.
  static func enumerations(of schema: [String: Any], at path: String = "") -> [String: Set<String?>] {
    var all: [String: Set<String?>] = [:]
    if let words = schema["enum"] as? [Any] { all[path] = Set(words.map { $0 as? String }) }
    for (name, property) in schema["properties"] as? [String: [String: Any]] ?? [:] {
      all.merge(enumerations(of: property, at: "\(path).\(name)")) { $1 }
    }
    if let items = schema["items"] as? [String: Any] {
      all.merge(enumerations(of: items, at: path + "[]")) { $1 }
    }
    return all
  }

  private static func isOf(type: String, _ value: Any) -> Bool {
    switch type {
    case "null": value is NSNull
    case "string": value is String
    case "boolean": (value as? NSNumber).map(isBoolean) ?? false
    case "integer":
      (value as? NSNumber).map { !isBoolean($0) && $0.doubleValue.rounded() == $0.doubleValue } ?? false
    case "number": (value as? NSNumber).map { !isBoolean($0) } ?? false
    case "array": value is [Any]
    case "object": value is [String: Any]
    default: false
    }
  }

  private static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
