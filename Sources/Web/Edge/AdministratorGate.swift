public import Accounts
import Cryptography
import HTTPTypes
import Hummingbird

/// Somebody who may use the administration interface.
public struct Administrator: Sendable, Hashable {
    /// Their name: the author of what they change.
    public let name: String
    /// SHA-256 of their ``AdministrationKey``.
    public let keyHash: TokenHash

    /// Creates an administrator.
    public init(name: String, keyHash: TokenHash) {
        self.name = name
        self.keyHash = keyHash
    }
}

/// Lets nobody below `/admin/` without an administrator's key: before any route is looked up, so that no route can forget to
/// ask. Where no key is configured there is nothing below `/admin/` at all.
///
/// A bearer only (RFC 6750 §2.1): cookies are not read, so no page in an administrator's browser can act for them.
struct AdministratorGate: RouterMiddleware {
    let administrators: [Administrator]
    let visitors: Visitors
    /// Counts failures only: whoever has a key is never locked out by somebody else behind the same address.
    let failures: StartLimits

    func handle(
        _ request: Request,
        context: RequestScope,
        next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        guard Self.guards(request.uri.path) else { return try await next(request, context) }
        var context = context
        context.administrator = try admit(request, context)
        return try await next(request, context)
    }

    /// Whether a path belongs to the administration interface.
    static func guards(_ path: String) -> Bool {
        // The router splits at slashes and ignores empty parts, so this does as well.
        path.utf8.drop { $0 == UInt8(ascii: "/") }.prefix { $0 != UInt8(ascii: "/") }.elementsEqual("admin".utf8)
    }

    private func admit(_ request: Request, _ context: RequestScope) throws(Refusal) -> String {
        guard !administrators.isEmpty else { throw .notFound }
        if let name = administrator(request.headers) { return name }
        try failures.count(visitors.address(request, context)?.client ?? "unknown")
        throw .administratorUnauthenticated
    }

    /// Every key is compared, and each in constant time: how long it takes says nothing.
    private func administrator(_ headers: HTTPFields) -> String? {
        guard let presented = PresentedToken.bearer(in: headers).flatMap({ AdministrationKey($0) })?.hash else {
            return nil
        }
        var name: String?
        for administrator in administrators where ConstantTime.equal(administrator.keyHash.bytes, presented.bytes) {
            name = administrator.name
        }
        return name
    }
}

extension Refusal {
    static let administratorUnauthenticated = Refusal(
        401,
        "administrator_unauthenticated",
        "This address answers administrators only: send a key that is configured here as a bearer."
    )
}
