import JSON

/// One file of Project Wycheproof.
struct Wycheproof {
    struct Group {
        let json: JSONValue
        let tests: [Test]
    }

    struct Test {
        let json: JSONValue
        let id: Int64
        let result: String

        var isValid: Bool { result == "valid" }
    }

    let groups: [Group]

    init(_ name: String) throws {
        let file = try JSONValue.parse(
            TestVectors.bytes("wycheproof/\(name)"),
            limits: JSONLimits(bytes: 1 << 20, depth: 32)
        )
        groups = (file["testGroups"]?.array ?? []).map { group in
            let tests = (group["tests"]?.array ?? []).map { test in
                Test(json: test, id: test["tcId"]?.int64 ?? -1, result: test["result"]?.string ?? "?")
            }
            return Group(json: group, tests: tests)
        }
    }

    var count: Int { groups.reduce(0) { $0 + $1.tests.count } }
}
