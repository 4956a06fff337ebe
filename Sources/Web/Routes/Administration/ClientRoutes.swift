import Accounts
import AuthorizationServer
import HTTPTypes
import Hummingbird
import JSON

/// `/admin/v1/clients`: the apps that sign people in here.
struct ClientRoutes: Sendable {
    let replies: AdministrationReplies
    let clients: AdministerClients

    func register(on router: Router<RequestScope>) {
        router.get("/admin/v1/clients") { _, _ in
            let all = try await refused { () async throws(ClientChangeFailure) in try await clients.list() }
            return replies.json(["clients": .array(all.map { .object($0.json) })])
        }
        router.get("/admin/v1/clients/{id}") { _, context in
            let id = try id(context)
            return answer(try await refused { () async throws(ClientChangeFailure) in try await clients.find(id) })
        }
        router.post("/admin/v1/clients") { request, context in
            let author = try replies.author(context)
            let definition = try await replies.object(request)
            let registered = try await refused { () async throws(ClientChangeFailure) in
                try await clients.register(definition, by: author)
            }
            return answer(registered.client, secret: registered.secret, status: .created)
        }
        router.put("/admin/v1/clients/{id}") { request, context in
            let (id, author) = (try id(context), try replies.author(context))
            let version = try version(request)
            let definition = try await replies.object(request)
            return answer(
                try await refused { () async throws(ClientChangeFailure) in
                    try await clients.change(id, to: definition, from: version, by: author)
                }
            )
        }
        router.delete("/admin/v1/clients/{id}") { request, context in
            let (id, author) = (try id(context), try replies.author(context))
            let version = try version(request)
            try await refused { () async throws(ClientChangeFailure) in
                try await clients.remove(id, from: version, by: author)
            }
            return Response(status: .noContent)
        }
        router.post("/admin/v1/clients/{id}/secrets") { request, context in
            let (id, author) = (try id(context), try replies.author(context))
            let version = try version(request)
            _ = try await replies.body(request, members: [])
            let made = try await refused { () async throws(ClientChangeFailure) in
                try await clients.makeSecret(id, from: version, by: author)
            }
            return answer(made.client, secret: made.secret, status: .created)
        }
        router.delete("/admin/v1/clients/{id}/secrets/{fingerprint}") { request, context in
            let (id, author) = (try id(context), try replies.author(context))
            let version = try version(request)
            guard let fingerprint = context.parameters.get("fingerprint") else { throw Refusal.notFound }
            return answer(
                try await refused { () async throws(ClientChangeFailure) in
                    try await clients.removeSecret(id, fingerprint: fingerprint, from: version, by: author)
                }
            )
        }
    }

    private func id(_ context: RequestScope) throws(Refusal) -> ClientID {
        guard let id = context.parameters.get("id").flatMap({ ClientID($0) }) else {
            throw Refusal(ClientChangeFailure.unknown)
        }
        return id
    }

    /// `If-Match` (RFC 9110 §13.1.1): the one `ETag` that we gave out, or `*`. Anything else matches no version there is.
    private func version(_ request: Request) throws(Refusal) -> ClientVersion? {
        let sent = request.headers[values: .ifMatch]
        guard let tag = sent.first else { return nil }
        if tag == "*", sent.count == 1 { return .any }
        guard sent.count == 1, tag.utf8.first == 0x22, tag.utf8.last == 0x22,
            let number = Int64(tag.dropFirst().dropLast()), number > 0
        else { throw .invalidRequest("If-Match has to be the ETag that the app was read with.") }
        return .exactly(number)
    }

    private func answer(
        _ client: ListedClient,
        secret: ClientSecret? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var members = client.json
        if let secret { members["secret"] = .string(secret.reveal()) }
        var response = replies.json(.object(members), status: status)
        if let stored = client.stored { response.headers[.eTag] = "\"\(stored.version)\"" }
        return response
    }

    private func refused<Value: Sendable>(
        _ body: () async throws(ClientChangeFailure) -> Value
    ) async throws(Refusal) -> Value {
        do {
            return try await body()
        } catch {
            throw Refusal(error)
        }
    }
}

extension Refusal {
    /// An app that was not changed; its single faults are the request's own words, and go back with it.
    init(_ failure: ClientChangeFailure) {
        let status =
            switch failure {
            case .faulty: 422
            case .unknown, .unknownSecret: 404
            case .exists, .inFile, .secretsFull, .lastSecret, .publicClient: 409
            case .moved: 412
            case .versionMissing: 428
            case .store: 503
            }
        self.init(
            status,
            failure.code,
            failure.sentence,
            retryAfter: status == 503 ? 2 : nil,
            details: failure.details
        )
    }
}
