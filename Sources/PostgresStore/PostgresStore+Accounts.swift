public import Accounts
import Cryptography
import Postgres

import struct Foundation.UUID

extension PostgresStore: AccountStore {
    /// All facts of one moment, in one statement.
    public func situation(of question: LinkingQuestion) async throws(StoreFailure) -> LinkingSituation {
        do {
            return try Self.situation(try await client.query(Self.situationStatement(question)).one(), question)
        } catch {
            throw translate(error)
        }
    }

    /// One commit. Signing in and creating are single statements whose conditions and constraints decide races; linking
    /// into an existing account locks it, reads the facts again, and goes on only if they are what was decided on.
    public func carryOut(_ change: AccountChange) async throws(StoreFailure) -> ChangeResult {
        do {
            switch change.effect {
            case .linkToHolder(let user, _), .linkToSession(let user, _, _):
                return try await carryOutUnderLock(change, on: user)
            case .signIn(let user) where change.proof != nil:
                return try await carryOutUnderLock(change, on: user)
            case .claim(let user, _, let address, let receipt):
                return try await claim(address, by: user, change, receipt)
            case .signIn, .create, .recordOnly:
                return try Self.result(try await client.query(Self.statement(for: change)))
            }
        } catch {
            // Somebody else created the identity, or proved the address, a moment ago.
            // Or the user whom it concerned is gone.
            if error.isUniqueViolation() || error.state == .foreignKeyViolation { return .situationChanged }
            throw translate(error)
        }
    }

    private func carryOutUnderLock(
        _ change: AccountChange,
        on user: UserID
    ) async throws(PostgresFailure) -> ChangeResult {
        do {
            return try await client.transaction { transaction in
                let locked = try await transaction.pipeline([
                    "select from users where id = \(user.uuid) for update",
                    Self.situationStatement(change.question),
                ])
                let present = try Self.situation(try locked[1].one(), change.question)
                // The same words about another account are another situation.
                guard present.facts == change.decision.record.facts,
                    change.effect.target(in: present) == user
                else { return .situationChanged }
                return try Self.result(try await transaction.query(Self.statement(for: change)))
            }
        } catch let failure as PostgresFailure {
            throw failure
        } catch {
            throw .cancelled
        }
    }

    static func result(_ rows: Rows) throws(PostgresFailure) -> ChangeResult {
        let row = try rows.one()
        guard try row.decode(Int64.self, at: 0) == 1 else { return .situationChanged }
        return .done(
            replaced: try row.decode(UUID?.self, at: 1).map { UserID($0) },
            awaitsSecondFactor: try row.decode(Bool.self, at: 2)
        )
    }

    /// What the owner sees.
    public func overview(of user: UserID) async throws(StoreFailure) -> AccountOverview? {
        do {
            let identities = try await client.query(
                """
                select provider, issuer, username, email, linked_at, last_sign_in_at, id
                from federated_identities where user_id = \(user.uuid) order by linked_at, id
                """
            )
            let decisions = try await client.query(
                """
                select decided_at, provider, outcome, reason, proven_by from linking_decisions
                where user_id = \(user.uuid) and outcome <> 'sign_in' order by decided_at desc limit 20
                """
            )
            return AccountOverview(
                identities: try identities.decodeAll { (row) throws(PostgresFailure) in
                    AccountOverview.Identity(
                        id: FederatedIdentityID(try row.decode(UUID.self, at: 6)),
                        provider: try row.decode(String.self, at: 0),
                        issuer: try row.decode(String.self, at: 1),
                        username: try row.decode(String?.self, at: 2),
                        email: try row.decode(String?.self, at: 3),
                        linkedAt: Instant(try row.decode(Timestamp.self, at: 4)),
                        lastSignInAt: Instant(try row.decode(Timestamp.self, at: 5))
                    )
                },
                decisions: try decisions.decodeAll { (row) throws(PostgresFailure) in
                    AccountOverview.Decision(
                        decidedAt: Instant(try row.decode(Timestamp.self, at: 0)),
                        provider: try row.decode(String.self, at: 1),
                        outcome: try row.decode(String.self, at: 2),
                        reason: try row.decode(String.self, at: 3),
                        provenBy: try row.decode(String?.self, at: 4)
                    )
                }
            )
        } catch {
            throw translate(error)
        }
    }
}

extension AccountEffect {
    /// Whom a link has to reach in this situation.
    func target(in situation: LinkingSituation) -> UserID? {
        switch self {
        case .linkToHolder: situation.addressHolder
        case .linkToSession(let user, _, _): user
        case .signIn: situation.identityOwner
        case .create, .claim, .recordOnly: nil
        }
    }
}

extension Rows {
    func decodeAll<Value>(_ decode: (Row) throws(PostgresFailure) -> Value) throws(PostgresFailure) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for row in self { values.append(try decode(row)) }
        return values
    }
}
