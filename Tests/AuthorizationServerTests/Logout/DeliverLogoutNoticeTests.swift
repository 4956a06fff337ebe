import Cryptography
import Foundation
import JSON
import Jobs
import OAuth
import Synchronization
import Testing

@testable import AuthorizationServer

@Suite("Notices that sessions have ended")
struct DeliverLogoutNoticeTests {
    /// Signs by writing down what it was asked to sign.
    struct PlainSigner: TokenSigner {
        var fault: TokenSigningFault?
        var isReady: Bool { fault == nil }

        func sign(_ claims: JSONObject, type: SignedTokenType, algorithm: TokenAlgorithm) throws(TokenSigningFault)
            -> String
        {
            if let fault { throw fault }
            return type.rawValue + " " + algorithm.rawValue + " " + JSONValue.object(claims).serialized()
        }

        func claims(of token: String, type: SignedTokenType) -> JSONObject? { nil }
    }

    /// Answers everything in one way and keeps what it got.
    final class Wire: HTTPTransport {
        let answer: Result<Int, TransportFailure>
        let sent = Mutex<[OutboundRequest]>([])

        init(_ answer: Result<Int, TransportFailure>) { self.answer = answer }

        func send(_ request: OutboundRequest) async throws(TransportFailure) -> OutboundResponse {
            sent.withLock { $0.append(request) }
            return OutboundResponse(status: try answer.get(), headers: [], body: [])
        }
    }

    static let user = "0190d5a5-7b1c-7def-8123-456789abcdef"
    static let session = "0190d5a5-7b1c-7def-8123-0123456789ab"
    static let payload: JSONValue = ["sub": .string(user), "sid": .string(session)]

    private func deliver(
        _ wire: Wire,
        kind: String = "shop",
        payload: JSONValue = payload,
        signer: PlainSigner = PlainSigner()
    ) async throws -> JobFault? {
        let uri = try #require(EndpointURL("https://shop.example/logout?tenant=1"))
        let logout = try #require(BackchannelLogout(uri: uri, isSessionRequired: true))
        let deliver = DeliverLogoutNotice(
            clients: ClientRegistry([try Clients.client(backchannelLogout: logout), try Clients.client("quiet")]),
            signer: signer,
            transport: wire,
            issuer: "https://login.example",
            unixTime: { 1_800_000_000 }
        )
        do throws(JobFault) {
            try await deliver(Job(id: UUID(), queue: BackchannelLogout.queue, kind: kind, payload: payload))
            return nil
        } catch {
            return error
        }
    }

    @Test("K04 what is posted: a logout token of two minutes with sub, sid and the event, and no nonce")
    func token() async throws {
        let wire = Wire(.success(200))
        #expect(try await deliver(wire) == nil)
        let request = try #require(wire.sent.withLock { $0.first })
        #expect(request.method == .post && request.url == "https://shop.example/logout?tenant=1")
        #expect(request.bulkhead == "logout:shop", "an app shares no places with a provider or another app")
        let form = try FormURLEncoded.parse(try #require(request.body).reveal())
        #expect(form.names == ["logout_token"])
        let parts = try #require(form["logout_token"]).split(separator: " ", maxSplits: 2)
        #expect(parts[0] == "logout+jwt" && parts[1] == "ES256")
        let claims = try #require(try JSONValue.parse(Array(parts[2].utf8)).object)
        let names = claims.members.map(\.name)
        #expect(Set(names) == ["iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"])
        #expect(claims["iss"]?.string == "https://login.example" && claims["aud"]?.string == "shop")
        #expect(claims["iat"]?.int64 == 1_800_000_000 && claims["exp"]?.int64 == 1_800_000_120)
        #expect(claims["sub"]?.string == Self.user && claims["sid"]?.string == Self.session)
        #expect(claims["events"] == ["http://schemas.openid.net/event/backchannel-logout": [:]])
    }

    @Test(
        "what an answer means",
        arguments: [
            (200, nil), (204, nil), (400, .dead("status_400")), (201, .retry("status_201")),
            (302, .retry("status_302")),
            (404, .retry("status_404")), (429, .retry("status_429")), (500, .retry("status_500")),
        ] as [(Int, JobFault?)]
    )
    func statuses(_ status: Int, _ fault: JobFault?) async throws {
        #expect(try await deliver(Wire(.success(status))) == fault)
    }

    @Test(
        "without an answer it is tried again, unless the address itself is refused",
        arguments: TransportFailure.allCases
    )
    func failures(_ failure: TransportFailure) async throws {
        let isFinal = failure == .refusedURL || failure == .refusedAddress
        #expect(
            try await deliver(Wire(.failure(failure))) == (isFinal ? .dead(failure.rawValue) : .retry(failure.rawValue))
        )
    }

    @Test("an app that is gone or does not ask any more is told nothing", arguments: ["nobody", "quiet", "NOT AN ID"])
    func obsolete(_ kind: String) async throws {
        let wire = Wire(.success(200))
        #expect(try await deliver(wire, kind: kind) == .obsolete)
        #expect(wire.sent.withLock { $0.isEmpty })
    }

    @Test("a payload that names nobody is given up", arguments: [.null, [:], ["sub": "x", "sid": "y"]] as [JSONValue])
    func unknownWork(_ payload: JSONValue) async throws {
        #expect(try await deliver(Wire(.success(200)), payload: payload) == .dead("unknown_work"))
    }

    @Test("without a key that may sign nothing is sent, and it is tried again")
    func unsigned() async throws {
        let wire = Wire(.success(200))
        #expect(try await deliver(wire, signer: PlainSigner(fault: .stale)) == .retry("signing_keys_stale"))
        #expect(wire.sent.withLock { $0.isEmpty })
    }

    @Test("the address: https, or http on this machine")
    func addresses() {
        func isTaken(_ text: String) -> Bool {
            EndpointURL(text).flatMap { BackchannelLogout(uri: $0, isSessionRequired: false) } != nil
        }
        for good in [
            "https://shop.example/logout", "https://shop.example:8443/?a=b", "http://127.0.0.1:9/",
            "http://localhost/x",
        ] {
            #expect(isTaken(good), "\(good)")
        }
        for bad in [
            "http://shop.example/logout", "https://shop.example/#x", "https://user@shop.example/",
            "ftp://shop.example/",
            "http://192.168.0.1/", "http://127.0.0.1.evil.example/", "",
        ] {
            #expect(!isTaken(bad), "\(bad)")
        }
    }
}
