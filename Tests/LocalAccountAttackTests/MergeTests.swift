import Foundation
import Postgres
import TestSupport
import Testing

/// Two accounts of one person becoming one (G13, H15, L-20, P-12).
@Suite("Merging two accounts", .enabled(if: Stack.isAvailable))
struct MergeTests {
    /// Proves the other account in a person's browser; the merge's id.
    private func prove(_ other: LocalPerson, in browser: Browser) async throws -> Problem {
        try await browser.json("/v1/account/merge/prove", ["email": other.email, "password": other.password])
    }

    /// Time passes, until nothing of the account can be undone any more.
    private func settle(_ user: String, at stack: Stack) async throws {
        _ = try await stack.database.query(
            "update identity_changes set undo_until = now() where user_id = \(user)::uuid"
        )
    }

    private func confirm(_ merge: String, _ browser: Browser) async throws -> Problem {
        try await browser.json("/v1/account/merge", ["merge": merge])
    }

    @Test(
        "L-20 identities, addresses and roles move, the other account ends, its id leads on, both addresses and the apps are told"
    )
    func merges() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await LocalPerson.signedUp(at: stack)
        let (stays, goes) = (try await owner.userID(), try await other.userID())
        let account = try await other.link()
        _ = try await stack.database.query("update users set roles = '{editor}' where id = \(goes)::uuid")
        #expect(
            try await prove(other, in: owner.browser).code == "nothing_to_change",
            "its owner can still undo the link"
        )
        try await settle(goes, at: stack)
        let proven = try await prove(other, in: owner.browser)
        let merge = try #require(proven.texts["merge"])
        let page = try await owner.browser.get("/account/merge")
        #expect(page.text.contains(other.email) && page.text.contains("GitHub") && page.text.contains("editor"))
        #expect(try await other.browser.isSignedIn(), "nothing has happened yet")
        let before = await owner.browser.session()
        #expect(try await confirm(merge, owner.browser).status == 200)
        #expect(await owner.browser.session() != before, "H02")
        #expect(try await owner.browser.isSignedIn())
        #expect(try await !other.browser.isSignedIn())
        #expect(try await stack.providers(stays) == "github")
        #expect(try await stack.providers(goes) == "")
        #expect(try await account.signedIn().isSignedIn())
        #expect(try await other.userID() == stays, "the address")
        #expect(try await other.signIn().status == 401, "the other account's password")
        #expect(try await owner.signIn().status == 303)
        let gone = try await stack.text(
            """
            select merged_into::text from users where id = \(goes)::uuid and disabled_at is not null
            """
        )
        #expect(gone == stays)
        let roles = try await stack.text("select array_to_string(roles, ',') from users where id = \(stays)::uuid")
        #expect(roles == "editor")
        #expect(
            try await stack.count(
                """
                select count(*) from app_events
                where kind = 'user.merged' and payload->>'from' = \(goes) and payload->>'to' = \(stays)
                """
            ) == 1
        )
        for address in [owner.email, other.email] {
            #expect(try await stack.mail(to: address, contains: "were merged").text.contains("one account"))
        }
        #expect(try await confirm(merge, owner.browser).code == "nothing_to_change", "once")
    }

    @Test(
        "H15 no merge without both proofs: wrong password, stale session, another session, oneself, disabled, changed since"
    )
    func proofs() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await LocalPerson.signedUp(at: stack)
        let goes = try await other.userID()
        let wrong = ["email": other.email, "password": "not this one at all"]
        #expect(try await owner.browser.json("/v1/account/merge/prove", wrong).code == "wrong_credentials")
        #expect(try await prove(owner, in: owner.browser).code == "nothing_to_change", "oneself")
        #expect(try await prove(other, in: stack.browser()).status == 401)
        let merge = try #require(try await prove(other, in: owner.browser).texts["merge"])
        let another = try await owner.anotherBrowser()
        #expect(try await confirm(merge, another).code == "nothing_to_change", "another session of the same user")
        #expect(try await confirm(merge, other.browser).code == "nothing_to_change", "the other side")
        try await owner.growStale()
        #expect(try await confirm(merge, owner.browser).code == "fresh_sign_in_required")
        #expect(try await owner.signIn(in: owner.browser).status == 303)
        #expect(try await confirm(merge, owner.browser).code == "nothing_to_change", "its session is over")

        let second = try #require(try await prove(other, in: owner.browser).texts["merge"])
        let form = [("current_password", other.password), ("new_password", LocalPerson.freshPassword())]
        #expect(try await other.browser.post("/account/password", form: form).status == 303)
        #expect(try await confirm(second, owner.browser).code == "nothing_to_change", "changed since")
        _ = try await stack.database.query("update users set disabled_at = now() where id = \(goes)::uuid")
        let disabled = LocalPerson(stack: stack, browser: other.browser, email: other.email, password: form[1].1)
        #expect(try await prove(disabled, in: owner.browser).code == "wrong_credentials")
        #expect(try await stack.count("select count(*) from user_aliases where old_id = \(goes)::uuid") == 0)
    }

    @Test(
        "P-12 the other account's second step is passed before anything is shown, and it moves where this one has none"
    )
    func secondFactor() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let (other, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
        let proven = try await prove(other, in: owner.browser)
        let merge = try #require(proven.texts["merge"])
        let page = try await owner.browser.get("/account/merge")
        #expect(!page.text.contains(other.email) && page.text.contains("second step"))
        #expect(try await confirm(merge, owner.browser).code == "nothing_to_change")
        let path = "/v1/account/merge/second-factor"
        #expect(try await owner.browser.json(path, ["code": authenticator.wrongCode]).code == "wrong_code")
        #expect(try await owner.browser.json(path, ["code": authenticator.code()]).status == 200)
        #expect(try await confirm(merge, owner.browser).status == 200)
        let waiting = try await owner.waitingBrowser()
        #expect(try await waiting.passSecondFactor(authenticator.code(1)).status == 303)
        #expect(try await waiting.isSignedIn())
    }

    @Test(
        "P-12 what passes the other account's second step is written down there; of a recovery code its owner is told"
    )
    func secondStepIsTold() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        for byRecoveryCode in [false, true] {
            let owner = try await LocalPerson.signedUp(at: stack)
            let (other, authenticator) = try await LocalPerson.withSecondFactor(at: stack)
            let goes = try await other.userID()
            _ = try await prove(other, in: owner.browser)
            let code = byRecoveryCode ? try #require(authenticator.recoveryCodes.first) : authenticator.code()
            let path = "/v1/account/merge/second-factor"
            #expect(try await owner.browser.json(path, ["code": code]).status == 200)
            let kind = byRecoveryCode ? "recovery_code_used" : "second_factor_passed"
            #expect(
                try await stack.count(
                    "select count(*) from account_events where user_id = \(goes)::uuid and kind = \(kind)"
                ) == 1
            )
            if byRecoveryCode {
                _ = try await stack.mail(to: other.email, contains: "A recovery code was used")
                #expect(
                    try await owner.browser.json(path, ["code": code]).status == 409,
                    "it is used up, and so is the step"
                )
            }
        }
    }

    @Test("G15 a merge brings nothing back that the owner blocked, and makes no new password stand for an account")
    func blocked() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await LocalPerson.signedUp(at: stack)
        let (stays, goes) = (try await owner.userID(), try await other.userID())
        _ = try await other.link()
        try await settle(goes, at: stack)
        _ = try await stack.database.query(
            """
            insert into blocked_identities (user_id, issuer, subject, provider)
            select \(stays)::uuid, issuer, subject, provider from federated_identities where user_id = \(goes)::uuid
            """
        )
        #expect(try await prove(other, in: owner.browser).code == "nothing_to_change", "blocked")
        _ = try await stack.database.query("delete from blocked_identities where user_id = \(stays)::uuid")
        _ = try await stack.database.query(
            "update users set created_at = now() - interval '1 day' where id = \(goes)::uuid"
        )
        #expect(try await prove(other, in: owner.browser).code == "nothing_to_change", "its password is a new one")
        _ = try await stack.database.query(
            "update passwords set changed_at = now() - interval '8 days' where user_id = \(goes)::uuid"
        )
        #expect(try await prove(other, in: owner.browser).texts["merge"] != nil, "the control")
    }

    @Test("a chain of three: every former id leads to the last account")
    func chain() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let people = [
            try await LocalPerson.signedUp(at: stack), try await LocalPerson.signedUp(at: stack),
            try await LocalPerson.signedUp(at: stack),
        ]
        let ids = [try await people[0].userID(), try await people[1].userID(), try await people[2].userID()]
        for (from, to) in [(0, 1), (1, 2)] {
            let merge = try #require(try await prove(people[from], in: people[to].browser).texts["merge"])
            #expect(try await confirm(merge, people[to].browser).status == 200)
        }
        for old in ids.prefix(2) {
            #expect(
                try await stack.text("select user_id::text from user_aliases where old_id = \(old)::uuid") == ids[2]
            )
        }
        #expect(try await stack.count("select count(*) from user_emails where user_id = \(ids[2])::uuid") == 3)
    }

    @Test(
        "two accounts merged into each other at once, with an unlink beside it: one stays, with a way in, and nothing is lost"
    )
    func race() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        for round in 0..<12 {
            let one = try await LocalPerson.signedUp(at: stack)
            let two = try await LocalPerson.signedUp(at: stack)
            let (first, second) = (try await one.userID(), try await two.userID())
            _ = try await one.link()
            try await settle(first, at: stack)
            let id = try #require(try await stack.identity(first))
            let there = try #require(try await prove(two, in: one.browser).texts["merge"])
            let back = try #require(try await prove(one, in: two.browser).texts["merge"])
            let remover = try await one.anotherBrowser(node: 1)
            _ = try await atOnce([0, 1, 2]) { which in
                switch which {
                case 0: try await confirm(there, one.browser).status
                case 1: try await confirm(back, two.browser).status
                default: try await remover.json("/v1/account/identities/\(id)/remove").status
                }
            }
            let alive = try await stack.count(
                """
                select count(*) from users where id in (\(first)::uuid, \(second)::uuid) and disabled_at is null
                """
            )
            let aliases = try await stack.count(
                "select count(*) from user_aliases where old_id in (\(first)::uuid, \(second)::uuid)"
            )
            #expect(alive + aliases == 2, "round \(round)")
            #expect(alive >= 1)
            let ways = try await stack.waysIn(first) + stack.waysIn(second)
            #expect(ways >= 1)
        }
    }
}
