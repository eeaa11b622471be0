/// A kind of custom resource that is watched: one declaration, from which discovery, lists and rules derive.
public struct CustomKind: Hashable, Sendable {
  /// The Deployment that reconciles the objects of a kind.
  public enum Controller: Hashable, Sendable {
    /// One of Flux's controllers, by its name.
    case flux(String)
    /// Any Deployment that runs this image.
    case image(String)
  }

  /// For example `Kustomization`.
  public let name: String
  /// For example `kustomize.toolkit.fluxcd.io`.
  public let group: String
  /// For example `kustomizations`.
  public let plural: String
  /// The supported versions, newest first. The server decides which of them is requested.
  public let versions: [String]
  /// nil if its objects are maintained by other controllers.
  public let controller: Controller?
  /// False if some releases of its controller do not have this kind.
  public let isInEveryRelease: Bool

  init(
    _ name: String, _ plural: String, _ group: String, _ versions: [String], _ controller: Controller?,
    isInEveryRelease: Bool = true
  ) {
    self.name = name
    self.group = group
    self.plural = plural
    self.versions = versions
    self.controller = controller
    self.isInEveryRelease = isInEveryRelease
  }

  /// The name of its CustomResourceDefinition.
  public var definition: String { "\(plural).\(group)" }

  private static func flux(
    _ name: String, _ plural: String, _ group: String, _ versions: [String], _ controller: String?,
    isInEveryRelease: Bool = true
  ) -> CustomKind {
    CustomKind(
      name, plural, "\(group).toolkit.fluxcd.io", versions, controller.map { .flux($0) },
      isInEveryRelease: isInEveryRelease)
  }
}

extension CustomKind {
  /// The kinds of Flux except those of images, in the order of `flux get all`, with their versions since Flux 2.0.
  public static let flux = [
    flux("GitRepository", "gitrepositories", "source", ["v1", "v1beta2", "v1beta1"], "source-controller"),
    flux("OCIRepository", "ocirepositories", "source", ["v1", "v1beta2"], "source-controller"),
    flux("Bucket", "buckets", "source", ["v1", "v1beta2", "v1beta1"], "source-controller"),
    flux("HelmRepository", "helmrepositories", "source", ["v1", "v1beta2", "v1beta1"], "source-controller"),
    flux("HelmChart", "helmcharts", "source", ["v1", "v1beta2", "v1beta1"], "source-controller"),
    flux("ExternalArtifact", "externalartifacts", "source", ["v1"], nil, isInEveryRelease: false),
    flux("HelmRelease", "helmreleases", "helm", ["v2", "v2beta2", "v2beta1"], "helm-controller"),
    flux(
      "Kustomization", "kustomizations", "kustomize", ["v1", "v1beta2", "v1beta1"], "kustomize-controller"),
    flux("Receiver", "receivers", "notification", ["v1", "v1beta2", "v1beta1"], "notification-controller"),
    flux(
      "Provider", "providers", "notification", ["v1beta3", "v1beta2", "v1beta1"], "notification-controller"),
    flux("Alert", "alerts", "notification", ["v1beta3", "v1beta2", "v1beta1"], "notification-controller"),
  ]

  public static let imageRepository = image(
    "ImageRepository", "imagerepositories", "image-reflector-controller")
  public static let imagePolicy = image("ImagePolicy", "imagepolicies", "image-reflector-controller")
  public static let imageUpdateAutomation = image(
    "ImageUpdateAutomation", "imageupdateautomations", "image-automation-controller")
  private static func image(_ name: String, _ plural: String, _ controller: String) -> CustomKind {
    flux(name, plural, "image", ["v1", "v1beta2", "v1beta1"], controller)
  }

  public static let certificate = CustomKind(
    "Certificate", "certificates", "cert-manager.io", ["v1"], .image("cert-manager-controller"))
  public static let stack = CustomKind(
    "Stack", "stacks", "pulumi.com", ["v1", "v1alpha1"], .image("pulumi-kubernetes-operator"))

  /// All kinds of Flux.
  static let ofFlux = flux + [imageRepository, imagePolicy, imageUpdateAutomation]
  /// All kinds of custom resources that are watched.
  public static let all = ofFlux + [certificate, stack]

  private static let fluxControllers: [String: String] = ofFlux.reduce(into: [:]) { controllers, kind in
    if case .flux(let name)? = kind.controller { controllers[kind.name] = name }
  }

  /// The controllers of Flux.
  static let controllersOfFlux = Set(fluxControllers.values)

  /// The names of the kinds that source-controller reconciles.
  public static let sources = Set(fluxControllers.filter { $0.value == "source-controller" }.keys)

  fileprivate static func fluxController(of kind: String) -> String { fluxControllers[kind] ?? "" }
}

extension String {
  /// The controller of Flux that reconciles this kind; empty for other kinds.
  var fluxController: String { CustomKind.fluxController(of: self) }
}
