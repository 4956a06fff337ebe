public import Accounts
public import AuthorizationServer
import Postgres

extension PostgresStore: SigningKeyStore {
    /// All keys.
    public func signingKeys() async throws(StoreFailure) -> StoredSigningKeys {
        let rows = try await run(Self.readSigningKeys)
        do {
            return try Self.signingKeys(rows)
        } catch {
            throw translate(error)
        }
    }

    /// The table is locked first, against everybody else who wants to change it: of several nodes that start at once, one
    /// makes the first keys, and the others find them.
    public func changeSigningKeys(
        _ decide: @Sendable (StoredSigningKeys) -> SigningKeyChange
    ) async throws(StoreFailure) -> StoredSigningKeys {
        do {
            return try await client.transaction { transaction in
                let read = try await transaction.pipeline([
                    "lock table signing_keys in share row exclusive mode", Self.readSigningKeys,
                ])
                let present = try Self.signingKeys(read[1])
                let change = decide(present)
                guard !change.rotation.isEmpty || !change.added.isEmpty else { return present }
                let statements = Self.statements(change, at: Timestamp(microseconds: present.now.microseconds))
                let results = try await transaction.pipeline(
                    statements + ["select pg_notify('latchkey_signing_keys', '')", Self.readSigningKeys]
                )
                guard let rows = results.last else { return present }
                return try Self.signingKeys(rows)
            }
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .unavailable
        }
    }

    /// By LISTEN, on a connection of its own.
    public func signingKeyChanges() -> AsyncStream<SigningKeySignal> {
        signals(of: "latchkey_signing_keys") { event in
            switch event {
            case .notification, .overflowed: .changed
            case .linkLost: .lost
            case .linkRegained: .regained
            }
        }
    }

    /// In an order in which no two keys of one algorithm ever share a place: a key stops before the next one begins, and that
    /// one begins before another is next.
    private static func statements(_ change: SigningKeyChange, at now: Timestamp) -> [SQL] {
        var statements: [SQL] = change.rotation.retired.map { "delete from signing_keys where kid = \($0)" }
        if let lifetime = change.rotation.longestLifetime {
            statements.append(
                """
                update signing_keys set longest_lifetime = greatest(longest_lifetime, \(lifetime))
                where signed_until is null
                """
            )
        }
        statements += change.rotation.stopped.map {
            "update signing_keys set signed_until = \(now), sealed_private_key = null where kid = \($0)"
        }
        statements += change.rotation.promoted.map { "update signing_keys set signs_since = \(now) where kid = \($0)" }
        statements += change.added.map { key in
            """
            insert into signing_keys (kid, algorithm, public_key, sealed_private_key, published_at, signs_since,
                                      longest_lifetime)
            values (\(key.keyID), \(key.algorithm.rawValue), \(key.publicKey), \(key.sealedPrivateKey), \(now),
                    \(nullable: key.isCurrent ? now : nil), \(key.longestLifetime))
            """
        }
        return statements
    }

    /// The database's time even where there are no keys, as it is after the wait for a lock.
    private static let readSigningKeys: SQL = """
        select clock_timestamp(), k.kid, k.algorithm, k.public_key, k.sealed_private_key, k.published_at, k.signs_since,
               k.signed_until, k.longest_lifetime
        from (select) one left join signing_keys k on true
        """

    private static func signingKeys(_ rows: Rows) throws(PostgresFailure) -> StoredSigningKeys {
        var now = Instant(microseconds: 0)
        var keys: [SigningKeyRecord] = []
        for row in rows {
            now = Instant(try row.decode(Timestamp.self, at: 0))
            guard let keyID = try row.decode(String?.self, at: 1),
                let algorithm = TokenAlgorithm(rawValue: try row.decode(String.self, at: 2))
            else { continue }
            keys.append(
                SigningKeyRecord(
                    keyID: keyID,
                    algorithm: algorithm,
                    publicKey: try row.decode(String.self, at: 3),
                    sealedPrivateKey: try row.decode([UInt8]?.self, at: 4),
                    publishedAt: Instant(try row.decode(Timestamp.self, at: 5)),
                    signsSince: try row.decode(Timestamp?.self, at: 6).map { Instant($0) },
                    signedUntil: try row.decode(Timestamp?.self, at: 7).map { Instant($0) },
                    longestLifetime: try row.decode(Int64.self, at: 8)
                )
            )
        }
        return StoredSigningKeys(keys, now: now)
    }
}
