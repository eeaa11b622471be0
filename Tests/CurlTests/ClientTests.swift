import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Curl

@Suite struct ClientTests {
  /// The keys in that file decrypt all connections.
  @Test func keysOfConnectionsAreNotLogged() async {
    await #expect(processExitsWith: .success) {
      setenv("SSLKEYLOGFILE", "/nonexistent/keys", 1)
      exit(EasyHandle.isLibraryReady && getenv("SSLKEYLOGFILE") == nil ? 0 : 1)
    }
  }

  private func get(
    _ paths: [String], from server: RawServer, limits: Limits = Limits(), timeout: Duration = .seconds(10),
    cancellation: Cancellation = Cancellation()
  ) async throws -> [String: Result<Response, CurlError>] {
    let origin = Origin(scheme: .http, host: "127.0.0.1", port: server.port)
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            var client = try Client(origin: origin, limits: limits)
            var answers: [String: Result<Response, CurlError>] = [:]
            let requests = paths.enumerated().map { Request(tag: $0, path: $1, accept: "text/plain") }
            client.get(requests, until: .now + timeout, cancellation: cancellation) { request, result in
              #expect(answers[request.path] == nil, "answered twice")
              answers[request.path] = result
              return []
            }
            return answers
          })
      }
    }
  }

  private func code(_ reply: RawServer.Reply, limits: Limits = Limits()) async throws -> CurlError.Code? {
    let server = try RawServer { _ in reply }
    guard case .failure(let error) = try await get(["/"], from: server, limits: limits)["/"] else {
      return nil
    }
    #expect(!error.detail.isEmpty)
    #expect(error.operation == "GET /")
    return error.code
  }

  @Test func readsAResponse() async throws {
    let server = try RawServer { _ in
      .bytes(
        "HTTP/1.1 100 Continue\r\nDate: never\r\n\r\nHTTP/1.1 418 Odd\r\nDATE:  Sun, 06 Nov 1994 08:49:37 GMT \r\n"
          + "Retry-After: 7\r\nContent-Type: text/plain; a=b\r\nContent-Length: 2\r\n\r\nhi")
    }
    let response = try #require(try await get(["/a?b=%20"], from: server)["/a?b=%20"]).get()
    #expect(response.status == 418)
    #expect(response.date == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(response.retryAfter == "7")
    #expect(response.contentType == "text/plain; a=b")
    #expect(response.body == Array("hi".utf8))
    let head = try #require(server.requests.first)
    #expect(head.hasPrefix("GET /a?b=%20 HTTP/1.1\r\n"))
    #expect(head.contains("\r\nAccept: text/plain\r\n"))
    #expect(head.contains("\r\nAccept-Encoding: gzip\r\n"))
    #expect(!head.contains("Authorization"))
  }

  /// The text that libcurl reports for a reset depends on timing, so a server cannot provoke each one.
  @Test(arguments: [
    ("Recv failure: Connection reset by peer", true),
    ("OpenSSL SSL_connect: Connection reset by peer in connection to 127.0.0.1:6443 ", true),
    ("OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to 127.0.0.1:6443 ", true),
    ("getpeername() failed with errno 107: Transport endpoint is not connected", true),
    ("Send failure: Broken pipe", true),
    ("error:0A000126:SSL routines::unexpected eof while reading", true),
    ("error:0A00010B:SSL routines::wrong version number", false),
  ])
  func lostConnectionsAreDistinguishedFromFailedHandshakes(detail: String, isLost: Bool) {
    #expect(CurlError.Code.isConnectionLost(detail) == isLost)
  }

  @Test func followsNoRedirect() async throws {
    let server = try RawServer { _ in
      .bytes("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    }
    #expect(try #require(try await get(["/"], from: server)["/"]).get().status == 302)
    #expect(server.requests.count == 1)
  }

  @Test func aSlowResponseDoesNotDelayOthers() async throws {
    let server = try RawServer { head in
      head.hasPrefix("GET /slow") ? .silence : .bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    }
    let answers = try await get(["/slow", "/a", "/b", "/c"], from: server, timeout: .seconds(10))
    for path in ["/a", "/b", "/c"] { #expect(try #require(answers[path]).get().status == 200) }
    guard case .failure(let error) = answers["/slow"] else {
      Issue.record("expected an error")
      return
    }
    #expect(error.code == .timeout)
    #expect(error.detail == "the response timed out")
  }

  @Test func everyRequestGetsAResultAtTheDeadline() async throws {
    let server = try RawServer { _ in .silence }
    var limits = Limits()
    limits.maxConcurrentRequests = 2
    let paths = (0..<20).map { "/\($0)" }
    let answers = try await get(paths, from: server, limits: limits, timeout: .milliseconds(300))
    #expect(answers.count == 20)
    #expect(server.requests.count <= 2)
  }

  @Test func cancellationEndsARun() async throws {
    let cancellation = Cancellation()
    let server = try RawServer { _ in
      cancellation.cancel()
      return .silence
    }
    let answers = try await get(["/"], from: server, timeout: .seconds(60), cancellation: cancellation)
    guard case .failure(let error) = answers["/"] else {
      Issue.record("expected an error")
      return
    }
    #expect(error.code == .cancelled)
  }

  @Test func sendsFollowUpRequests() async throws {
    let server = try RawServer { _ in .bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") }
    let origin = Origin(scheme: .http, host: "127.0.0.1", port: server.port)
    let count = try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<Int, any Error>) in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            var client = try Client(origin: origin)
            var count = 0
            client.get(
              [Request(tag: 0, path: "/0", accept: "*/*")], until: .now + .seconds(10),
              cancellation: Cancellation()
            ) { request, _ in
              count += 1
              return request.tag < 4
                ? [Request(tag: request.tag + 1, path: "/\(request.tag + 1)", accept: "*/*")] : []
            }
            return count
          })
      }
    }
    #expect(count == 5)
    #expect(server.requests.count == 5)
  }

  @Test func invalidResponsesHaveErrorCodes() async throws {
    #expect(try await code(.bytes("")) == .closed)
    #expect(try await code(.bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")) == .closed)
    #expect(try await code(.bytes("SSH-2.0-OpenSSH_9.2\r\n")) == .invalidResponse)
    #expect(
      try await code(
        .bytes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"))
        == .invalidResponse)
  }

  @Test(arguments: [
    "<html>hi</html>", "HTTP/1.1\r\n\r\n", "HTTP/1.1 xyz OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno header\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFFFF\r\nhello\r\n",
  ]) func answersThatAreNoValidHTTPAreNoLostConnections(answer: String) async throws {
    #expect(try await code(.bytes(answer)) == .invalidResponse)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
  ]) func answersThatAreCutShortAreLostConnections(answer: String) async throws {
    #expect(try await code(.bytes(answer)) == .closed)
  }

  /// Texts of later versions of libcurl, and of connections that tests can't provoke.
  @Test(arguments: [
    ("chunk hex-length char not a hex digit: 0x5a", true),
    ("nghttp2_session_mem_recv() returned -902:The user callback function failed", true),
    ("HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)", true),
    ("HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)", false),
    ("HTTP/2 stream 1 was not closed cleanly before end of the underlying stream", false),
    ("Recv failure: Connection reset by peer", false),
  ]) func invalidHTTPIsDistinguishedFromLostConnections(detail: String, isInvalid: Bool) {
    #expect(CurlError.Code.isInvalidHTTP(detail) == isInvalid)
  }

  @Test func responsesOverTheLimitAreRejected() async throws {
    var limits = Limits()
    limits.bodyBytes = 1 << 20
    let chunk = [UInt8](repeating: 0, count: 1 << 16)
    #expect(
      try await code(.flood("HTTP/1.1 200 OK\r\n\r\n", chunk, times: 3200), limits: limits) == .tooLarge)
    let line = Array("X-Filler: \(String(repeating: "x", count: 1000))\r\n".utf8)
    #expect(try await code(.flood("HTTP/1.1 200 OK\r\n", line, times: 1000), limits: limits) == .tooLarge)
    let letters = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
    #expect(
      try await code(.flood("HTTP/1.1 200 OK\r\nX-Filler: ", letters, times: 64), limits: limits)
        == .tooLarge,
      "one header line without an end")
    limits.bodyBytes = 300 << 20
    limits.bufferedBytes = 1 << 20
    #expect(
      try await code(.flood("HTTP/1.1 200 OK\r\n\r\n", chunk, times: 3200), limits: limits) == .tooLarge)
  }

  @Test func limitsApplyAfterDecompression() async throws {
    let server = try RawServer { _ in
      .flood(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzipOfZeros.count)\r\n\r\n",
        gzipOfZeros, times: 1)
    }
    let whole = try #require(try await get(["/"], from: server)["/"]).get()
    #expect(whole.body.count == 1 << 20)
    var limits = Limits()
    limits.bodyBytes = (1 << 20) - 1
    guard case .failure(let error) = try await get(["/"], from: server, limits: limits)["/"] else {
      Issue.record("expected an error")
      return
    }
    #expect(error.code == .tooLarge)
  }

  @Test func aPortWithoutListenerIsAConnectError() async throws {
    var server: RawServer? = try RawServer { _ in .silence }
    let port = try #require(server).port
    server = nil
    let origin = Origin(scheme: .http, host: "127.0.0.1", port: port)
    let codes = Mutex<[CurlError.Code]>([])
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var client = try? Client(origin: origin)
        client?.get(
          [Request(tag: 0, path: "/", accept: "*/*")], until: .now + .seconds(5), cancellation: Cancellation()
        ) { _, result in
          if case .failure(let error) = result { codes.withLock { $0.append(error.code) } }
          return []
        }
        continuation.resume()
      }
    }
    #expect(codes.withLock { $0 } == [.connect])
  }

  @Test func identitiesShowNothing() {
    let identity = Origin.Identity(certificate: Array("hush".utf8), key: Array("hush".utf8))
    var dumped = ""
    dump(Origin(scheme: .https, host: "a", port: 1, identity: identity), to: &dumped)
    #expect(!dumped.contains("104"))
    #expect("\(identity)" == "client certificate")
  }
}

/// 1 MiB of zeros (gzip, RFC 1952): header, one block of a thousand equal codes, checksum and length.
private let gzipOfZeros: [UInt8] =
  [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 49, 1, 0, 0, 0, 194, 160, 245, 79, 109, 8, 95, 160,
  ] + [UInt8](repeating: 0, count: 1016) + [62, 3, 28, 234, 56, 167, 0, 0, 16, 0]
