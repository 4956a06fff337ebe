import Foundation
import Synchronization
import TestSupport
import Testing

/// S1: a callback that differs from the honest one anywhere signs nobody in. More than 500 variants, none accepted.
@Suite("Mutated callbacks", .enabled(if: Stack.isAvailable))
struct CallbackMutationTests {
    /// Every text that differs from this one in one character, `replacements` ways each, and those one longer or shorter.
    private static func neighbours(_ text: String, replacements: String) -> [String] {
        let characters = Array(text)
        var all: [String] = []
        for index in characters.indices {
            for replacement in replacements where replacement != characters[index] {
                var copy = characters
                copy[index] = replacement
                all.append(String(copy))
            }
            var shorter = characters
            shorter.remove(at: index)
            all.append(String(shorter))
        }
        all += [text + "A", "A" + text, text + text, String(text.reversed()), text.lowercased(), text.uppercased()]
        return Array(Set(all).subtracting([text]))
    }

    @Test(
        "S1 every single character of state and of the browser's cookie matters, and a wrong one spoils nothing",
        arguments: [
            "google", "github",
        ]
    )
    func stateAndCookie(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let flow = try await stack.flow(stack.persona(provider))
        let secret = try #require(await flow.browser.secret())
        let ports = stack.nodes.map(\.port)
        var requests: [(target: String, cookie: String)] = []
        for state in Self.neighbours(flow.state, replacements: "Aq") {
            requests.append((flow.callback.with("state", state).target, secret))
        }
        for cookie in Self.neighbours(secret, replacements: "A_") where !cookie.contains(" ") {
            requests.append((flow.callback.target, cookie))
        }
        let answers = try await atOnce(Array(requests.enumerated())) { [requests] index, _ in
            try await Browser(port: ports[index % 2], origin: Stack.origin)
                .get(requests[index].target, headers: ["Cookie": "latchkey-flow=\(requests[index].cookie)"])
        }
        #expect(answers.count > 250)
        #expect(answers.allSatisfy { $0.status == 400 && !$0.startsSession })
        #expect(try await stack.owner(flow.persona) == nil)
        #expect(try await stack.exchanges(of: flow.code, at: flow.persona.standIn) == 0)
        #expect(try await flow.finish().startsSession, "control: the honest one, after all of them")
    }

    @Test("S1 every single character of the code matters", arguments: Persona.providers)
    func code(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona(provider)
        let sample = try await stack.flow(persona)
        // One change at each place; codes are percent-encoded in the URL, so the change is made to what they decode to.
        let length = sample.code.count
        let places = Array(stride(from: 0, to: length, by: max(1, length / 24)))
        let answers = try await atOnce(places) { place in
            let flow = try await stack.flow(persona, node: place % 2)
            var characters = Array(flow.code)
            guard place < characters.count else { return (400, false) }
            characters[place] = characters[place] == "a" ? "b" : "a"
            let mutant = flow.callback.with("code", Browser.encode(String(characters)))
            let answer = try await flow.browser.get(mutant.target)
            return (answer.status, answer.startsSession)
        }
        #expect(answers.count >= 20 && answers.allSatisfy { $0.0 == 400 && !$0.1 }, "\(answers)")
        #expect(try await stack.owner(persona) == nil)
        #expect(try await sample.finish().startsSession, "control")
    }

    /// Ways to spoil a whole parameter, other than by a character.
    private static let spoilt: [@Sendable (String) -> String?] = [
        { _ in nil }, { _ in "" }, { _ in "%00" }, { $0 + "%00" }, { "%00" + $0 }, { $0 + "%20" }, { "+" + $0 },
        { $0 + "%0A" },
        { $0 + $0 }, { "%25" + $0 }, { _ in "%zz" }, { _ in "%" }, { _ in "%ff" }, { _ in "null" },
        { _ in "true" }, { _ in "[]" }, { "%u0041" + $0 }, { _ in String(repeating: "a", count: 5000) },
        { _ in "%C0%AF" },
        { $0.lowercased() + "x" },
    ]

    @Test(
        "S1 every parameter dropped, emptied, doubled, renamed or spoilt is refused",
        arguments: ["google", "github", "oidc-example"]
    )
    func parameters(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let persona = try await stack.persona(provider)
        let sample = try await stack.flow(persona)
        // Without iss, GitHub's answer is as good as before it sent one.
        let names = ["code", "state", "iss"].filter { sample.callback[$0] != nil }
        let count = Atomic<Int>(0)
        let accepted = try await atOnce(names.flatMap { name in (0..<Self.spoilt.count + 3).map { (name, $0) } }) {
            name,
            way in
            if provider == "github", name == "iss", way == 0 || way == Self.spoilt.count + 1 { return "" }
            let flow = try await stack.flow(persona, node: way % 2)
            let value = flow.callback[name] ?? ""
            let mutant =
                switch way {
                case Self.spoilt.count: flow.callback.doubling(name)
                case Self.spoilt.count + 1: flow.callback.with(name, nil).doubling(name.uppercased(), value)
                case Self.spoilt.count + 2: flow.callback.doubling(name, "evil")
                default: flow.callback.with(name, Self.spoilt[way](value))
                }
            let answer = try await flow.browser.get(mutant.target)
            count.add(1, ordering: .relaxed)
            return answer.status == 400 && !answer.startsSession ? "" : "\(name) \(way): \(answer.status)"
        }
        #expect(accepted.filter { !$0.isEmpty } == [])
        #expect(count.load(ordering: .relaxed) >= 60)
        #expect(try await stack.owner(persona) == nil, "nobody came to be")
        #expect(try await sample.finish().startsSession, "control")
    }

    @Test("S1 two people's callbacks mixed in every way sign neither in as the other", arguments: Persona.providers)
    func mixed(_ provider: String) async throws {
        let stack = try await Stack.shared()
        let people = [try await stack.persona(provider), try await stack.persona(provider)]
        for state in 0..<2 {
            for code in 0..<2 {
                for cookie in 0..<2 where !(state == code && code == cookie) {
                    let flows = [try await stack.flow(people[0]), try await stack.flow(people[1], node: 1)]
                    let callback = flows[state].callback.with("code", flows[code].callback["code"])
                    let answer = try await flows[cookie].browser.problem(callback.target)
                    #expect(answer.status == 400 && !answer.answer.startsSession, "\(state)\(code)\(cookie)")
                    #expect(try await flows[cookie].browser.user() == nil)
                }
            }
        }
        for persona in people { #expect(try await stack.owner(persona) == nil) }
        for persona in people { #expect(try await stack.signIn(persona).user() != nil, "control") }
    }
}
