import Cryptography
import Foundation
import JOSE
import JSON
import TestSupport

/// Somebody who verifies tokens, and keeps the key set for a while without asking again, not even for an unknown key: the
/// least forgiving relying party there is.
actor RelyingParty {
    private let ports: [Int]
    private let keepsFor: Duration
    private var kept: (keys: JWKSet, at: ContinuousClock.Instant)?
    private var turn = 0
    /// How many tokens each key was accepted for.
    private(set) var accepted: [String: Int] = [:]
    private(set) var failures: [String] = []
    /// How many tokens were verified, with either result.
    var count: Int { accepted.values.reduce(failures.count, +) }

    init(ports: [Int], keepsFor: Duration) {
        self.ports = ports
        self.keepsFor = keepsFor
    }

    func verify(_ token: String) async throws {
        do {
            let verified = try JWS.verify(token, keys: try await keys(), allowing: [.es256, .rs256])
            accepted[verified.header.kid ?? "", default: 0] += 1
        } catch let fault as JOSEFault {
            failures.append("\(fault.rawValue): \((try? JWS.unverifiedHeader(token).kid) ?? "")")
        }
    }

    private func keys() async throws -> JWKSet {
        if let kept, kept.at.duration(to: .now) < keepsFor { return kept.keys }
        turn += 1
        // From another node each time.
        let document = try await KeySetDocument.fetch(port: ports[turn % ports.count])
        kept = (document.keys, .now)
        return document.keys
    }
}

/// What one node publishes.
struct KeySetDocument: Sendable {
    let answer: HTTPExchange.Answer
    let keys: JWKSet

    static func fetch(port: Int) async throws -> KeySetDocument {
        let answer = try await Browser(port: port, origin: Stack.origin).send(
            "GET",
            "/oauth/jwks",
            headers: ["Accept": "application/json"],
            body: nil
        )
        guard answer.status == 200 else { throw NeverHappened(description: "a key set: \(answer.status)") }
        return KeySetDocument(answer: answer, keys: try JWKSet.parse(JSONValue.parse(answer.body)))
    }

    var keyIDs: [String] { keys.keys.compactMap(\.kid) }
}
