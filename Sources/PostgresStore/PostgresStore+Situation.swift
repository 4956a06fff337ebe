import Accounts
import Postgres

import struct Foundation.UUID

extension PostgresStore {
    /// One statement that gathers every fact, so that all of them are of one moment.
    static func situationStatement(_ question: LinkingQuestion) -> SQL {
        let identity = question.identity
        // Only the very session that began the linking counts, and only under the token this browser sent: another session,
        // even of the same user, is none (G11, L-16).
        var beganBy: UUID?
        if case .link(_, let session) = question.purpose { beganBy = session.uuid }
        return """
            with viewer as (
                select s.user_id, s.authenticated_at > now() - make_interval(secs => \(question.freshFor.seconds)) as fresh
                from sessions s join users u on u.id = s.user_id
                where s.id = \(nullable: beganBy) and s.token_hash = \(nullable: question.session?.bytes) and s.expires_at > now()
                  and s.last_seen_at + s.idle_timeout > now() and u.disabled_at is null
                  and not s.awaits_second_factor
            ), owner as (
                select f.user_id, u.disabled_at is not null as disabled,
                       coalesce(f.last_sign_in_at < now() - make_interval(secs => \(nullable: question.linkLapsesAfter?.seconds)),
                                false) as lapsed
                from federated_identities f join users u on u.id = f.user_id
                where f.issuer = \(identity.key.issuer) and f.subject = \(identity.key.subject)
            ), everybody as (
                select e.user_id, e.verified_at is not null as verified
                from user_emails e where e.address = \(nullable: identity.email?.address.description)
            ), holder as (
                -- A proven holder stands alone; without one, all who claim the address without proof.
                select user_id, verified from everybody
                where verified or not exists (select from everybody where verified)
            ), account as (
                -- The account the warnings speak of: the holder at a sign-in, the session's own user while linking.
                select user_id from holder where \(question.intent == .signIn)
                union select user_id from viewer where \(question.intent == .link)
            )
            select (select user_id from owner), (select disabled from owner),
                   (select user_id from viewer), (select fresh from viewer),
                   (select count(*) from holder), (select count(*) from holder where verified),
                   (select case when count(*) = 1 then min(user_id::text)::uuid end from holder),
                   coalesce((select bool_and(u.disabled_at is not null)
                             from holder h join users u on u.id = h.user_id), false),
                   exists (select from account a join federated_identities o on o.user_id = a.user_id
                           where o.issuer = \(identity.key.issuer) and o.subject <> \(identity.key.subject)),
                   exists (select from account a join users u on u.id = a.user_id
                           where u.roles && \(question.privilegedRoles)
                              -- A second step protects the account from this very mailbox: no way in is added before it. One
                              -- that an unproven registration has protects nobody but a squatter from the mailbox's owner (L-3).
                              or (u.has_second_factor and \(question.intent == .signIn)
                                  and exists (select from holder where verified))),
                   exists (select from account a join users u on u.id = a.user_id
                           where u.last_sign_in_at < now() - make_interval(secs => \(question.dormantAfter.seconds))),
                   (select lapsed from owner),
                   exists (select from account a join blocked_identities b on b.user_id = a.user_id
                           where b.issuer = \(identity.key.issuer) and b.subject = \(identity.key.subject))
            """
    }

    static func situation(_ row: Row, _ question: LinkingQuestion) throws(PostgresFailure) -> LinkingSituation {
        let owner = try row.decode(UUID?.self, at: 0)
        let ownerDisabled = try row.decode(Bool?.self, at: 1) ?? false
        let viewer = try row.decode(UUID?.self, at: 2)
        let fresh = try row.decode(Bool?.self, at: 3)
        let holders = try row.decode(Int64.self, at: 4)
        let verifiedHolders = try row.decode(Int64.self, at: 5)
        let holder = try row.decode(UUID?.self, at: 6)
        let holdersDisabled = try row.decode(Bool.self, at: 7)

        let session: LinkingFacts.Session = fresh.map { $0 ? .fresh : .stale } ?? .none
        let account: LinkingFacts.Account =
            if holders == 0 {
                .none
            } else if verifiedHolders > 1 {
                .several
            } else if holder != nil && holder == viewer && question.intent == .link {
                .mine
            } else if holdersDisabled && verifiedHolders == 1 {
                .disabled
            } else {
                verifiedHolders == 1 ? .verified : .unverified
            }
        let lapsed = try row.decode(Bool?.self, at: 11) ?? false
        let blocked = try row.decode(Bool.self, at: 12)
        let evidence = LinkingFacts.Email(question.identity.email?.evidence)
        // Whoever claims an address without proof learns nothing of its holder, not even that they blocked somebody (G22).
        let reaches =
            question.intent == .link
            ? session != .none : account == .verified && (evidence == .verified || evidence == .authoritative)
        let identity: LinkingFacts.Identity =
            switch owner {
            case nil: blocked && reaches ? .blocked : .unknown
            case _ where ownerDisabled: .disabled
            case let owner where owner == viewer: .mine
            default: lapsed && question.intent == .signIn ? .lapsed : .other
            }
        let hasAccount = question.intent == .signIn ? account != .none : session != .none
        let recycled = try row.decode(Bool.self, at: 8)
        let privileged = try row.decode(Bool.self, at: 9)
        let dormant = try row.decode(Bool.self, at: 10)
        return LinkingSituation(
            facts: LinkingFacts(
                intent: question.intent,
                session: session,
                identity: identity,
                email: evidence,
                account: account,
                recycled: hasAccount && recycled,
                privileged: hasAccount && privileged,
                // A session that was proven a moment ago is a sign-in, whatever an older clock reading says.
                dormant: hasAccount && dormant && !(question.intent == .link && session == .fresh)
            ),
            identityOwner: owner.map { UserID($0) },
            addressHolder: holder.map { UserID($0) }
        )
    }
}

extension LinkingQuestion {
    var intent: LinkingFacts.Intent {
        switch purpose {
        case .signIn, .confirm: .signIn
        case .link: .link
        }
    }
}
