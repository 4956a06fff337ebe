import Postgres
import TestSupport
import Testing

/// What an answer says about an address it was asked about: nothing (I06, O-4, G22). Times are measured elsewhere.
@Suite("Oracles", .enabled(if: Stack.isAvailable))
struct OracleTests {
    /// What can be behind an address.
    enum Kind: String, CaseIterable, Sendable {
        case unknown, known, socialOnly, disabled, pending, unproven, secondPassword
    }

    /// An address of each kind, all of the same length.
    private func addresses(_ stack: Stack) async throws -> [(kind: Kind, address: String, password: String)] {
        var result: [(Kind, String, String)] = []
        for kind in Kind.allCases {
            let address = LocalPerson.freshAddress("gmail.com")
            var password = LocalPerson.freshPassword()
            switch kind {
            case .unknown: break
            case .known: _ = try await LocalPerson.signedUp(at: stack, email: address, password: password)
            case .socialOnly: _ = try await ProviderAccount.opened(at: stack, email: address).signedIn()
            case .disabled:
                _ = try await LocalPerson.signedUp(at: stack, email: address, password: password)
                _ = try await stack.database.query(
                    "update users set disabled_at = now() where id = (select user_id from user_emails where address = \(address))"
                )
            case .pending: _ = try await LocalPerson.waiting(at: stack, email: address, password: password)
            case .unproven:
                _ = try await ProviderAccount.opened(at: stack, "github", email: address, verified: false).signedIn()
            case .secondPassword:
                _ = try await LocalPerson.signedUp(at: stack, email: address, password: password)
                password = LocalPerson.freshPassword()
            }
            result.append((kind, address, password))
        }
        return result.map { (kind: $0.0, address: $0.1, password: $0.2) }
    }

    /// An answer without what is different in every answer.
    private func normalised(_ answer: HTTPExchange.Answer, _ address: String) -> String {
        let head = answer.headers.map { name, value in
            switch name {
            case "x-request-id", "date": return name
            case "set-cookie":
                let parts = value.split(separator: ";", omittingEmptySubsequences: false)
                let name = parts[0].prefix { $0 != "=" }
                return "set-cookie: \(name)(\(parts[0].count))" + parts.dropFirst().joined(separator: ";")
            default: return name + ": " + value
            }
        }
        let id = answer.header("x-request-id") ?? "none"
        let body = (address.isEmpty ? answer.text : answer.text.replacing(address, with: "ADDRESS")).replacing(
            id,
            with: "ID"
        )
        return "\(answer.status)\n" + head.joined(separator: "\n") + "\n\n" + body
    }

    /// What can be asked about an address.
    enum Question: String, CaseIterable, Sendable {
        case signIn = "/sign-in/password"
        case signUp = "/sign-up"
        case reset = "/reset"
        case mail = "/sign-in/mail"
    }

    @Test(
        "I06 O-4 G22 one answer for every address, on pages and as JSON, and one job for each mail",
        arguments: Question.allCases
    )
    func answers(_ question: Question) async throws {
        let stack = try await Installation.roomy()
        try await JobWatch.begin(stack)
        let everybody = try await addresses(stack)
        for isProgram in [false, true] {
            var seen: [Kind: String] = [:]
            for (kind, address, password) in everybody {
                // Whoever is known with this password would be signed in: that is no secret from whoever has it.
                let typed = kind == .known ? LocalPerson.freshPassword() : password
                let before = try await stack.jobKinds(for: address)
                let browser = stack.browser()
                let answer =
                    isProgram
                    ? try await browser.json("/v1" + question.rawValue, ["email": address, "password": typed]).answer
                    : try await browser.post(question.rawValue, form: [("email", address), ("password", typed)])
                let jobs = try await stack.jobKinds(for: address).dropFirst(before.count)
                seen[kind] = normalised(answer, address)
                #expect(jobs.count == (question == .signIn ? 0 : 1), "\(kind): \(jobs)")
                if question == .signIn { #expect(answer.status == 401 && !answer.startsSession) }
            }
            for kind in Kind.allCases { #expect(seen[kind] == seen[.unknown], "\(kind) at \(question.rawValue)") }
        }
        if question == .signIn, let known = everybody.first(where: { $0.kind == .known }) {
            let person = LocalPerson(
                stack: stack,
                browser: stack.browser(),
                email: known.address,
                password: known.password
            )
            let right = normalised(try await person.signIn(), known.address)
            let wrong = normalised(try await person.signIn(password: "not the password"), known.address)
            #expect(right != wrong, "control: the comparison sees a difference where there is one")
        }
    }

    @Test("O-4 a link that was used, one that never was and somebody else's are one answer")
    func links() async throws {
        let stack = try await Installation.roomy()
        let links = try await Links.made(at: stack)
        let never = try await LocalPerson.signedUp(at: stack)
        let unused = try await never.resetToken()
        let form = ["token": unused, "password": LocalPerson.freshPassword()]
        #expect(try await stack.browser().json("/v1/reset/confirm", form).status == 200)
        for path in ["/reset/confirm", "/verify", "/account/email/undo"] {
            let other = links.all.first { $0.path != path }?.token ?? ""
            var seen: Set<String> = []
            for token in [unused, other, "lkm_nonsense", ""] {
                seen.insert(normalised(try await stack.browser().get("\(path)?token=\(token)"), token))
            }
            #expect(seen.count == 1, "\(path)")
        }
    }

    @Test("I06 a code of nobody's mail, a wrong one and one that is over are one answer")
    func codes() async throws {
        let stack = try await Installation.roomy()
        let everybody = try await addresses(stack)
        var seen: Set<String> = []
        for (_, address, _) in everybody {
            let browser = stack.browser()
            #expect(try await browser.post("/sign-in/mail", form: [("email", address)]).status == 200)
            for _ in 0..<7 {
                let answer = try await browser.post("/sign-in/mail/code", form: [("code", "00000000")])
                seen.insert(normalised(answer, address))
            }
        }
        seen.insert(normalised(try await stack.browser().post("/sign-in/mail/code", form: [("code", "00000000")]), ""))
        #expect(seen.count == 1)
    }

    @Test("I05 O-4 what limits say is the same for an address that nobody has")
    func limits() async throws {
        let stack = try await Proxied.stack()
        let known = try await LocalPerson.signedUp(at: stack)
        let unknown = LocalPerson(
            stack: stack,
            browser: stack.browser(),
            email: LocalPerson.freshAddress(),
            password: known.password
        )
        let allowance = Allowance(10, per: 600)
        var seen: [[Int]] = []
        for person in [known, unknown] {
            let client = Proxied.freshClient()
            var statuses: [Int] = []
            for _ in 0..<12 {
                statuses.append(try await person.signIn(password: "wrong", headers: ["X-Forwarded-For": client]).status)
            }
            seen.append(statuses)
        }
        #expect(seen.allSatisfy { allowance.allows($0.count { $0 == 401 }) && $0.prefix(10).allSatisfy { $0 == 401 } })
    }
}
