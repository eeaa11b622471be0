import Foundation
import GuardConnection
import Testing

@testable import GuardAssistants

/// Lines of clients, and what is read from them.
@Suite struct ClientMessageTests {
  private static func message(_ line: String) -> ClientMessage { ClientMessage(Array(line.utf8)) }

  @Test func idKeepsItsType() {
    let one = Self.message(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
    #expect(one == .request(.integer(1), method: "ping", params: [:]))
    let text = Self.message(#"{"jsonrpc":"2.0","id":"listen-1","method":"ping","params":{"a":[]}}"#)
    #expect(text == .request(.text("listen-1"), method: "ping", params: ["a": []]))
    let null = Self.message(#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#)
    #expect(null == one)
    #expect(RequestID.text("1").json == "1")
    #expect(RequestID.integer(1).json == 1)
  }

  /// Some clients compare the text, and JavaScript's largest exact integer is 2^53.
  @Test(arguments: [
    "1", "-7", "0", "-0", "1.5", "1.0", "1.50", "1e2", "-1E+3", "9007199254740993", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "123456789012345678901234567890", "1e999", "0.1000",
    #""1""#,
  ]) func answerRepeatsTheIDAsItIsWritten(id: String) {
    var client = Conversation()
    let answers = client.line(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#)
    #expect(answers.map(\.line) == [#"{"id":\#(id),"jsonrpc":"2.0","result":{}}"#])
  }

  @Test(arguments: [
    "", "x", "{", "[]", "1", "null", #"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
    #"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":1,"error":{}}"#,
    #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
    #"{"jsonrpc":"1.0","method":"ping"}"#, #"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#,
  ])
  func lineWithoutAnAnswerIsIgnored(_ line: String) { #expect(Self.message(line) == .ignored) }

  @Test(arguments: [
    #"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, #"{"jsonrpc":"2.0","id":7}"#,
    #"{"jsonrpc":"2.0","id":7,"method":8}"#, #"{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}"#,
    #"{"jsonrpc":"2.0","id":7,"method":"ping","params":1}"#,
  ])
  func requestWithAMistakeIsAnswered(_ line: String) {
    guard case .invalid(.integer(7), _) = Self.message(line) else {
      Issue.record("\(line)")
      return
    }
  }

  @Test func halfOfASurrogatePairAndInvalidUTF8DoNotLoseTheMessage() {
    let head = Array(
      #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"x\ud800y\udc00\ud83d\ude00"#.utf8)
    let line = head + [0xFF, 0xC3] + Array(#"","b":"\ud800A"}}"#.utf8)
    let texts: [String: JSONValue] = ["a": "x\u{FFFD}y\u{FFFD}\u{1F600}\u{FFFD}\u{FFFD}", "b": "\u{FFFD}A"]
    #expect(ClientMessage(line) == .request(.integer(1), method: "ping", params: texts))
  }

  @Test(
    arguments: [
      ("0", 0), ("-12", -12), ("1e2", .numeral("1e2")), ("-0.5", .number(-0.5)),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", .numeral("9223372036854775808")),
      (#""\"\\\/\b\f\n\r\tA""#, "\"\\/\u{8}\u{C}\n\r\tA"), (" [ 1 , { \"a\" : null } ] ", [1, ["a": .null]]),
      ("{\"a\":1,\"a\":2}", ["a": 2]), ("true", true), ("false", false),
    ] as [(String, JSONValue)])
  func valueIsRead(_ text: String, _ value: JSONValue) { #expect(JSONReader.read(Array(text.utf8)) == value) }

  @Test(arguments: [
    "01", "1.", ".5", "+1", "-", "1e", "nul", "tru", "\"", "\"\\x\"", "\"\\u12\"", "\"\n\"", "[1,]", "{,}",
    "{1:2}",
    "{\"a\"}", "[1 2]", "NaN",
  ])
  func otherTextIsRefused(_ text: String) { #expect(JSONReader.read(Array(text.utf8)) == nil) }

  @Test func depthIsBounded() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(JSONReader.read(nested(JSONReader.depthLimit)) != nil)
    #expect(JSONReader.read(nested(JSONReader.depthLimit + 2)) == nil)
    #expect(JSONReader.read(Array(String(repeating: "[", count: 1 << 20).utf8)) == nil)
  }

  @Test func linesDoNotDependOnHowTheyArrive() {
    let bytes = Array("one\n\n\r\ntwo\nlast".utf8)
    for step in 1...bytes.count {
      var splitter = LineSplitter()
      var lines: [String] = []
      for start in stride(from: 0, to: bytes.count, by: step) {
        lines += splitter.add(bytes[start..<min(start + step, bytes.count)]).map {
          String(decoding: $0, as: UTF8.self)
        }
      }
      #expect(lines == ["one", "\r", "two"], "in steps of \(step)")
    }
  }

  @Test func longLineIsDroppedAndTheNextIsRead() {
    var splitter = LineSplitter(limit: 8)
    #expect(splitter.add(Array("12345678\n".utf8)).count == 1)
    #expect(splitter.add(Array("123456".utf8)).isEmpty)
    #expect(splitter.add(Array("789 and more".utf8)).isEmpty)
    #expect(splitter.add(Array("end\nnext\n".utf8)) == [Array("next".utf8)])
    #expect(splitter.dropped == 1)
  }

  @Test func lineOfAValueIsOneLineOfPlainText() {
    let value: JSONValue = [
      "b": "\u{2028}\u{1B}\n", "a": [1, .number(.infinity), true, .null, .number(1.5)],
    ]
    #expect(value.line == #"{"a":[1,null,true,null,1.5],"b":"\u2028\u001b\n"}"#)
  }
}
