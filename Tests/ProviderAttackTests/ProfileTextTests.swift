import Foundation
import Postgres
import TestSupport
import Testing

/// F11 and F12: what people may call themselves, and where their pictures may be.
@Suite("Names and pictures from providers", .serialized, .enabled(if: Stack.isAvailable))
struct ProfileTextTests {
    private static let opened = Task { try await Stage.open() }

    /// Names, and what of them may be stored; nil: nothing.
    static let names: [(String, String?)] = [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  spaces \t\n around   and\u{a0}within ", "spaces around and within"),
        ("\u{202e}moc.elgoog\u{202c}", "moc.elgoog"),
        ("a\u{2066}b\u{2069}c\u{200e}d\u{200f}e\u{061c}f", "abcdef"),
        ("zero\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}width", "zerowidth"),
        ("soft\u{ad}hyphen", "softhyphen"),
        ("tag\u{e0041}\u{e007f}s", "tags"),
        ("nul\u{0}bell\u{7}escape\u{1b}[31m", "nulbellescape[31m"),
        ("line\u{2028}para\u{2029}graph\u{85}next", "line para graph next"),
        ("\u{301}\u{301}mark first", "mark first"),
        ("private\u{e000}use\u{fff9}", "privateuse"),
        ("\u{200b}\u{200c}\u{202e}", nil),
        (" \u{a0}\u{3000} ", nil),
        ("", nil),
        ("\u{2800}\u{2800}", nil),
        ("日本語 العربية हिन्दी 👩", "日本語 العربية हिन्दी 👩"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\"\u{301} onfocus=alert(1) autofocus=\"", "\"\u{301} onfocus=alert(1) autofocus=\""),
        ("{{7*7}} ${7*7} {{{name}}} {{>partial}}", "{{7*7}} ${7*7} {{{name}}} {{>partial}}"),
        ("'; drop table users; --", "'; drop table users; --"),
        ("&lt;b&gt; &amp;", "&lt;b&gt; &amp;"),
        (String(repeating: "n", count: 3_000), String(repeating: "n", count: 200)),
        ("Z" + String(repeating: "\u{300}", count: 1_000), "Z" + String(repeating: "\u{300}", count: 199)),
    ]

    @Test(
        "F12 a name is stored without what cannot be seen, cut to 200 characters, and shown as text",
        arguments: names.indices,
        Provider.allCases
    )
    func name(_ index: Int, _ provider: Provider) async throws {
        let stage = try await Self.opened.value
        let (written, expected) = Self.names[index]
        let person = Person(provider: provider, shownName: written)
        try await person.put(at: stage.mock)
        let visit = try await stage.signIn(person)
        try #require(visit.answer.status == 303, "\(visit.explanation)")
        let row = try await stage.stack.database.query(
            """
            select u.display_name, f.display_name from federated_identities f join users u on u.id = f.user_id
            where f.provider = \(provider.id) and f.subject = \(person.subject)
            """
        ).one()
        for column in 0..<2 {
            let stored = try row.decode(String?.self, at: column)
            #expect(stored.map { Array($0.unicodeScalars) } == expected.map { Array($0.unicodeScalars) })
        }
        let page = try await visit.browser.get("/account")
        let session = try await visit.browser.get("/v1/session")
        #expect(page.status == 200 && session.status == 200)
        #expect(!page.text.contains("<script"), "\(page.text)")
        // No attribute can be opened or closed: every quote of the name is escaped, whatever follows it.
        #expect(!page.body.containsSequence(Array("\"\u{301} onfocus".utf8)))
        for hidden in ["\u{202e}", "\u{2066}", "\u{200b}", "\u{0}", "\u{1b}", "\u{7}", "\u{feff}"] {
            #expect(
                !page.body.containsSequence(Array(hidden.utf8)) && !session.body.containsSequence(Array(hidden.utf8))
            )
        }
        // Letters and template syntax are shown as they are; the page shortens what is long.
        if let expected, expected.unicodeScalars.count < 60, !expected.contains(where: { "<>\"'&".contains($0) }),
            !expected.hasPrefix("\u{301}")
        {
            #expect(page.text.contains(expected))
        }
        #expect(try JSONSerialization.jsonObject(with: Data(session.body)) is [String: Any])
    }

    @Test(
        "F12 a name of another type is no name, and no reason to refuse",
        arguments: ["name-number", "missing-name", "nasty-name", "long-name"]
    )
    func oddName(_ misbehaviour: String) async throws {
        let stage = try await Self.opened.value
        for provider in [Provider.github, .twitter] {
            try await stage.accepts(try await stage.person(provider), ["profile:" + misbehaviour])
        }
        let text = try await stage.dump()
        #expect(!text.contains("\u{202e}") && !text.contains("\u{200b}"))
    }

    @Test(
        "F11 a picture's address is https or it is nothing; it is never fetched",
        arguments: ["javascript-avatar", "local-avatar"]
    )
    func picture(_ misbehaviour: String) async throws {
        let stage = try await Self.opened.value
        for provider in [Provider.github, .twitter, .oidc] {
            let person = try await stage.person(provider).misbehaving(["profile:" + misbehaviour])
            try await person.put(at: stage.mock)
            let before = try await stage.calls(provider)
            let visit = try await stage.signIn(person)
            #expect(visit.answer.status == 303, "\(visit.explanation)")
            let page = try await visit.browser.get("/account").text
            #expect(!page.contains("javascript:") && !page.contains("169.254"))
            let made = try await stage.calls(provider).since(before)
            #expect(made["bait"] == 0 && made["unknown"] == 0)
        }
        let text = try await stage.dump()
        #expect(!text.contains("javascript:") && !text.contains("169.254"))
    }
}

extension [UInt8] {
    /// Whether these bytes stand in there somewhere.
    func containsSequence(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, bytes.count <= count else { return false }
        return indices.dropLast(bytes.count - 1).contains { index in
            self[index] == first && self[index..<index + bytes.count].elementsEqual(bytes)
        }
    }
}
