/// The rows that `kubectl get` prints, with all columns for common kinds, and name and age for others.
struct Table {
  let kind: ResourceKind
  let state: ClusterState
  let now: APITime

  func json(_ objects: [Object], _ metadata: JSON) -> JSON {
    let columns = columns
    return [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
      "columnDefinitions": .array(
        columns.map { column in
          [
            "name": .string(column.name), "type": "string", "format": column.name == "Name" ? "name" : "",
            "description": .string(column.name), "priority": .number(column.isWide ? 1 : 0),
          ]
        }),
      "rows": .array(
        objects.map { object in
          [
            "cells": .array(columns.map { .string($0.cell(object)) }),
            "object": object.json(.metadata, version: kind.versions[0], in: state),
          ]
        }),
    ]
  }

  private struct Column {
    let name: String
    var isWide = false
    let cell: (Object) -> String
  }

  private var columns: [Column] {
    let name = Column(name: "Name") { $0.name }
    let age = Column(name: "Age") { _ in Self.age(now.seconds(since: state.created)) }
    switch kind {
    case .node:
      return [
        name, Column(name: "Status", cell: nodeStatus),
        Column(name: "Roles") { object in
          let prefix = "node-role.kubernetes.io/"
          let roles = object.labels.keys.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
          return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
        },
        age, Column(name: "Version") { $0.status["nodeInfo"]["kubeletVersion"].string ?? "" },
        Column(name: "Internal-IP", isWide: true) {
          $0.status["addresses"].items.first?["address"].string ?? ""
        },
        Column(name: "External-IP", isWide: true) { _ in "<none>" },
        Column(name: "OS-Image", isWide: true) { $0.status["nodeInfo"]["osImage"].string ?? "" },
        Column(name: "Kernel-Version", isWide: true) { $0.status["nodeInfo"]["kernelVersion"].string ?? "" },
        Column(name: "Container-Runtime", isWide: true) {
          $0.status["nodeInfo"]["containerRuntimeVersion"].string ?? ""
        },
      ]
    case .pod:
      return [
        name,
        Column(name: "Ready") {
          $0.status["containerStatuses"].items.first?["ready"] == true ? "1/1" : "0/1"
        },
        Column(name: "Status") { pod in
          pod.status["containerStatuses"].items.first?["state"]["waiting"]["reason"].string
            ?? pod.status["phase"].string ?? ""
        },
        Column(name: "Restarts") { pod in
          guard case .number(let count)? = pod.status["containerStatuses"].items.first?["restartCount"] else {
            return "0"
          }
          return "\(count)"
        }, age,
      ]
    case .gitRepository:
      return [name, Column(name: "URL") { $0.spec["url"].string ?? "" }, age, ready, message]
    case .imagePolicy:
      return [name, Column(name: "LatestImage") { $0.status["latestImage"].string ?? "" }]
    case .kustomization, .helmRelease: return [name, age, ready, message]
    default: return [name, age]
    }
  }

  private var ready: Column {
    Column(name: "Ready") { Self.condition($0, "Ready")["status"].string ?? "" }
  }

  private var message: Column {
    Column(name: "Status") { Self.condition($0, "Ready")["message"].string ?? "" }
  }

  private func nodeStatus(_ node: Object) -> String {
    let isReady = Self.condition(node, "Ready")["status"].string == "True"
    return (isReady ? "Ready" : "NotReady")
      + (node.spec["unschedulable"] == true ? ",SchedulingDisabled" : "")
  }

  private static func condition(_ object: Object, _ type: String) -> JSON {
    object.status["conditions"].items.first { $0["type"].string == type } ?? .null
  }

  /// Supports the ages that occur in the demo: one year, or less than two days.
  private static func age(_ seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(max(0, seconds))s"
    case ..<10_800: "\(seconds / 60)m"
    case ..<172_800: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }
}
