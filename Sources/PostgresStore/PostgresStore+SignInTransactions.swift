public import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore: SignInTransactionStore {
    /// Stores a sign-in in progress.
    public func begin(
        _ transaction: SignInTransaction,
        state: TokenHash,
        browser: TokenHash,
        lifetime: Duration
    ) async throws(StoreFailure) {
        var user: UUID?
        var session: UUID?
        var pending: UUID?
        switch transaction.purpose {
        case .signIn: break
        case .link(let userID, let sessionID):
            user = userID.uuid
            session = sessionID.uuid
        case .confirm(let link): pending = link.uuid
        }
        let purpose = pending != nil ? "confirm" : user == nil ? "sign_in" : "link"
        _ = try await run(
            """
            insert into sign_in_transactions
                (state_hash, browser_hash, provider, issuer, redirect_uri, purpose, user_id, session_id, session_hash, return_to,
                 pending_link, expires_at)
            values (\(state.bytes), \(browser.bytes), \(transaction.provider.description), \(transaction.issuer),
                    \(transaction.redirectURI), \(purpose), \(nullable: user), \(nullable: session),
                    \(nullable: transaction.session?.bytes), \(transaction.returnTo), \(nullable: pending), now() + make_interval(secs => \(lifetime.seconds)))
            """
        )
    }

    /// Deletes and returns in one statement: whoever comes second finds nothing. A wrong browser deletes nothing, so
    /// knowing a state is not enough to spoil somebody's sign-in.
    public func consume(state: TokenHash, browser: TokenHash) async throws(StoreFailure) -> ConsumedTransaction {
        let rows = try await run(
            """
            delete from sign_in_transactions
            where state_hash = \(state.bytes) and browser_hash = \(browser.bytes)
            returning provider, issuer, redirect_uri, user_id, session_id, return_to, expires_at > now(), session_hash,
                      pending_link
            """
        )
        guard let row = rows.first else { return .unknown }
        do {
            guard let provider = ProviderID(try row.decode(String.self, at: 0)) else { throw StoreFailure.broken }
            var purpose = SignInPurpose.signIn
            if let user = try row.decode(UUID?.self, at: 3), let session = try row.decode(UUID?.self, at: 4) {
                purpose = .link(UserID(user), SessionID(session))
            }
            if let link = try row.decode(UUID?.self, at: 8) { purpose = .confirm(PendingLinkID(link)) }
            let transaction = SignInTransaction(
                provider: provider,
                issuer: try row.decode(String.self, at: 1),
                redirectURI: try row.decode(String.self, at: 2),
                purpose: purpose,
                session: try row.decode([UInt8]?.self, at: 7).flatMap { TokenHash(stored: $0) },
                returnTo: try row.decode(String.self, at: 5)
            )
            return try row.decode(Bool.self, at: 6) ? .live(transaction) : .expired(transaction)
        } catch let failure as PostgresFailure {
            throw translate(failure)
        } catch {
            throw .broken
        }
    }

    /// Keeps the body of a cross-site POST callback for one minute.
    public func park(
        _ parameters: String,
        provider: ProviderID,
        handle: TokenHash
    ) async throws(StoreFailure) {
        _ = try await run(
            """
            insert into parked_callbacks (handle_hash, provider, parameters, expires_at)
            values (\(handle.bytes), \(provider.description), \(parameters), now() + interval '1 minute')
            """
        )
    }

    /// Takes a parked body out, once.
    public func unpark(_ handle: TokenHash, provider: ProviderID) async throws(StoreFailure) -> String? {
        let rows = try await run(
            """
            delete from parked_callbacks
            where handle_hash = \(handle.bytes) and provider = \(provider.description)
            returning parameters, expires_at > now()
            """
        )
        guard let row = rows.first else { return nil }
        do {
            return try row.decode(Bool.self, at: 1) ? try row.decode(String.self, at: 0) : nil
        } catch {
            throw translate(error)
        }
    }
}
