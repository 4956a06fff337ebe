import ArgumentParser

/// What `dev/bench` needs besides wrk: known session tokens, and complete sign-ins.
@main
struct BenchLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-load",
        abstract: "Load for dev/bench: known session tokens and complete social sign-ins.",
        subcommands: [Tokens.self, SignIn.self]
    )
}
