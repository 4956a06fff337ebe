import Accounts
import Postgres

/// Pending links inside a change's statement: written with the decision that asks for a proof, consumed with the one that got it.
enum PendingLinkStatement {
    /// A relation that stores what waits from now on, in place of whatever waited in the same browser.
    static func waiting(_ pending: PendingLink?) -> SQL {
        guard let pending else { return "waiting as (select)" }
        let identity = pending.identity
        var session: SessionID?
        if case .link(_, let id) = pending.arrival { session = id }
        return """
            waiting as (
                insert into pending_links (id, browser_hash, purpose, provider, issuer, subject, username, display_name,
                                           address, evidence, user_id, session_id, proofs, decision_id, policy, return_to,
                                           expires_at)
                select \(pending.id.uuid), \(pending.browser.bytes), \(pending.purpose.rawValue),
                       \(identity.provider.description), \(identity.key.issuer), \(identity.key.subject),
                       \(nullable: identity.username), \(nullable: identity.displayName),
                       \(nullable: identity.email?.address.description), \(nullable: identity.email?.evidence.word),
                       \(nullable: pending.target?.uuid), \(nullable: session?.uuid),
                       \(pending.proofs.sorted().map(\.rawValue)), \(pending.decision.uuid), \(pending.policyHash),
                       \(pending.returnTo), now() + interval '15 minutes'
                from acted
                on conflict (browser_hash) do update
                set id = excluded.id, purpose = excluded.purpose, provider = excluded.provider, issuer = excluded.issuer,
                    subject = excluded.subject, username = excluded.username, display_name = excluded.display_name,
                    address = excluded.address, evidence = excluded.evidence, user_id = excluded.user_id,
                    session_id = excluded.session_id, proofs = excluded.proofs, decision_id = excluded.decision_id,
                    policy = excluded.policy, return_to = excluded.return_to, expires_at = excluded.expires_at,
                    created_at = now(), code_key = null, code_hash = null, attempts = 0, proven_by = null,
                    proven_at = null, stepped_at = null
            )
            """
    }

    /// A relation `consumed(stepped)` of one row: the proof is used up by being deleted, so of many who bring it one gets on.
    /// Without a proof to bring there is nothing to use up, and one row as well.
    static func consumed(_ proof: GivenProof?, for identity: FederatedIdentityKey) -> SQL {
        guard let proof else { return "consumed as (select false as stepped)" }
        return """
            consumed as (
                delete from pending_links
                where id = \(proof.link.uuid) and browser_hash = \(proof.browser.bytes) and expires_at > now()
                  and proven_by = \(proof.by.rawValue) and issuer = \(identity.issuer) and subject = \(identity.subject)
                returning stepped_at is not null as stepped
            )
            """
    }

    /// Every other pending link to an account: whatever changes its ways in, none of them was asked about that (P-4).
    static func voided(of user: UserID, besides proof: GivenProof?) -> SQL {
        """
        delete from pending_links
        where user_id = \(user.uuid) and id is distinct from \(nullable: proof?.link.uuid) and exists (select from acted)
        """
    }
}

extension EmailEvidence {
    /// As it is stored.
    var word: String {
        switch self {
        case .unverified: "unverified"
        case .verified: "verified"
        case .authoritative: "authoritative"
        }
    }

    /// Reads ``word``.
    init?(word: String) {
        switch word {
        case "unverified": self = .unverified
        case "verified": self = .verified
        case "authoritative": self = .authoritative
        default: return nil
        }
    }
}
