import Foundation
import Postgres
import TestSupport

extension LocalPerson {
    /// Adds a way in at a provider, in this person's browser.
    @discardableResult
    func link(
        _ provider: String = "github",
        email: String? = nil,
        in other: Browser? = nil
    ) async throws -> ProviderAccount {
        let account = try await ProviderAccount.opened(
            at: stack,
            provider,
            email: email ?? LocalPerson.freshAddress()
        )
        let answer = try await account.signIn(in: other ?? browser, at: "/account/link/")
        guard answer.status == 303 else {
            throw NeverHappened(description: "a link: \(answer.status) \(answer.sentence)")
        }
        return account
    }
}

extension Stack {
    /// The id of a user's identity at a provider.
    func identity(_ user: String, _ provider: String = "github") async throws -> String? {
        try await text(
            "select id::text from federated_identities where user_id = \(user)::uuid and provider = \(provider)"
        )
    }

    /// Providers of a user's identities, in order.
    func providers(_ user: String) async throws -> String {
        try await text(
            "select string_agg(provider, ',' order by provider) from federated_identities where user_id = \(user)::uuid"
        ) ?? ""
    }

    /// The latest change of a user's identities.
    func change(_ user: String, _ kind: String = "linked") async throws -> String {
        try await text(
            """
            select id::text from identity_changes where user_id = \(user)::uuid and kind = \(kind)
            order by happened_at desc limit 1
            """
        ) ?? ""
    }

    /// The token of the mail about a link, or about an unlink, that is not among the ones before.
    func identityUndo(
        to address: String,
        removed: Bool = false,
        besides: [CaughtLetter] = []
    ) async throws -> String {
        let sentence = removed ? "does not open your account" : "From now on"
        return try LocalPerson.token(in: try await mail(to: address, contains: sentence, besides: besides))
    }

    /// Ways in of a user that work at an installation without mailed sign-in.
    func waysIn(_ user: String) async throws -> Int {
        try await count(
            """
            select (select count(*) from passwords where user_id = \(user)::uuid)
                 + (select count(*) from federated_identities where user_id = \(user)::uuid)
            """
        )
    }
}

extension Installation {
    /// Like ``roomy()``, but a mail is no way in: there the last password or provider counts.
    static func withoutMailedSignIn() async throws -> Stack { try await sternStack.value }
    private static let sternStack = Task {
        try await Stack.start(
            nodes: 2,
            settings: everything + roomyLimits + ["sign_in.mailed_link=false", "sign_in.mailed_code=false"]
        )
    }
}
