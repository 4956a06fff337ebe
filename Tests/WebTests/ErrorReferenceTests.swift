import Accounts
import Administration
import AuthorizationServer
import Flows
import Foundation
import Testing

@testable import Web

@Suite("Error reference")
struct ErrorReferenceTests {
    static let headings: Set<String> = {
        var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<3 { url.deleteLastPathComponent() }
        let text = (try? String(contentsOf: url.appendingPathComponent("docs/errors.md"), encoding: .utf8)) ?? ""
        return Set(
            text.split(separator: "\n").filter { $0.hasPrefix("### `") }.map { String($0.dropFirst(5).dropLast()) }
        )
    }()

    @Test("Every code has a paragraph, and every paragraph a code")
    func complete() {
        let codes = Set(
            FlowCode.allCases.map(\.rawValue) + RefusalReason.allCases.map(\.rawValue) + Refusal.edgeCodes
                + ["return_address_refused"] + PolicyFailure.examples.map(\.code)
                + ClientChangeFailure.examples.map(\.code)
        )
        #expect(codes.subtracting(Self.headings) == [])
        #expect(Self.headings.subtracting(codes) == [])
    }

    @Test("M03 every flow code has a sentence that ends, a hint, and a status that tells whose fault it was")
    func sentences() {
        for code in FlowCode.allCases {
            #expect(code.sentence.hasSuffix("."))
            #expect(code.hint.count > 10)
            #expect((400..<600).contains(code.status))
        }
    }
}
