import Cryptography
import JOSE
import JSON
import OAuth
import OpenIDConnect
import Synchronization

/// An issuer that signs whatever it is told to.
struct SigningIssuer: Sendable {
    let key: PrivateKey
    let keyID: String
    let algorithm: SignatureAlgorithm

    init(_ keyID: String = "k1", kind: PublicKey.Kind = .rsa(bits: 2048), algorithm: SignatureAlgorithm = .rs256) throws
    {
        key = try PrivateKey.generate(kind)
        self.keyID = keyID
        self.algorithm = algorithm
    }

    var keys: JWKSet { JWKSet([jwk]) }
    var jwk: JWK { JWK(key.publicKey, keyID: keyID, algorithm: algorithm) }

    func token(_ claims: JSONObject, type: String? = "JWT", extra: JSONObject = [:]) throws -> Secret {
        try token(payload: JSONValue.object(claims).serialized(), type: type, extra: extra)
    }

    func token(payload: String, type: String? = "JWT", extra: JSONObject = [:]) throws -> Secret {
        Secret(
            try JWS.sign(
                payload: Array(payload.utf8),
                key: key,
                algorithm: algorithm,
                keyID: keyID,
                type: type,
                extraHeader: extra
            )
        )
    }
}

/// One RSA key for the whole run: making one takes longer than all the tests that use it.
let sharedIssuer = Result { try SigningIssuer() }

/// Answers requests from a list of functions and notes what was asked.
final class RecordingTransport: HTTPTransport {
    typealias Answer = @Sendable (OutboundRequest) async -> Result<OutboundResponse, TransportFailure>

    private let state = Mutex<(answer: Answer, urls: [String])>(({ _ in .failure(.unreachable) }, []))

    init(_ answer: @escaping Answer) { state.withLock { $0.answer = answer } }

    var urls: [String] { state.withLock { $0.urls } }
    var count: Int { urls.count }

    func answer(_ answer: @escaping Answer) { state.withLock { $0.answer = answer } }

    func send(_ request: OutboundRequest) async throws(TransportFailure) -> OutboundResponse {
        let answer = state.withLock { state in
            state.urls.append(request.url)
            return state.answer
        }
        return try await answer(request).get()
    }
}

/// A clock that stands still until it is told to move.
final class HandClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: @Sendable () -> ContinuousClock.Instant {
        { self.instant.withLock { $0 } }
    }

    func advance(_ duration: Duration) { instant.withLock { $0 += duration } }
}

func json(_ body: String, status: Int = 200, headers: [(name: String, value: String)] = []) -> OutboundResponse {
    OutboundResponse(
        status: status,
        headers: [(name: "content-type", value: "application/json; charset=utf-8")] + headers,
        body: Array(body.utf8)
    )
}
