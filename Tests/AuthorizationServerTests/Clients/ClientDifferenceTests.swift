import JSON
import Testing

@testable import AuthorizationServer

@Suite("What the record of a change of an app says")
struct ClientDifferenceTests {
    static func definition(_ members: String) -> String { #"{"id": "app", \#(members)}"# }

    @Test("M02 names of members and fingerprints of secrets, and nothing of what they stand for")
    func names() {
        let (old, new) = (String(repeating: "ab", count: 32), String(repeating: "cd", count: 32))
        let difference = ClientDifference(
            from: Self.definition(#""name": "A", "secret_hashes": ["sha256:\#(old)"], "first_party": true"#),
            to: Self.definition(
                #""name": "B", "secret_hashes": ["sha256:\#(new)"], "first_party": true, "scopes": ["openid"]"#
            )
        )
        #expect(difference.members == ["name", "scopes", "secret_hashes"])
        #expect(difference.secretsMade == [String(new.prefix(16))])
        #expect(difference.secretsRemoved == [String(old.prefix(16))])
        #expect(difference.endsRequests)
    }

    @Test("a new or removed app differs in everything; what cannot be read has nothing")
    func ends() {
        let text = Self.definition(#""secret_hashes": ["sha256:\#(String(repeating: "ab", count: 32))"]"#)
        let (made, gone) = (ClientDifference(from: nil, to: text), ClientDifference(from: text, to: nil))
        #expect(made.members == ["id", "secret_hashes"] && made.secretsMade.count == 1 && made.secretsRemoved == [])
        #expect(gone.members == made.members && gone.secretsRemoved == made.secretsMade)
        #expect(ClientDifference(from: "{", to: nil).members == [])
    }

    @Test("another secret or name stops nobody who is on the way", arguments: ["name", "secret_hashes", "lifetimes"])
    func harmless(member: String) {
        let (old, new) = (Self.definition(#""\#(member)": "a""#), Self.definition(#""\#(member)": "b""#))
        #expect(!ClientDifference(from: old, to: new).endsRequests)
    }

    @Test(
        "other addresses, providers, scopes or grants do",
        arguments: ["redirect_uris", "providers", "scopes", "grants"]
    )
    func narrowing(member: String) {
        let (old, new) = (Self.definition(#""\#(member)": ["a"]"#), Self.definition(#""x": 1"#))
        #expect(ClientDifference(from: old, to: new).endsRequests)
    }
}
