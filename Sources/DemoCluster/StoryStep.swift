/// A step of the demo's scripted story.
package struct StoryStep: Hashable, Sendable {
  package let title: String
  package let fault: Fault

  /// A node fails and recovers; an image policy selects a new tag and the cluster follows.
  package static let story = [
    StoryStep(title: "calypso stops answering", fault: .nodeNotReady("calypso")),
    StoryStep(title: "calypso is back", fault: .nodeReady("calypso")),
    StoryStep(
      title: "cert-manager v1.18.3 is out: the image policy moves",
      fault: .policyMoved("cert-manager", tag: "v1.18.3")),
    StoryStep(title: "Flux has rolled cert-manager v1.18.3 out", fault: .rollout("cert-manager")),
    StoryStep(title: "the cluster is as it was at the start", fault: .healed),
  ]
}
