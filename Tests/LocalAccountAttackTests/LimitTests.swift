import Postgres
import TestSupport
import Testing

/// How often something may be tried: exact, over all nodes, and nobody else's trouble (I05, O-1, O-2, M06, M09, P-13).
@Suite("Limits", .enabled(if: Stack.isAvailable))
struct LimitTests {
    private func guess(
        _ person: LocalPerson,
        from client: String,
        node: Int = 0,
        email: String? = nil,
        password: String = "not the password",
        in browser: Browser? = nil
    ) async throws -> HTTPExchange.Answer {
        let stack = person.stack
        return try await person.signIn(
            in: browser ?? stack.browser(node: node),
            email: email,
            password: password,
            headers: ["X-Forwarded-For": client]
        )
    }

    @Test(
        "I05 O-1 P-13 ten passwords for one address from one client, at whichever node and in whatever case, are ten",
        arguments: 0..<4
    )
    func pair(_ round: Int) async throws {
        let stack = try await Proxied.stack()
        let owner = try await LocalPerson.signedUp(at: stack)
        let client = Proxied.freshClient()
        let allowance = Allowance(10, per: 600)
        let spellings = [
            owner.email, owner.email.uppercased(), " " + owner.email, owner.email + "\t",
            owner.email.replacing("people", with: "PEOPLE"), "P" + owner.email.dropFirst(),
        ]
        for number in 0..<10 {
            let answer = try await guess(
                owner,
                from: client,
                node: (number + round) % 2,
                email: spellings[(number * (round + 1)) % spellings.count]
            )
            #expect(answer.status == 401, "guess \(number)")
        }
        for spelling in spellings {
            let answer = try await guess(owner, from: client, email: spelling)
            #expect(allowance.stops(answer.status))
            #expect(answer.status != 429 || (Int(answer.header("retry-after") ?? "") ?? 0) >= 1)
        }
        // The right one is not looked at either, and it does not matter how it is asked.
        #expect(allowance.stops(try await guess(owner, from: client, node: 1, password: owner.password).status))
        let json = try await stack.browser().json(
            "/v1/sign-in/password",
            ["email": owner.email, "password": owner.password],
            headers: ["X-Forwarded-For": client]
        )
        #expect(allowance.stops(json.status))
        #expect(json.status != 429 || json.code == "too_many_attempts" && json.answer.header("retry-after") != nil)
        #expect(try await guess(owner, from: Proxied.freshClient(), password: owner.password).status == 303, "control")
    }

    @Test("I05 P-13 of guesses sent at once to both nodes exactly ten are compared")
    func burst() async throws {
        let stack = try await Proxied.stack()
        let owner = try await LocalPerson.signedUp(at: stack)
        let client = Proxied.freshClient()
        let allowance = Allowance(10, per: 600)
        let answers = try await atOnce(Array(0..<64)) { try await guess(owner, from: client, node: $0 % 2).status }
        #expect(allowance.allows(answers.count { $0 == 401 }))
        #expect(answers.allSatisfy { $0 == 401 || $0 == 429 })
    }

    @Test("O-1 success clears the count of its own address and client, and no other")
    func success() async throws {
        let stack = try await Proxied.stack()
        let owner = try await LocalPerson.signedUp(at: stack)
        let other = try await LocalPerson.signedUp(at: stack)
        let (client, elsewhere) = (Proxied.freshClient(), Proxied.freshClient())
        let allowance = Allowance(10, per: 600)
        for _ in 0..<9 { #expect(try await guess(owner, from: client).status == 401) }
        for _ in 0..<10 { #expect(try await guess(other, from: client).status == 401) }
        for _ in 0..<10 { #expect(try await guess(owner, from: elsewhere).status == 401) }
        #expect(try await guess(owner, from: client, password: owner.password).status == 303)
        #expect(allowance.stops(try await guess(other, from: client).status), "the other address' count stays")
        #expect(allowance.stops(try await guess(owner, from: elsewhere).status), "the other client's count stays")
        for _ in 0..<10 { #expect(try await guess(owner, from: client).status == 401, "its own is whole again") }
        #expect(allowance.stops(try await guess(owner, from: client).status))
    }

    @Test("I05 a hundred guesses an hour from everywhere; the owner, in a browser the account knows, still gets in")
    func address() async throws {
        let stack = try await Proxied.stack()
        let owner = try await LocalPerson.signedUp(at: stack)
        #expect(try await owner.browser.post("/sign-out").status < 400)
        let allowance = Allowance(100, per: 3600)
        let answers = try await atOnce(Array(0..<128)) { number in
            try await guess(
                owner,
                from: "10.\(200 + number % 50).\(number).\(Int.random(in: 1...254))",
                node: number % 2
            ).status
        }
        // Signing up counted nothing: exactly a hundred.
        #expect(allowance.allows(answers.count { $0 == 401 }))
        #expect(answers.allSatisfy { $0 == 401 || $0 == 429 })
        let stranger = try await guess(owner, from: Proxied.freshClient(), password: owner.password)
        #expect(allowance.stops(stranger.status), "control: used up for strangers")
        #expect(
            try await guess(owner, from: Proxied.freshClient(), password: owner.password, in: owner.browser).status
                == 303
        )
        // A browser that another account knows is a stranger's.
        let other = try await LocalPerson.signedUp(at: stack)
        let borrowed = try await guess(owner, from: Proxied.freshClient(), password: owner.password, in: other.browser)
        #expect(allowance.stops(borrowed.status))
        // And the known browser is no licence to guess.
        #expect(try await owner.browser.post("/sign-out").status < 400)
        let known = Allowance(20, per: 600)
        let tries = try await atOnce(Array(0..<32)) { number in
            let copy = await owner.browser.copy(port: stack.nodes[number % 2].port)
            return try await guess(owner, from: Proxied.freshClient(), in: copy).status
        }
        // The sign-in before counted as one of its twenty.
        #expect(known.allows(tries.count { $0 == 401 } + 1) || known.allows(tries.count { $0 == 401 }))
    }

    @Test(
        "I05 one client that tries one password at many addresses is stopped, an IPv6 client by its /64",
        arguments: [false, true]
    )
    func spread(_ isVersion6: Bool) async throws {
        let stack = try await Proxied.stack()
        let group = Int.random(in: 0x1000...0xFFFF)
        let version4 = Proxied.freshClient()
        @Sendable func client(_ number: Int) -> String {
            isVersion6 ? "2001:db8:\(String(group, radix: 16)):7::\(String(number + 1, radix: 16))" : version4
        }
        let allowance = Allowance(300, per: 600)
        var statuses: [Int] = []
        for wave in 0..<4 {
            statuses += try await atOnce(Array(0..<80)) { number in
                let nobody = LocalPerson(
                    stack: stack,
                    browser: stack.browser(),
                    email: LocalPerson.freshAddress(),
                    password: ""
                )
                return try await guess(nobody, from: client(wave * 80 + number), node: number % 2, password: "").status
            }
        }
        #expect(allowance.allows(statuses.count { $0 == 401 }))
        #expect(statuses.contains(429))
        let owner = try await LocalPerson.signedUp(at: stack)
        let neighbour = isVersion6 ? "2001:db8:\(String(group, radix: 16)):8::1" : Proxied.freshClient()
        #expect(
            try await guess(owner, from: neighbour, password: owner.password).status == 303,
            "control: the neighbour"
        )
    }

    @Test("O-2 M09 forwarding headers count behind a configured proxy only")
    func forwarded() async throws {
        let plain = try await Installation.limited()
        let nobody = LocalPerson(
            stack: plain,
            browser: plain.browser(),
            email: LocalPerson.freshAddress(),
            password: ""
        )
        let allowance = Allowance(10, per: 600)
        var statuses: [Int] = []
        for number in 0..<12 {
            let value = Proxied.freshClient()
            let headers = [
                "X-Forwarded-For": value, "X-Real-IP": value, "Forwarded": "for=\(value)", "True-Client-IP": value,
                "CF-Connecting-IP": value, "X-Client-IP": value, "X-Cluster-Client-IP": value,
            ]
            let browser = plain.browser(node: number % 2)
            statuses.append(try await nobody.signIn(in: browser, password: "x", headers: headers).status)
        }
        #expect(allowance.allows(statuses.count { $0 == 401 }), "nobody's word: one client")

        let stack = try await Proxied.stack()
        let target = LocalPerson(
            stack: stack,
            browser: stack.browser(),
            email: LocalPerson.freshAddress(),
            password: ""
        )
        // Behind the proxy, the hop it saw is the client, whatever the client wrote before it.
        let seen = Proxied.freshClient()
        statuses = []
        for number in 0..<12 {
            let line = [
                "\(Proxied.freshClient()), \(seen)", "unknown, \(seen)", "127.0.0.1,\(seen)", "::1, junk , \(seen)",
            ]
            statuses.append(try await guess(target, from: line[number % 4], node: number % 2).status)
        }
        #expect(allowance.allows(statuses.count { $0 == 401 }))
        #expect(try await guess(target, from: Proxied.freshClient()).status == 401, "control: another client")
        // One client in two spellings is one client.
        let twice = LocalPerson(stack: stack, browser: stack.browser(), email: LocalPerson.freshAddress(), password: "")
        statuses = []
        for number in 0..<12 {
            statuses.append(try await guess(twice, from: number % 2 == 0 ? seen : "::ffff:\(seen)").status)
        }
        #expect(allowance.allows(statuses.count { $0 == 401 }))
    }

    @Test(
        "M06 O-1 L-8 mails of one purpose to one address: five an hour for one client, twenty for all, and none of it counts for another purpose"
    )
    func mails() async throws {
        let stack = try await Proxied.stack()
        let address = LocalPerson.freshAddress()
        @Sendable func ask(_ path: String, _ number: Int, from client: String) async throws -> Int {
            let answer = try await stack.browser(node: number % 2).post(
                path,
                form: [
                    ("email", number % 2 == 0 ? address : address.uppercased()),
                    ("password", LocalPerson.freshPassword()),
                ],
                headers: ["Origin": "@own", "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": client]
            )
            return answer.status == 429 && answer.header("retry-after") == nil ? 0 : answer.status
        }
        for path in ["/sign-up", "/reset", "/sign-in/mail"] {
            // What strangers asked for before, on the other pages, leaves this one alone.
            let client = Proxied.freshClient()
            let first = try await ask(path, 0, from: client)
            let alone = try await atOnce(Array(1..<32)) { try await ask(path, $0, from: client) }
            #expect(first == 200 && alone.count { $0 == 200 } == 4, "\(path): \(alone)")
            // Those that were stopped counted nothing for the address: fifteen of its twenty are left.
            #expect(alone.count { $0 == 429 } == 27, "\(path): \(alone)")
            let allowance = Allowance(15, per: 2700)
            let many = try await atOnce(Array(0..<32)) { try await ask(path, $0, from: Proxied.freshClient()) }
            #expect(allowance.allows(many.count { $0 == 200 }), "\(path): \(many)")
            #expect(many.allSatisfy { $0 == 200 || $0 == 429 })
        }
        let other = try await stack.browser().post("/reset", form: [("email", LocalPerson.freshAddress())])
        #expect(other.status == 200, "control: another address")
    }

    @Test("M06 mails that one client asks for, and sign-ins with a provider that it begins, have limits of their own")
    func oneClient() async throws {
        let stack = try await Proxied.stack()
        let node = try await Stack.startNode(
            stack.arguments + ["--set", "throttle.mails_per_client=7", "--set", "throttle.starts_per_client=5"]
        )
        defer { node.process.signal(15) }
        let (client, other) = (Proxied.freshClient(), Proxied.freshClient())
        @Sendable func post(_ path: String, _ client: String) async throws -> HTTPExchange.Answer {
            try await Browser(port: node.port, origin: Stack.origin).post(
                path,
                form: [("email", LocalPerson.freshAddress())],
                headers: ["Origin": "@own", "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": client]
            )
        }
        let mails = try await atOnce(Array(0..<32)) { try await post(["/reset", "/sign-in/mail"][$0 % 2], client) }
        #expect(mails.count { $0.status == 200 } == 7)
        #expect(mails.count { $0.status == 429 && $0.header("retry-after") != nil } == 25)
        let starts = try await atOnce(Array(0..<32)) {
            try await post("/sign-in/\(["google", "github"][$0 % 2])", client)
        }
        #expect(starts.count { $0.status == 303 } == 5)
        #expect(starts.count { $0.status == 429 && $0.header("retry-after") != nil } == 27)
        let callback = try await Browser(port: node.port, origin: Stack.origin).get(
            "/callback/google?state=x&code=y",
            headers: ["X-Forwarded-For": client]
        )
        #expect(callback.status == 429 && callback.header("retry-after") != nil)
        #expect(try await post("/reset", other).status == 200, "control: another client")
        #expect(try await post("/sign-in/google", other).status == 303, "control: another client")
    }
}
