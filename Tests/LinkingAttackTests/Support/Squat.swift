import Accounts
import Foundation
import Postgres
import TestSupport
import Testing

/// What a squatter has prepared for an address that is not theirs.
struct Squat: Sendable {
    /// The five classes of Sudhodanan and Paverd.
    enum Kind: String, CaseIterable, Sendable {
        /// A password that is to work on the owner's account.
        case classicMerge
        /// A session that is to live on.
        case unexpiredSession
        /// Further ways in: an identity, one on its way, a second step, another address.
        case trojanIdentifier
        /// A change of address that is completed later.
        case unexpiredEmailChange
        /// An identity whose provider verifies nothing.
        case nonVerifyingProvider
    }

    /// How far the squatter's account has come.
    enum State: String, CaseIterable, Sendable {
        /// A sign-up whose mail waits for an answer.
        case waiting
        /// An account that holds the address and has proven nothing, as imports and former releases left them.
        case unproven
        /// An account that has proven another address, and holds this one without proof.
        case provenElsewhere
    }

    let kind: Kind
    let state: State
    let stack: Stack
    let email: String
    let browser: Browser
    let password: String
    /// The squatter's user; nil while only a sign-up waits.
    let user: String?
    /// Of the sign-up's mail, or of a change of address.
    private(set) var token = ""
    private(set) var trojans: [Visitor] = []
    /// A callback that would link the last of them.
    private(set) var callback: String?
    private(set) var session: String?
    private(set) var secret: TOTPSecret?
    private(set) var recoveryCodes: [String] = []
    private(set) var otherMailbox = ""

    static func prepared(_ kind: Kind, _ state: State, at stack: Stack, email: String) async throws -> Squat {
        let password = "quiet harbour \(Scene.number()) lantern"
        var squat: Squat
        switch state {
        case .waiting:
            let browser = stack.browser()
            #expect(try await browser.post("/sign-up", form: [("email", email), ("password", password)]).status == 200)
            squat = Squat(
                kind: kind,
                state: state,
                stack: stack,
                email: email,
                browser: browser,
                password: password,
                user: nil
            )
            squat.token = try await stack.token(to: email, of: "/verify?token=")
        case .unproven:
            let browser = stack.browser()
            // By a provider that gives no address; the other rows are those of former releases.
            try await Visitor.opened(at: stack, "twitter", email: nil).arrive(in: browser)
            let user = try #require(try await browser.user())
            squat = Squat(
                kind: kind,
                state: state,
                stack: stack,
                email: email,
                browser: browser,
                password: password,
                user: user
            )
            try await squat.hold(asPrimary: true)
        case .provenElsewhere:
            let owner = try await Owner.signedUp(at: stack)
            squat = Squat(
                kind: kind,
                state: state,
                stack: stack,
                email: email,
                browser: owner.browser,
                password: owner.password,
                user: owner.id
            )
            try await squat.hold(asPrimary: false)
        }
        try await squat.arm()
        return squat
    }

    private func hold(asPrimary isPrimary: Bool) async throws {
        try await stack.run(
            """
            insert into user_emails (user_id, address, is_primary)
            values (\(user ?? "")::uuid, \(email), \(isPrimary))
            """
        )
    }

    /// What this class is about; nothing can be added to a sign-up that waits, and that is tried as well.
    private mutating func arm() async throws {
        session = await browser.cookies["latchkey"]
        switch kind {
        case .classicMerge:
            if state == .unproven { try await givePassword() }
        case .unexpiredSession: break
        case .trojanIdentifier: try await addTrojans()
        case .unexpiredEmailChange:
            otherMailbox = Scene.address("squatter.example")
            let asked = try await browser.post("/account/email", form: [("email", otherMailbox)])
            #expect((asked.status == 200) == (user != nil))
            if user != nil { token = try await stack.token(to: otherMailbox, of: "/account/email/confirm?token=") }
        case .nonVerifyingProvider:
            let visitor = try await Visitor.opened(at: stack, "oidc-example", email: email, verified: false)
            if user == nil {
                try await visitor.arrive(in: stack.browser())
            } else {
                #expect(try await visitor.arrive(in: browser, at: "/account/link/").startsSession)
            }
            trojans = [visitor]
        }
        if user != nil { session = await browser.cookies["latchkey"] }
    }

    /// As a former release let a sign-up do it.
    private func givePassword() async throws {
        let other = try await Owner.signedUp(at: stack)
        let hash = try await stack.text("select hash from passwords where user_id = \(other.id)::uuid")
        try await stack.run(
            """
            insert into passwords (user_id, hash, meets_single_factor) values (\(user ?? "")::uuid, \(hash ?? ""), true)
            """
        )
        try await stack.run("update users set display_name = \(other.password) where id = \(user ?? "")::uuid")
    }

    private mutating func addTrojans() async throws {
        guard let user else {
            #expect(try await browser.post("/account/link/github").status == 401, "there is no account to add to")
            #expect(try await browser.post("/account/email", form: [("email", Scene.address())]).status != 200)
            return
        }
        let linked = try await Visitor.opened(at: stack, "github", email: nil)
        #expect(try await linked.arrive(in: browser, at: "/account/link/").startsSession)
        if state == .provenElsewhere {
            (secret, recoveryCodes) = try await browser.enrol()
        } else {
            try await stack.run(
                "insert into totp_factors (user_id, sealed_secret, confirmed_at) values (\(user)::uuid, '\\x00'::bytea, now())"
            )
            try await stack.run(
                "insert into recovery_codes (user_id, code_hash) values (\(user)::uuid, sha256(\(email)::bytea))"
            )
            try await stack.run("update users set has_second_factor = true where id = \(user)::uuid")
            try await stack.run(
                "insert into user_emails (user_id, address) values (\(user)::uuid, \(Scene.address("squatter.example")))"
            )
        }
        let arriving = try await Visitor.opened(at: stack, "google", email: nil)
        callback = try await arriving.callback(in: browser, at: "/account/link/")
        trojans = [linked, arriving]
    }
}
