import Cryptography
import JSON
public import Jobs
public import OAuth

/// Tells an app that a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.5). The notice itself was stored by the
/// database, in the transaction that ended the session; the token is made when it leaves, so that no wait makes it too old.
public struct DeliverLogoutNotice: Sendable {
    private let clients: ClientRegistry
    private let signer: any TokenSigner
    private let transport: any HTTPTransport
    private let issuer: String
    private let unixTime: @Sendable () -> Int64

    /// Creates the handler of the queue ``BackchannelLogout/queue``.
    public init(
        clients: ClientRegistry,
        signer: any TokenSigner,
        transport: any HTTPTransport,
        issuer: String,
        unixTime: @escaping @Sendable () -> Int64
    ) {
        self.clients = clients
        self.signer = signer
        self.transport = transport
        self.issuer = issuer
        self.unixTime = unixTime
    }

    /// Does one job; its kind is the app's id.
    public func callAsFunction(_ job: Job) async throws(JobFault) {
        guard let token = LogoutToken(job) else { throw .dead("unknown_work") }
        // An app that is gone, or does not want to know any more.
        guard let client = ClientID(job.kind).flatMap({ clients[$0] }), let target = client.backchannelLogout else {
            throw .obsolete
        }
        let claims = token.claims(issuer: issuer, audience: client.id, now: unixTime())
        let text: String
        do {
            text = try signer.sign(claims, type: .logoutToken, algorithm: client.idTokenAlgorithm)
        } catch {
            throw .retry(error.rawValue)
        }
        let request = OutboundRequest(
            .post,
            target.uri.description,
            headers: [.init("Content-Type", "application/x-www-form-urlencoded"), .init("Accept", "application/json")],
            body: Secret(FormURLEncoded.encode([("logout_token", text)])),
            // Places and a circuit of its own: an app that is down costs no provider and no other app anything.
            bulkhead: "logout:\(client.id)",
            maximumBodyBytes: 16_384
        )
        do {
            try Self.judge(try await transport.send(request).status)
        } catch let failure as TransportFailure {
            throw Self.fault(failure)
        } catch let fault as JobFault {
            throw fault
        } catch {
            throw .retry("unexpected")
        }
    }

    /// §2.8: 200 is done, and 204 where a framework makes that of it; 400 means that the app will not have it, however often it
    /// comes. Anything else may be better later; a redirect is never followed.
    static func judge(_ status: Int) throws(JobFault) {
        switch status {
        case 200, 204: return
        case 400: throw .dead("status_400")
        default: throw .retry("status_\(status)")
        }
    }

    /// What the operator has to change first is not tried again.
    static func fault(_ failure: TransportFailure) -> JobFault {
        switch failure {
        case .refusedURL, .refusedAddress: .dead(failure.rawValue)
        case .unreachable, .tls, .timedOut, .tooLarge, .broken, .busy, .circuitOpen, .stopped: .retry(failure.rawValue)
        }
    }
}
