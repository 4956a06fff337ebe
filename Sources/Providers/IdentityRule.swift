import JSON

/// How a provider's answers become a person.
public struct IdentityRule: Sendable, Hashable {
    /// How a subject is written.
    enum SubjectType: String, Sendable, Hashable, CaseIterable {
        /// A JSON string.
        case string
        /// A JSON integer above 0, of at most 64 bits (GitHub's `id`).
        case integer

        /// A subject as text; nil for another JSON type, or a number that is nobody's.
        func text(of value: JSONValue) -> String? {
            switch (self, value) {
            case (.string, .string(let text)): text
            // Written as an integer, so that 583231 and 583231.0 are not two spellings; 0 is a default, not a person.
            case (.integer, .number(let number)): number.int64.flatMap { $0 > 0 ? String($0) : nil }
            default: nil
            }
        }
    }

    /// A state the account has to be in.
    struct Requirement: Sendable, Hashable {
        let path: ClaimPath
        let value: JSONValue
    }

    /// The subject half of the identity key. Always an explicit rule of its own: no other field can redefine it.
    let subject: ClaimPath
    let subjectType: SubjectType
    let name: ClaimPath?
    let username: ClaimPath?
    let picture: ClaimPath?
    let requirements: [Requirement]
    var email: EmailRule?
}

/// Where the one address is and what the provider's word about it is worth.
struct EmailRule: Sendable, Hashable {
    /// Where the address is.
    enum Source: Sendable, Hashable {
        /// At a path.
        case path(ClaimPath)
        /// In the one element of a list whose members equal `conditions`; several such elements are none.
        case list(ClaimPath, conditions: [Condition], address: [String])
    }

    /// A member of a list element and the value it has to have, JSON type included.
    struct Condition: Sendable, Hashable {
        let members: [String]
        let value: JSONValue
    }

    /// What says that the address was verified.
    enum Verification: Sendable, Hashable {
        /// The provider only ever gives verified addresses (X `confirmed_email`).
        case always
        /// The provider does not say (Facebook): never more than unverified.
        case never
        /// Members beside the address, in the same answer or the same list element: a flag about another address proves
        /// nothing about this one.
        case flag([String])
    }

    let source: Source
    let verification: Verification
    /// Texts that count as true besides the boolean `true`; empty unless the file declares them (Apple, LinkedIn).
    let trueSpellings: Set<String>
    /// Domains whose mailboxes the provider runs.
    var authoritativeFor: Set<String>
    /// Claim with the domain of a hosted organisation, whose mailboxes the provider runs (Google `hd`).
    let hostedDomain: ClaimPath?
    /// Relay and noreply domains: never an address for linking (G08).
    let excludedDomains: Set<String>
}
