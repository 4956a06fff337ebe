public import Accounts
import Cryptography
public import Jobs
import Postgres

import struct Foundation.UUID

extension PostgresStore: RegistrationStore {
    /// The same two rows for every address.
    public func begin(_ registration: PendingRegistration, lifetime: Duration, job: Job) async throws(StoreFailure) {
        _ = try await run(
            """
            with begun as (
                insert into pending_registrations (id, address, browser_hash, password_hash, meets_single_factor,
                                                   display_name, return_to, expires_at)
                values (\(registration.id.uuid), \(registration.address.description), \(registration.browser.bytes),
                        \(registration.password.text.reveal()), \(registration.meetsSingleFactor),
                        \(nullable: registration.displayName), \(registration.returnTo),
                        now() + make_interval(secs => \(lifetime.seconds)))
            )
            \(Self.enqueue([job]))
            """
        )
    }

    /// Where the address has an account, the sign-up ends here: its mail says so to the owner, and no token exists for it.
    public func mailing(
        of registration: RegistrationID
    ) async throws(StoreFailure) -> (address: EmailAddress, isHeld: Bool)? {
        let rows = try await run(
            """
            with found as (
                select id, address, exists (
                    select from user_emails e where e.address = r.address and e.verified_at is not null
                ) as held
                from pending_registrations r where id = \(registration.uuid) and expires_at > now()
            ), ended as (
                delete from pending_registrations where id in (select id from found where held)
            )
            select address, held from found
            """
        )
        do {
            guard let row = rows.first, let address = EmailAddress(try row.decode(String.self, at: 0)) else {
                return nil
            }
            return (address, try row.decode(Bool.self, at: 1))
        } catch {
            throw translate(error)
        }
    }

    /// For whoever asks for the mail again.
    public func registration(
        of address: EmailAddress,
        begunIn browser: TokenHash
    ) async throws(StoreFailure) -> RegistrationID? {
        let rows = try await run(
            """
            select id from pending_registrations
            where address = \(address.description) and browser_hash = \(browser.bytes) and expires_at > now()
            order by created_at desc limit 1
            """
        )
        do {
            return try rows.first.map { (row) throws(PostgresFailure) in
                RegistrationID(try row.decode(UUID.self, at: 0))
            }
        } catch {
            throw translate(error)
        }
    }

    /// A further token.
    public func add(token: TokenHash, to registration: RegistrationID) async throws(StoreFailure) -> Bool {
        try await run(
            """
            insert into registration_tokens (token_hash, registration_id)
            select \(token.bytes), id from pending_registrations
            where id = \(registration.uuid) and expires_at > now()
            """
        ).affected == 1
    }

    /// Reads, and changes nothing.
    public func registration(behind token: TokenHash) async throws(StoreFailure) -> PendingRegistration? {
        let rows = try await run(
            """
            select r.id, r.address, r.browser_hash, r.password_hash, r.meets_single_factor, r.display_name, r.return_to
            from registration_tokens t join pending_registrations r on r.id = t.registration_id
            where t.token_hash = \(token.bytes) and r.expires_at > now()
            """
        )
        do {
            guard let row = rows.first, let address = EmailAddress(try row.decode(String.self, at: 1)),
                let browser = TokenHash(stored: try row.decode([UInt8].self, at: 2))
            else { return nil }
            return PendingRegistration(
                id: RegistrationID(try row.decode(UUID.self, at: 0)),
                address: address,
                browser: browser,
                password: StoredPassword(try row.decode(String.self, at: 3)),
                meetsSingleFactor: try row.decode(Bool.self, at: 4),
                displayName: try row.decode(String?.self, at: 5),
                returnTo: try row.decode(String.self, at: 6)
            )
        } catch {
            throw translate(error)
        }
    }

    /// One statement. Of several who answer mails about one address, the unique index lets one in; the others' registrations
    /// are gone afterwards. Everybody begins with the oldest of them all: who took their own first and then, as the one who is
    /// let in, the others', would wait for those who wait for the address, until Postgres breaks one of them off.
    public func activate(
        _ token: TokenHash,
        as user: UserID,
        session: NewSession,
        event: AccountEvent
    ) async throws(StoreFailure) -> Activation {
        let statement: SQL = """
            with rivals as (
                select id from pending_registrations
                where address = (
                    select r.address from registration_tokens t join pending_registrations r on r.id = t.registration_id
                    where t.token_hash = \(token.bytes)
                )
                order by id for update
            ), taken as (
                delete from pending_registrations
                where id = (select registration_id from registration_tokens where token_hash = \(token.bytes))
                  and expires_at > now() and id in (select id from rivals)
                returning id, address, password_hash, meets_single_factor, display_name
            ), born as (
                insert into users (id, display_name) select \(user.uuid), display_name from taken returning id
            ), addressed as (
                insert into user_emails (user_id, address, verified_at, is_primary)
                select \(user.uuid), address, now(), true from taken
            ), secured as (
                insert into passwords (user_id, hash, meets_single_factor)
                select \(user.uuid), password_hash, meets_single_factor from taken
            ), voided as (
                delete from pending_registrations r using taken t where r.address = t.address and r.id <> t.id
            ), acted as (
                select id as user_id, null::uuid as identity_id, false as second_step from born
            ), written as (\(Self.insertion(of: event, from: "select user_id from acted"))),
            \(SessionStart.relations(session, provider: nil, isNewUser: true))
            \(SessionStart.outcome)
            """
        do {
            guard let started = try SessionStart.started(try await client.query(statement).one()) else { return .gone }
            return .activated(started)
        } catch {
            guard error.isUniqueViolation() else { throw translate(error) }
        }
        _ = try await run(
            """
            delete from pending_registrations
            where id = (select registration_id from registration_tokens where token_hash = \(token.bytes))
            """
        )
        return .addressTaken
    }

    /// An event's row for whoever a relation of one column names.
    static func insertion(of event: AccountEvent, from users: SQL) -> SQL {
        """
        insert into account_events (id, user_id, kind, network, request_id, author, client_id, provider)
        select \(event.id.uuid), someone.user_id, \(event.kind.rawValue), \(nullable: event.network),
               \(nullable: event.requestID), \(nullable: event.author), \(nullable: event.app),
               \(nullable: event.provider?.description)
        from (\(users)) someone (user_id)
        """
    }
}
