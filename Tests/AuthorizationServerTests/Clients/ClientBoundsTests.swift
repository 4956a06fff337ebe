import JSON
import Testing

@testable import AuthorizationServer

@Suite("Bounds of what is written about an app")
struct ClientBoundsTests {
    static func app(_ more: [(String, JSONValue)]) -> JSONObject {
        var object: JSONObject = [
            "id": "app", "name": "App", "first_party": .bool(true), "public": .bool(true),
            "redirect_uris": ["https://app.example/"],
        ]
        for (name, value) in more { object[name] = value }
        return object
    }

    static func faults(_ object: JSONObject) -> [String] {
        switch RegisteredClient.read(object, expecting: .any) {
        case .success: []
        case .failure(let faults): faults.sentences
        }
    }

    @Test(
        "a name that hides something",
        arguments: ["a\nb", "a\u{202E}b", "\u{200B}", "a\u{2066}", "\u{3164}", "  ", "\u{E000}"]
    )
    func hiddenNames(name: String) {
        #expect(Self.faults(Self.app([("name", .string(name))])).map { $0.hasPrefix("/name: ") } == [true])
    }

    @Test(
        "a name of 100 characters in any script, pictures among them",
        arguments: ["Ürün Ḻ 店 ❤️ \"shop\"", String(repeating: "ä", count: 100)]
    )
    func names(name: String) {
        #expect(Self.faults(Self.app([("name", .string(name))])) == [])
    }

    @Test("101 characters are too many, combining ones counted each")
    func longNames() {
        #expect(Self.faults(Self.app([("name", .string("a" + String(repeating: "\u{301}", count: 100)))])).count == 1)
    }

    @Test("addresses: 32 of each kind", arguments: ["redirect_uris", "post_logout_redirect_uris"])
    func addresses(member: String) {
        func uris(_ count: Int) -> JSONValue { .array((0..<count).map { .string("https://app.example/\($0)") }) }
        #expect(Self.faults(Self.app([(member, uris(32))])) == [])
        #expect(Self.faults(Self.app([(member, uris(33))])).contains { $0.hasPrefix("/\(member): ") })
    }

    @Test("a document that is too long is refused before anything is made of it")
    func size() {
        let members = (0..<9000).map { ("unknown-\($0)", JSONValue.bool(true)) }
        #expect(Self.faults(Self.app(members)) == ["this is longer than 65536 bytes"])
    }

    @Test("of many faults the first fifty, and no long name comes back")
    func manyFaults() {
        let members = (0..<200).map { ("\($0)" + String(repeating: "x", count: 200), JSONValue.bool(true)) }
        let faults = Self.faults(Self.app(members))
        #expect(faults.count == 51 && faults.last == "and 150 more")
        #expect(faults.allSatisfy { $0.utf8.count < 200 })
    }

    @Test("addresses of native apps fill 4,096 bytes of a page's header at most")
    func nativeTargets() throws {
        let clients = try (0..<40).map { number in
            let uris = (0..<32).map { index -> JSONValue in
                .string("com.example.app\(number).number\(index).\(String(repeating: "x", count: 60)):/cb")
            }
            let object = Self.app([("id", .string("app\(number)")), ("redirect_uris", .array(uris))])
            return try RegisteredClient.read(object, expecting: .any).get().client
        }
        let addresses = ClientAddresses(clients)
        #expect(addresses.nativeTargets.joined(separator: " ").utf8.count <= 4096)
        #expect(addresses.nativeTargets.count > 30)
        #expect(addresses.nativeTargets.count + addresses.leftOutTargets == 1280)
    }
}
