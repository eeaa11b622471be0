import FoundationEssentials
import GuardAPI
import GuardConnection
import GuardPages
import GuardTerminal

/// Reads documents of the guard for the tools. It sends GET requests only.
struct GuardReader: Sendable {
  let client: DaemonClient

  /// - Parameters:
  ///   - cluster: nil for all.
  ///   - view: a smaller form of the document.
  func status(_ cluster: String?, view: StatusDocument.View? = nil) throws(CallFailure) -> StatusDocument {
    let status: StatusDocument
    do throws(ClientError) { status = try client.status(view) } catch { throw GuardReader.failure(error) }
    guard let cluster else { return status }
    guard let only = status.only(cluster) else {
      throw GuardReader.noCluster(cluster, known: status.clusters.map(\.name))
    }
    return only
  }

  func history(_ query: HistoryQuery) throws(CallFailure) -> HistoryDocument {
    let body = try get(.history, query.parameters)
    do throws(DocumentError) {
      return try DocumentCoding.decode(HistoryDocument.self, from: body)
    } catch {
      throw GuardReader.failure(.document(error))
    }
  }

  func guardView() throws(CallFailure) -> GuardViewDocument {
    do throws(ClientError) { return try client.guardView() } catch { throw GuardReader.failure(error) }
  }

  /// The document of `GET /v1/where`.
  func whereIs(_ commit: String, _ cluster: String?) throws(CallFailure) -> Data {
    let missing = CallFailure(
      "no pipeline is configured, so the guard does not know where commits are",
      next: ["a person adds clusters[].pipeline to guard.yaml: see oceanid-guard.yaml(5)"])
    let route = Route.whereIs
    var parameters = [(name: "commit", value: commit)]
    if let cluster { parameters.append(("cluster", cluster)) }
    do throws(ClientError) {
      return try client.exchange(route, parameters).body
    } catch .refused(404, "cluster", _) where cluster != nil {
      throw GuardReader.noCluster(
        cluster ?? "", known: (try? client.status(.overview))?.clusters.map(\.name) ?? [])
    } catch .refused(404, "commit", let message) {
      throw CallFailure(ForeignText.clean(message), next: ["check the commit: git log --oneline"])
    } catch .refused(404, _, _) {
      throw missing
    } catch {
      throw GuardReader.failure(error)
    }
  }

  private func get(
    _ route: Route, _ parameters: [(name: String, value: String)]
  ) throws(CallFailure) -> Data {
    do throws(ClientError) {
      return try client.exchange(route, parameters).body
    } catch {
      throw GuardReader.failure(error)
    }
  }

  static func failure(_ error: ClientError) -> CallFailure {
    CallFailure(ForeignText.clean("\(error)"), next: error.remedy.map { ForeignText.clean($0) })
  }

  private static func noCluster(_ name: String, known: [String]) -> CallFailure {
    let names = known.prefix(20).map { ForeignText.clean($0, limit: 60) }.joined(separator: ", ")
    return CallFailure(
      "the guard watches no cluster named '\(ForeignText.clean(name, limit: 60))'",
      next: known.isEmpty ? [] : ["known clusters: \(names)\(known.count > 20 ? ", …" : "")"],
      kind: .noSuchCluster)
  }
}
