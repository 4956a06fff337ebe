import Foundation
import Postgres
import TestSupport
import Testing

/// What a merge asks for before it happens, and when it does not (G13, G15, H15, L-20, P-12).
@Suite("Merges that do not happen", .enabled(if: Stack.isAvailable))
struct MergeRefusalTests {
    private func prove(_ other: LocalPerson, in browser: Browser) async throws -> Problem {
        try await browser.json("/v1/account/merge/prove", ["email": other.email, "password": other.password])
    }

    private func confirm(_ merge: String, _ browser: Browser) async throws -> Problem {
        try await browser.json("/v1/account/merge", ["merge": merge])
    }

    /// Two accounts of one person, and a proof of the second in the browser of the first.
    private func proven(
        _ stack: Stack
    ) async throws -> (owner: LocalPerson, other: LocalPerson, stays: String, goes: String, merge: String) {
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await LocalPerson.signedUp(at: stack)
        let merge = try #require(try await prove(other, in: owner.browser).texts["merge"])
        return (owner, other, try await owner.userID(), try await other.userID(), merge)
    }

    /// Both accounts are what they were: nothing moved, nobody was told, no id leads elsewhere.
    private func expectApart(_ stack: Stack, _ stays: String, _ goes: String) async throws {
        let alive: SQL = """
            select count(*) from users where id in (\(stays)::uuid, \(goes)::uuid) and disabled_at is null
            and merged_into is null
            """
        #expect(try await stack.count(alive) == 2)
        #expect(try await stack.count("select count(*) from user_aliases where old_id = \(goes)::uuid") == 0)
        #expect(
            try await stack.count(
                "select count(*) from app_events where kind = 'user.merged' and payload->>'from' = \(goes)"
            ) == 0
        )
        #expect(try await stack.count("select count(*) from passwords where user_id = \(goes)::uuid") == 1)
    }

    @Test("P-12 S-1 both second steps are asked for, each once; the one that stays is this account's")
    func bothSecondSteps() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let (owner, ownersApp) = try await LocalPerson.withSecondFactor(at: stack)
        let (other, othersApp) = try await LocalPerson.withSecondFactor(at: stack)
        let (stays, goes) = (try await owner.userID(), try await other.userID())
        let waiting = try await owner.waitingBrowser()
        #expect(try await prove(other, in: waiting).status == 401, "not before this account's own second step")
        #expect(try await waiting.passSecondFactor(ownersApp.code()).status == 303)

        let merge = try #require(try await prove(other, in: waiting).texts["merge"])
        let path = "/v1/account/merge/second-factor"
        #expect(try await confirm(merge, waiting).code == "nothing_to_change", "nor before the other one's")
        #expect(
            try await waiting.json(path, ["code": ownersApp.code(1)]).code == "wrong_code",
            "this account's is no proof"
        )
        let page = try await waiting.get("/account/merge")
        #expect(!page.text.contains(other.email) && page.text.contains("second step"))
        let code = othersApp.code()
        #expect(try await waiting.json(path, ["code": code]).status == 200)
        #expect(try await waiting.json(path, ["code": code]).code == "nothing_to_change", "once")
        #expect(try await waiting.get("/account/merge").text.contains(other.email))
        #expect(try await confirm(merge, waiting).status == 200)

        let later = try await owner.waitingBrowser(node: 1)
        #expect(try await later.passSecondFactor(othersApp.code(1)).status == 401, "the other one's ended")
        let recovery = try #require(othersApp.recoveryCodes.first)
        #expect(try await later.passSecondFactor(recovery, as: "recovery_code").status == 401)
        #expect(try await later.passSecondFactor(ownersApp.code(1)).status == 303)
        #expect(try await later.isSignedIn())
        for table in ["totp_factors", "recovery_codes"] {
            #expect(
                try await stack.text(
                    """
                    select (xpath('/row/n/text()', query_to_xml('select count(*) as n from ' || quote_ident(\(table))
                        || ' where user_id = ' || quote_literal(\(goes)), false, true, '')))[1]::text
                    """
                ) == "0"
            )
        }
        #expect(try await stack.text("select user_id::text from user_aliases where old_id = \(goes)::uuid") == stays)
    }

    @Test("H15 a merge that is cancelled, or waited too long, is over; its page asks for the other account again")
    func cancelAndExpiry() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        for isCancelled in [true, false] {
            let (owner, other, stays, goes, merge) = try await proven(stack)
            #expect(try await owner.browser.get("/account/merge").text.contains(other.email), "control")
            if isCancelled {
                #expect(try await owner.browser.post("/account/merge/cancel").status == 303)
            } else {
                _ = try await stack.database.query(
                    "update pending_merges set expires_at = now() where user_id = \(stays)::uuid"
                )
            }
            #expect(try await confirm(merge, owner.browser).code == "nothing_to_change")
            let page = try await owner.browser.get("/account/merge")
            #expect(page.status == 200 && !page.text.contains(other.email))
            #expect(page.text.contains("action=\"/account/merge/prove\""), "no dead end")
            try await expectApart(stack, stays, goes)
            let again = try #require(try await prove(other, in: owner.browser).texts["merge"])
            #expect(try await confirm(merge, owner.browser).code == "nothing_to_change", "nor by its former id")
            #expect(try await confirm(again, owner.browser).status == 200, "control")
        }
    }

    /// Who has the privileged role, and when they got it.
    enum Privilege: String, CaseIterable, Sendable {
        case goes, stays, goesLater, staysLater
    }

    @Test("L-20 nobody's privileges are joined to anything, whenever they were given", arguments: Privilege.allCases)
    func privileged(_ privilege: Privilege) async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let node = try await Stack.startNode(stack.arguments + ["--set", "linking.privileged_roles=admin"])
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await LocalPerson.signedUp(at: stack)
        let (stays, goes) = (try await owner.userID(), try await other.userID())
        let there = await owner.browser.copy(port: node.port)
        let admin = [.goes, .goesLater].contains(privilege) ? goes : stays
        func give(_ roles: String) async throws {
            _ = try await stack.database.query("update users set roles = \(roles)::text[] where id = \(admin)::uuid")
        }
        var merge: String?
        if [.goesLater, .staysLater].contains(privilege) {
            merge = try await prove(other, in: there).texts["merge"]
            #expect(merge != nil)
        }
        try await give("{editor,admin}")
        if let merge {
            #expect(try await confirm(merge, there).code == "nothing_to_change")
        } else {
            let refused = try await prove(other, in: there)
            #expect(refused.status == 409 && refused.code == "nothing_to_change")
            #expect(refused.texts["title"]?.contains("ask the administrator") == true)
            #expect(try await !there.get("/account/merge").text.contains(other.email), "nothing waits")
        }
        try await expectApart(stack, stays, goes)
        try await give("{editor}")
        let again = try #require(try await prove(other, in: there).texts["merge"])
        #expect(try await confirm(again, there).status == 200, "control: other roles come along")
        #expect(
            try await stack.text("select array_to_string(roles, ',') from users where id = \(stays)::uuid") == "editor"
        )
        node.process.signal(SIGTERM)
        _ = try await node.process.ended()
    }

    /// What its owner can still take back, or what was changed lately.
    enum Unsettled: String, CaseIterable, Sendable {
        case linkOfGoing, linkOfStaying, unlinkOfGoing, addressOfGoing, addressOfStaying, passwordOfGoing,
            blockOfStaying
    }

    @Test(
        "G15 while something can be undone, a password is new, or a way in is blocked, there is no merge: neither begun nor confirmed",
        arguments: Unsettled.allCases
    )
    func unsettled(_ unsettled: Unsettled) async throws {
        let stack = try await Installation.withoutMailedSignIn()
        let (owner, first, stays, goes, merge) = try await proven(stack)
        let (other, settle) = try await unsettle(unsettled, owner, first, stays, goes, stack)
        #expect(try await confirm(merge, owner.browser).code == "nothing_to_change", "what waited before is void")
        let refused = try await prove(other, in: owner.browser)
        #expect(refused.status == 409 && refused.code == "nothing_to_change", "\(refused.status) \(refused.code)")
        try await expectApart(stack, stays, goes)
        for statement in settle { _ = try await stack.database.query(statement) }
        let again = try #require(try await prove(other, in: owner.browser).texts["merge"])
        #expect(try await confirm(again, owner.browser).status == 200, "control: once that has passed")
    }

    /// Makes it so; the account that goes as it is afterwards, and how time settles it.
    private func unsettle(
        _ unsettled: Unsettled,
        _ owner: LocalPerson,
        _ other: LocalPerson,
        _ stays: String,
        _ goes: String,
        _ stack: Stack
    ) async throws -> (LocalPerson, settle: [SQL]) {
        let changes: SQL = """
            update identity_changes set undo_until = now() where user_id in (\(stays)::uuid, \(goes)::uuid)
            """
        let addresses: SQL = """
            update proofs set expires_at = now()
            where user_id in (\(stays)::uuid, \(goes)::uuid) and purpose = 'email_change_undo'
            """
        func person(_ email: String, _ password: String) -> LocalPerson {
            LocalPerson(stack: stack, browser: other.browser, email: email, password: password)
        }
        switch unsettled {
        case .linkOfGoing:
            try await other.link()
            return (other, [changes])
        case .linkOfStaying:
            try await owner.link()
            return (other, [changes])
        case .unlinkOfGoing:
            try await other.link()
            let id = try #require(try await stack.identity(goes))
            #expect(try await other.browser.json("/v1/account/identities/\(id)/remove").status == 200)
            return (other, [changes])
        case .addressOfGoing:
            let email = LocalPerson.freshAddress()
            _ = try await EmailChangeTests.change(other.browser, from: other.email, to: email, at: stack)
            return (person(email, other.password), [addresses])
        case .addressOfStaying:
            let email = LocalPerson.freshAddress()
            _ = try await EmailChangeTests.change(owner.browser, from: owner.email, to: email, at: stack)
            return (other, [addresses])
        case .passwordOfGoing:
            let password = LocalPerson.freshPassword()
            let form = [("current_password", other.password), ("new_password", password)]
            // The account is older than its password.
            _ = try await stack.database.query(
                "update users set created_at = now() - interval '30 days' where id = \(goes)::uuid"
            )
            #expect(try await other.browser.post("/account/password", form: form).status == 303)
            return (
                person(other.email, password),
                ["update passwords set changed_at = now() - interval '8 days' where user_id = \(goes)::uuid"]
            )
        case .blockOfStaying:
            try await other.link()
            _ = try await stack.database.query(changes)
            _ = try await stack.database.query(
                """
                insert into blocked_identities (user_id, issuer, subject, provider)
                select \(stays)::uuid, issuer, subject, provider from federated_identities where user_id = \(goes)::uuid
                """
            )
            return (other, ["delete from blocked_identities where user_id = \(stays)::uuid"])
        }
    }

    @Test("L-20 of two merges of one account at once, into two others or from two sessions, exactly one wins")
    func race() async throws {
        let stack = try await Installation.withoutMailedSignIn()
        for round in 0..<8 {
            let other = try await LocalPerson.signedUp(at: stack)
            let goes = try await other.userID()
            let one = try await LocalPerson.signedUp(at: stack)
            let isSameAccount = round % 2 == 0
            let two = isSameAccount ? one : try await LocalPerson.signedUp(at: stack)
            let browsers = [one.browser, isSameAccount ? try await one.anotherBrowser(node: 1) : two.browser]
            var merges: [String] = []
            for browser in browsers { merges.append(try #require(try await prove(other, in: browser).texts["merge"])) }
            let order = round % 4 < 2 ? [0, 1] : [1, 0]
            let waiting = merges
            let answers = try await atOnce(order) { try await confirm(waiting[$0], browsers[$0]) }
            #expect(answers.count { $0.status == 200 } == 1, "round \(round): \(answers.map(\.status))")
            let lost = try #require(answers.first { $0.status != 200 })
            #expect(["nothing_to_change", "sign_in_required"].contains(lost.code), "\(lost.code)")
            let events = try await stack.text(
                "select string_agg(payload->>'to', ',') from app_events where kind = 'user.merged' and payload->>'from' = \(goes)"
            )
            let alias = try await stack.text("select user_id::text from user_aliases where old_id = \(goes)::uuid")
            #expect(alias != nil && alias == events, "one event, for the account that won")
            #expect(try await other.userID() == alias, "and the address is there")
            #expect(try await stack.count("select count(*) from user_emails where address = \(other.email)") == 1)
        }
    }
}
