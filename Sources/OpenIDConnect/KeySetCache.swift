public import JOSE
import JSON
public import OAuth

/// Where an issuer's keys are.
public struct KeySetSource: Sendable, Hashable {
    /// The configured issuer: keys of one issuer never verify another's tokens (E10).
    public let issuer: String
    /// The key set's URL.
    public let url: EndpointURL
    /// The provider's id.
    public let bulkhead: String

    /// Creates a source.
    public init(issuer: String, url: EndpointURL, bulkhead: String) {
        self.issuer = issuer
        self.url = url
        self.bulkhead = bulkhead
    }

    /// The request for the key set.
    public var request: OutboundRequest {
        OutboundRequest(
            .get,
            url.description,
            headers: [.init("Accept", "application/json"), .init("User-Agent", OutboundRequest.userAgent)],
            bulkhead: bulkhead
        )
    }
}

/// Key sets of issuers, fetched when needed and kept as ``Freshness`` says.
///
/// **Unknown key ids.** A token with a key id that the set does not have usually means that the issuer has just rotated
/// its keys, so the set is fetched again, at most once in 10 seconds per issuer. Microsoft recommends 5 minutes; but then
/// whoever can present tokens with random key ids could use the allowance up just before a rotation and lock everybody
/// out for the rest of it. With 10 seconds, such a flood costs the issuer one request in 10 seconds, and a real rotation is
/// noticed after at most as long.
public final class KeySetCache: Sendable {
    private let transport: any HTTPTransport
    private let cache: DocumentCache<KeySetSource, JWKSet>

    /// Creates an empty cache.
    ///
    /// - Parameters:
    ///   - transport: How to reach issuers.
    ///   - now: A monotonic clock.
    public init(
        transport: any HTTPTransport,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.transport = transport
        cache = DocumentCache(now: now)
    }

    /// The issuer's keys.
    public func keys(for source: KeySetSource) async throws(MetadataFault) -> JWKSet {
        try await cache.document(source, fetch: fetch(source))
    }

    /// The issuer's keys after a token named a key they did not contain (E05): verify once more with these, then decide. Nil
    /// when there are none to be had: the token is to be refused.
    public func keysAfterUnknownKeyID(for source: KeySetSource) async -> JWKSet? {
        try? await cache.refresh(source, fetch: fetch(source))?.get()
    }

    private func fetch(_ source: KeySetSource) -> DocumentCache<KeySetSource, JWKSet>.Fetch {
        let transport = transport
        return { () async throws(MetadataFault) in
            let response: OutboundResponse
            do throws(TransportFailure) {
                response = try await transport.send(source.request)
            } catch { throw MetadataFault.transport(error) }
            let object = try ProviderMetadata.jsonObject(response)
            let keys: JWKSet
            do throws(JOSEFault) {
                keys = try JWKSet.parse(.object(object))
            } catch { throw MetadataFault.malformedBody }
            // A set that lost all its keys must not replace one that works.
            guard !keys.keys.isEmpty else { throw MetadataFault.noUsableKey }
            return (keys, Freshness.lifetime(response))
        }
    }
}
