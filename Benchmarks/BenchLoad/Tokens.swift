import Accounts
import ArgumentParser
import Cryptography

/// `bench-load tokens`: tokens that are the same on each run, with their hashes.
struct Tokens: ParsableCommand {
    /// What they are for.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case session
        case code
        case refresh
        case access
    }

    static let configuration = CommandConfiguration(
        abstract: "Print tokens and the SHA-256 that the database keeps of them, for COPY: number, token, \\x and hash."
    )

    @Option(help: "What they are for: session, code, refresh or access.") var kind = Kind.session
    @Option(help: "How many.") var count = 10_000
    @Option(help: "Other seeds give other tokens.") var seed = "latchkey-bench"

    func run() throws {
        for number in 1...max(count, 1) {
            // Bytes that follow from the seed instead of the system's generator.
            let bytes = SHA2.sha256(Array("\(seed)/\(number)".utf8))
            guard let (text, hash) = token(of: bytes) else { throw ValidationError("SHA-256 is not 32 bytes") }
            print("\(number)\t\(text)\t\\\\x\(Hex.encode(hash.bytes))")
        }
    }

    private func token(of bytes: [UInt8]) -> (text: String, hash: TokenHash)? {
        switch kind {
        case .session: SessionToken(secretBytes: bytes).map { ($0.reveal(), $0.hash) }
        case .code: AuthorizationCode(secretBytes: bytes).map { ($0.reveal(), $0.hash) }
        case .refresh: RefreshToken(secretBytes: bytes).map { ($0.reveal(), $0.hash) }
        case .access: AccessToken(secretBytes: bytes).map { ($0.reveal(), $0.hash) }
        }
    }
}
