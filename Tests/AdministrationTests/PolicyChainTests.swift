import Accounts
import Administration
import Testing

@Suite("Versions of the policy")
struct PolicyChainTests {
    private static func history(_ count: Int) -> [PolicyVersion] {
        var versions: [PolicyVersion] = []
        for number in 1...count {
            let draft = PolicyDraft(
                text: "text \(number)",
                policyHash: String(repeating: "a", count: 64),
                author: "ada",
                reason: "because",
                source: .command,
                plan: number == 2 ? "{}" : nil,
                difference: "something"
            )
            versions.append(PolicyVersion(draft, after: versions.last, at: Instant(microseconds: Int64(number))))
        }
        return versions
    }

    /// The version with one field changed by somebody who could write to the table, and its chain hash left as it was.
    private static func altered(_ version: PolicyVersion, _ field: String) -> PolicyVersion {
        let draft = PolicyDraft(
            text: field == "text" ? version.text + "!" : version.text,
            policyHash: field == "hash" ? String(repeating: "b", count: 64) : version.policyHash,
            author: field == "author" ? "eve" : version.author,
            reason: field == "reason" ? "" : version.reason,
            source: field == "source" ? .file : version.source,
            plan: field == "plan" ? "{\"a\":1}" : version.plan,
            difference: field == "difference" ? "" : version.difference
        )
        return PolicyVersion(
            draft,
            number: version.number,
            createdAt: field == "time" ? Instant(microseconds: 0) : version.createdAt,
            chainHash: version.chainHash
        )
    }

    @Test("a history that nobody touched is whole, an empty one too")
    func whole() {
        #expect(PolicyChain.firstBreak(in: []) == nil)
        #expect(PolicyChain.firstBreak(in: Self.history(5)) == nil)
    }

    @Test(
        "every field of an old version is under the chain",
        arguments: ["text", "hash", "author", "reason", "source", "plan", "difference", "time"]
    )
    func everyField(field: String) {
        var versions = Self.history(5)
        versions[2] = Self.altered(versions[2], field)
        #expect(PolicyChain.firstBreak(in: versions)?.number == 3)
    }

    @Test("a version that was left out, or put elsewhere, is found")
    func missing() {
        var versions = Self.history(5)
        versions.remove(at: 1)
        #expect(PolicyChain.firstBreak(in: versions)?.number == 2)
        #expect(PolicyChain.firstBreak(in: Array(Self.history(5).dropFirst()))?.number == 1)
        var swapped = Self.history(5)
        swapped.swapAt(1, 2)
        #expect(PolicyChain.firstBreak(in: swapped)?.number == 2)
    }

    @Test("whoever rewrites a version with its hash breaks the one after it")
    func rewritten() {
        var versions = Self.history(4)
        let draft = PolicyDraft(
            text: "other",
            policyHash: versions[1].policyHash,
            author: "eve",
            reason: "",
            source: .command,
            difference: ""
        )
        versions[1] = PolicyVersion(draft, after: versions[0], at: versions[1].createdAt)
        #expect(PolicyChain.firstBreak(in: versions)?.number == 3)
    }
}
