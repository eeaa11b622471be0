import Foundation
import GuardTypes
import Health
import Testing

@testable import GuardAPI

@Suite struct SchemaTests {
  private let schema: [String: Any]

  init() throws {
    let bytes = try DocumentCoding.encode(SchemaDocument.status)
    schema = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
  }

  private func check(_ document: StatusDocument) throws -> SchemaCheck {
    var check = SchemaCheck()
    check.check(try JSONSerialization.jsonObject(with: DocumentCoding.encode(document)), against: schema)
    return check
  }

  private func sparse() throws -> StatusDocument {
    let text = """
      { "schema": "oceanid.status/1", "generatedAt": "2026-03-01T04:24:07Z", "clusters": [
        { "name": "tethys", "tunnel": {}, "poll": {}, "api": {}, "flux": {}, "images": {} } ] }
      """
    var status = try DocumentCoding.decodeStatus(Data(text.utf8))
    // Never written, only read.
    status.clusters[0].tunnel.state = .stopped
    return status
  }

  @Test func everyDocumentFitsItAndItHasEveryField() throws {
    let documents = [
      GoldenTests().whole, try DocumentCoding.decodeStatus(Data(ContractTests.example.utf8)), try sparse(),
      StatusDocument(generatedAt: Timestamp(seconds: 0), clusters: [], problems: []),
    ]
    var seen: Set<String> = []
    for document in documents {
      let check = try check(document)
      #expect(check.faults == [])
      seen.formUnion(check.seen)
    }
    // What no document shows could say anything.
    #expect(SchemaCheck.paths(of: schema).subtracting(seen) == [])
  }

  @Test func aDocumentThatDoesNotFitIsFound() throws {
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

  @Test func isAnnouncedAsWhatItIs() {
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["title"] as? String == "oceanid.status/1")
  }

  @Test func wordsAndNullsAreSaid() throws {
    let text = String(decoding: try DocumentCoding.encode(SchemaDocument.status), as: UTF8.self)
    #expect(text.contains("\"verdict\":{\"enum\":[\"healthy\",\"degraded\",\"critical\",\"unknown\"],"))
    #expect(text.contains("\"enum\":[\"up\",\"connecting\",\"backoff\",\"blocked\",\"stopped\"]"))
    #expect(
      text.contains(
        "\"ready\":{\"enum\":[\"True\",\"False\",\"Unknown\",null],\"type\":[\"string\",\"null\"]}"))
    #expect(text.contains("\"generatedAt\":{\"format\":\"date-time\",\"type\":\"string\"}"))
  }
}

/// Checks a value against as much of JSON Schema as our schemas use, and more strictly: a field that the schema does
/// not name is a fault.
private struct SchemaCheck {
  var faults: [String] = []
  /// The fields that were there.
  var seen: Set<String> = []

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

  /// Every field that a schema names.
  static func paths(of schema: [String: Any], at path: String = "") -> Set<String> {
    var all: Set<String> = []
    for (name, property) in schema["properties"] as? [String: [String: Any]] ?? [:] {
      all.insert("\(path).\(name)")
      all.formUnion(paths(of: property, at: "\(path).\(name)"))
    }
    if let items = schema["items"] as? [String: Any] { all.formUnion(paths(of: items, at: path + "[]")) }
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
