import Foundation
import OracleSupport
import Testing

@testable import Accounts

/// The independent oracle in Tests/Oracles, written another way in another language.
private enum Oracle {
    static let script = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Oracles/linking_oracle.py")

    static let isAvailable: Bool = {
        let found = (try? runPython(["--version"], input: Data()))?.status == 0
        if !found { print("python3 not found: the linking oracle is skipped; install python3 to run it") }
        return found
    }()

    static func judge(_ lines: [String]) throws -> (status: Int32, output: String) {
        try runPython([script.path], input: Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// A case as the oracle reads it. All values are plain words, so nothing needs escaping.
    static func line(_ facts: LinkingFacts, _ outcome: LinkingOutcome) -> String {
        var proofs: [String] = []
        if case .linkAfterProof(let set) = outcome { proofs = set.sorted().map { "\"\($0.rawValue)\"" } }
        var reason = "null"
        if case .refuse(let why) = outcome { reason = "\"\(why.rawValue)\"" }
        let step = outcome.nextStep.map { "\"\($0.rawValue)\"" } ?? "null"
        return "{\"intent\":\"\(facts.intent.rawValue)\",\"session\":\"\(facts.session.rawValue)\","
            + "\"identity\":\"\(facts.identity.rawValue)\",\"email\":\"\(facts.email.rawValue)\","
            + "\"account\":\"\(facts.account.rawValue)\",\"recycled\":\(facts.recycled),"
            + "\"privileged\":\(facts.privileged),\"dormant\":\(facts.dormant),\"possible\":\(facts.isPossible),"
            + "\"outcome\":\"\(outcome.code)\",\"proofs\":[\(proofs.joined(separator: ","))],"
            + "\"reason\":\(reason),\"next_step\":\(step)}"
    }

    static func lines(_ change: (LinkingFacts, LinkingOutcome) -> LinkingOutcome = { $1 }) -> [String] {
        LinkingFacts.all.map { line($0, change($0, standardDecision($0).outcome)) }
    }
}

@Suite("Linking oracle", .enabled(if: Oracle.isAvailable))
struct LinkingOracleTests {
    @Test("G21 an independent oracle agrees on every case")
    func agreement() throws {
        let (status, output) = try Oracle.judge(Oracle.lines())
        #expect(output.split(separator: "\n").prefix(20).joined(separator: "\n") == "")
        #expect(status == 0)
    }

    @Test("control: one outcome turned round, one proof added, one case left out are each reported")
    func control() throws {
        let turned = LinkingFacts.signIn(.verified, .verified)
        let flipped = try Oracle.judge(Oracle.lines { $0 == turned ? .link : $1 })
        #expect(flipped.status == 1)
        #expect(flipped.output.split(separator: "\n").count == 1)

        let recycled = LinkingFacts.signIn(.verified, .verified, recycled: true)
        let added = try Oracle.judge(
            Oracle.lines { $0 == recycled ? .linkAfterProof(proofs: Set(LinkingProof.allCases)) : $1 }
        )
        #expect(added.status == 1)
        #expect(added.output.split(separator: "\n").count == 1)

        let short = try Oracle.judge(Array(Oracle.lines().dropFirst()))
        #expect(short.output.hasPrefix("missing: "))
        #expect(short.status == 1)
    }
}
