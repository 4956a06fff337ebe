public import OAuth

/// Metadata of issuers, fetched when needed and kept as ``Freshness`` says. A document that fails a check is never stored
/// (E01), and every issuer has its own entry (E10).
public final class MetadataCache: Sendable {
    private let transport: any HTTPTransport
    private let cache: DocumentCache<DiscoverySource, ProviderMetadata>

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

    /// The issuer's metadata.
    public func metadata(for source: DiscoverySource) async throws(MetadataFault) -> ProviderMetadata {
        let transport = transport
        return try await cache.document(source) { () async throws(MetadataFault) in
            let response: OutboundResponse
            do throws(TransportFailure) {
                response = try await transport.send(source.request)
            } catch { throw MetadataFault.transport(error) }
            return (try ProviderMetadata.parse(response, for: source), Freshness.lifetime(response))
        }
    }
}
