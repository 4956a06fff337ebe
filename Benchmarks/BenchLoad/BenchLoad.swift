import ArgumentParser

/// What `dev/bench` needs besides wrk: known session tokens, complete sign-ins, a fixed rate, and the raw cost of a hash.
@main
struct BenchLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-load",
        abstract:
            "Load for dev/bench: known session tokens, complete social sign-ins, a fixed rate, the limit of hashing.",
        subcommands: [Tokens.self, SignIn.self, Paced.self, HashLimit.self]
    )
}
