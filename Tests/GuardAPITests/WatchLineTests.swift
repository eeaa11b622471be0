import FoundationEssentials
import Health
import Testing

@testable import GuardAPI

@Suite struct WatchLineTests {
  private let moment = Timestamp(seconds: 1_772_339_047)

  private var status: StatusDocument {
    StatusDocument(version: "0.1.0", generatedAt: moment, clusters: [], problems: [])
  }

  private var change: ChangeDocument {
    ChangeDocument(
      at: moment, event: "node_not_ready", cluster: "tethys", subject: "node calypso", from: "Ready",
      to: "NotReady", message: "node calypso: Ready -> NotReady")
  }

  @Test func readsWhatItWrites() throws {
    for line: WatchLine in [
      .snapshot(status), .change(change, status), .change(change, nil), .heartbeat(moment, nil),
      .heartbeat(moment, status),
    ] {
      let bytes = try DocumentCoding.encode(line)
      #expect(!bytes.contains(UInt8(ascii: "\n")))
      #expect(try DocumentCoding.decodeWatchLine(bytes) == line)
    }
  }

  @Test func encodingIsStable() throws {
    let text = String(decoding: try DocumentCoding.encode(WatchLine.change(change, nil)), as: UTF8.self)
    #expect(
      text == """
        {"change":{"at":"2026-03-01T04:24:07Z","attempts":null,"changesRecorded":null,"cluster":"tethys","command":null,"count":null,"endedAt":null,\
        "event":"node_not_ready","fact":null,"formerSeenAt":null,"from":"Ready","incident":null,"incidentsKept":null,"message":"node calypso: Ready -> NotReady","names":[],"note":null,"reason":null,\
        "remedy":null,"seenAt":null,"severity":null,"since":null,"steps":null,"subject":"node calypso","to":"NotReady"},\
        "status":null,"type":"change"}
        """)
  }

  @Test func ignoresUnknownTypes() throws {
    let line = try DocumentCoding.decodeWatchLine(Data("{\"type\":\"eclipse\",\"status\":null}".utf8))
    #expect(line == .other(type: "eclipse"))
  }

  @Test func refusesAnotherMajorVersion() {
    let text = "{\"type\":\"snapshot\",\"status\":{\"schema\":\"oceanid.status/2\"}}"
    #expect(throws: DocumentError.unexpectedSchema("oceanid.status/2", expected: "oceanid.status/1")) {
      try DocumentCoding.decodeWatchLine(Data(text.utf8))
    }
  }
}
