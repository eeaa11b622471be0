import ArgumentParser
import GuardPages

struct PipelineCommand: ParsableCommand, Reading {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Show what each stage of the pipeline runs, and how far it is behind the branch.",
    discussion: """
      The stages are the workflow of GitHub Actions, the stack of Pulumi, and the sources and Kustomizations of Flux. \
      BEHIND counts the later commits that touch a stage's paths, ELSEWHERE the others, AUTOMATION those of both that \
      image automation made. For one commit, see: oceanid-ctl where

      Examples:
        oceanid-ctl pipeline
        oceanid-ctl pipeline -o wide           with the pages of all runs and deployments
        oceanid-ctl pipeline --json | jq -r '.clusters[].pipeline.stages[] | [.id, .state] | @tsv'
      """)

  @OptionGroup var options: ReadOptions

  @Option(name: .output, help: OutputFormat.help(wide: "also the links of current stages"))
  var output: OutputFormat?

  @Flag(name: [.short, .long], help: "Print it again after each change, until Ctrl-C.")
  var watch = false

  func run() throws {
    let isWide = output == .wide
    try options.show(.pipeline, output, watches: watch) { PipelinePage.page($0, $1, isWide: isWide) }
  }
}
