/// The embedded files of the page.
enum PageAsset {
  static let page = PackageResources.page_html
  static let style = PackageResources.page_css
  static let script = PackageResources.page_js
}
