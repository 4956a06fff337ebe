import Accounts
import ArgumentParser
import Cryptography

/// `bench-load tokens`: session tokens that are the same on each run, with their hashes.
struct Tokens: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print tokens and the SHA-256 that the database keeps of them, for COPY: number, token, \\x and hash."
    )

    @Option(help: "How many.") var count = 10_000
    @Option(help: "Other seeds give other tokens.") var seed = "latchkey-bench"

    func run() throws {
        for number in 1...max(count, 1) {
            let text = Self.text(seed: seed, number: number)
            guard let token = SessionToken(text) else {
                throw ValidationError(
                    "the form of session tokens has changed: Tokens.swift has to follow OpaqueToken.swift"
                )
            }
            print("\(number)\t\(text)\t\\\\x\(Hex.encode(token.hash.bytes))")
        }
    }

    /// The form of ``OpaqueToken``, with bytes that follow from the seed instead of the system's generator.
    private static func text(seed: String, number: Int) -> String {
        let bytes = SHA2.sha256(Array("\(seed)/\(number)".utf8))
        let body = SessionTokenKind.prefix + Base64URL.encode(bytes)
        return body + Base64URL.encode(Array(SHA2.sha256(Array(body.utf8)).prefix(3)))
    }
}
