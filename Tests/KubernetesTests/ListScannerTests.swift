import Health
import Testing

@testable import Kubernetes

@Suite struct ListScannerTests {
  private struct Parts: Equatable {
    var kinds: [String] = []
    var metadata: [String] = []
    var items: [String] = []
    var passedOver: [String] = []
    var isDone = false
  }

  /// The parts of a text that arrives in chunks of the given size.
  private func parts(_ text: String, pieces: Int = .max) throws(JSONDocument.Fault) -> Parts {
    var scanner = ListScanner()
    var parts = Parts()
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      try Array(rest.prefix(pieces)).withUnsafeBufferPointer { bytes throws(JSONDocument.Fault) in
        try scanner.scan(UnsafeRawBufferPointer(bytes)) { part, value in
          let text = String(decoding: value, as: UTF8.self)
          switch part {
          case .kind: parts.kinds.append(text)
          case .metadata: parts.metadata.append(text)
          case .item: parts.items.append(text)
          case .tooDeep: parts.passedOver.append("deep \(text.prefix(8))")
          case .tooLong: parts.passedOver.append("long \(text.prefix(8))")
          }
        }
      }
      rest = rest.dropFirst(pieces)
    }
    parts.isDone = scanner.isDone
    return parts
  }

  @Test func resultsDoNotDependOnChunkBoundaries() throws {
    let text =
      #" { "apiVersion" : "v1", "items":[ {"a":"}]\"\\","b":[1,{"c":2}]}, 7 ,"é{" ,null,[ ]] , "x":{"items":[1]}, "kind":"NodeList","metadata":{"continue":"t"} } "#
      + "\n"
    let whole = try parts(text)
    #expect(whole.items == [#"{"a":"}]\"\\","b":[1,{"c":2}]}"#, "7", #""é{""#, "null", "[ ]"])
    #expect(whole.kinds == [#""NodeList""#])
    #expect(whole.metadata == [#"{"continue":"t"}"#])
    #expect(whole.isDone)
    for pieces in 1...text.utf8.count { #expect(try parts(text, pieces: pieces) == whole) }
  }

  @Test(arguments: ["{}", #"{"items":[]}"#, #"{"items":null,"kind":"NodeList"}"#])
  func emptyListsAreValid(text: String) throws {
    let parts = try parts(text)
    #expect(parts.items.isEmpty)
    #expect(parts.isDone)
  }

  @Test(arguments: [
    "[]", "7", "{}x", #"{"a":1,}"#, #"{"a" 1}"#, #"{"items":[1 2]}"#, #"{"items":[,1]}"#, #"{"items":[1,]}"#,
    #"{"items":{}}"#, #"{"items":"[]"}"#, #"{"items":7}"#, #"{"items":[1}"#, #"{a:1}"#, #"{"a":]}"#,
    #"{"items":[1],,"b":1}"#,
  ])
  func itemsThatAreNotObjectsAreRejected(text: String) {
    #expect(throws: JSONDocument.Fault.notJSON) { try parts(text) }
    #expect(throws: JSONDocument.Fault.notJSON) { try parts(text, pieces: 1) }
  }

  @Test(arguments: ["", "{", #"{"items":[{}"#, #"{"items":[{}]"#, #"{"items":["a"#, #"{"a":1"#])
  func aTruncatedListIsIncomplete(text: String) throws {
    #expect(try !parts(text).isDone)
  }

  @Test(arguments: ["[", #"{"a":"#]) func nestingDepthIsLimited(opening: String) throws {
    // The limit applies to skipped values, too.
    let elsewhere = #"{"other":"# + String(repeating: opening, count: 10_000)
    #expect(throws: JSONDocument.Fault.tooDeep) { try parts(elsewhere) }
  }

  @Test func valueLengthIsLimited() throws {
    let long = String(repeating: "x", count: ListScanner.objectLimit)
    #expect(throws: JSONDocument.Fault.tooLong(64 << 10)) { try parts("{\"\(long)\":1}", pieces: 4096) }
    // Skipped values may have any length.
    #expect(try parts(#"{"other":"\#(long)","items":[1]}"#, pieces: 4096).items == ["1"])
  }

  @Test(arguments: [4096, 7001, .max]) func anOversizedObjectIsSkipped(pieces: Int) throws {
    let deep = #"{"a":"# + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
    let long = #"{"b":""# + String(repeating: "x", count: ListScanner.objectLimit) + #""}"#
    let both = #"{"c":["# + deep + "," + long + "]}"
    let parts = try parts(#"{"items":[1,\#(deep),2,\#(long),\#(both),3],"kind":"PodList"}"#, pieces: pieces)
    #expect(parts.items == ["1", "2", "3"])
    #expect(parts.passedOver == [#"deep {"a":[[["#, #"long {"b":"xx"#, #"long {"c":[{""#])
    #expect(parts.kinds == [#""PodList""#])
    #expect(parts.isDone)
  }

  @Test func anOversizedObjectIsReportedByName() throws {
    let pods = Kind.pod
    let deep = String(repeating: #"{"a":"#, count: 260) + "1" + String(repeating: "}", count: 260)
    let long = String(repeating: "x", count: 5 << 20)
    let page = try ObjectPage(
      Array(
        SmallCluster.list(
          "Pod",
          [
            #"{"metadata":{"labels":{"name":"no"},"name":"web","namespace":"apps"},"status":{"phase":"Running"}}"#,
            #"{"metadata":{"labels":{"name":"no"},"name":"a","namespace":"apps"},"spec":\#(deep)}"#,
            #"{"spec":{"name":"no"},"metadata":{"name":"b\#u{2028}c"},"x":"\#(long)"}"#,
            #"{"spec":{"x":"\#(long)"},"metadata":{"name":"late"}}"#,
          ]
        ).utf8), of: ServedKind(pods, "v1"))
    #expect(page.objects.count == 1)
    #expect(
      page.undecodable.map(\.description) == [
        "Pod apps/a: nests deeper than 200 levels", "Pod b\\u{2028}c: is longer than 4 MiB",
        "Pod number 3: is longer than 4 MiB",
      ])
  }

  @Test func theNumberOfObjectsIsLimited() {
    let reader = ListReader(of: ServedKind(.node, "v1"), limits: ListReader.Limits(objects: 2))
    let node = #"{"metadata":{"name":"a"}}"#
    let text = #"{"kind":"NodeList","items":[\#(node),\#(node),\#(node)]}"#
    #expect(!Array(text.utf8).withUnsafeBytes { reader.receive($0) })
    #expect(throws: JSONDocument.Fault.tooMany(2)) { try reader.finish() }
    #expect(reader.objects.count == 2)
  }

  @Test func anotherKindIsRejectedBeforeItsItems() {
    let reader = ListReader(of: ServedKind(.node, "v1"))
    #expect(!Array(#"{"kind":"PodList","items":["#.utf8).withUnsafeBytes { reader.receive($0) })
    #expect(throws: JSONDocument.Fault.otherKind("PodList")) { try reader.finish() }
  }
}
