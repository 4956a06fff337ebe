import Foundation
import Testing

@testable import Accounts

@Suite("Block lists")
struct BlockListTests {
    private func contains(_ list: BlockList, _ text: String) throws -> Bool {
        list.contains(try #require(Password(text)))
    }

    @Test("I03 the built-in list has ten thousand entries of eight characters and more")
    func builtIn() throws {
        #expect(BlockList.builtIn.count == 10_000)
        #expect(BlockList.read(PackageResources.common_passwords_txt).faults.isEmpty)
        let lines = PackageResources.common_passwords_txt.split(separator: UInt8(ascii: "\n"))
            .filter { $0.first != UInt8(ascii: "#") }
        #expect(lines.count == 10_000)
        for line in lines {
            let text = String(decoding: line, as: UTF8.self)
            #expect(text.unicodeScalars.count >= 8)
            #expect(try contains(.builtIn, text))
        }
    }

    @Test("one entry a line, comments and empty lines aside, compared without case and after normalisation")
    func reading() throws {
        let text =
            "\u{FEFF}# comment\r\nHunter2222\r\n\n\\#hashtag\n# password\ncafe\u{301}bars\n two words \nSTRASSE\n"
        let list = try BlockList(file: Array(text.utf8))
        #expect(list.count == 5)
        for entry in ["hunter2222", "HUNTER2222", "#hashtag", "CAF\u{C9}BARS", " two words ", "strasse"] {
            #expect(try contains(list, entry))
        }
        for other in ["password", "# password", "two words", "hunter222", "straße", "\\#hashtag"] {
            #expect(try !contains(list, other))
        }
        #expect(try BlockList(file: []).count == 0)
        #expect(list.union(.builtIn).count == 10_005)
    }

    @Test(
        "what is ASCII is folded as everything else is",
        arguments: ["", "PassWord", "\u{7F}A z~\\", "I", "\u{130}I", "\u{212A}"]
    )
    func folding(_ text: String) {
        let slowly = text.precomposedStringWithCanonicalMapping.lowercased().precomposedStringWithCanonicalMapping
        #expect(BlockList.fold(text) == slowly)
    }

    @Test("all faults are found, with their lines and without their text")
    func faults() throws {
        var bytes = Array("good one\n".utf8) + [0x66, 0xFF, 0x66, 0x0A]
        bytes += Array("tab\there\n# \u{0} comment\nnul\u{0}\n".utf8) + [UInt8](repeating: 0x61, count: 4097)
        let faults = #expect(throws: BlockListFaults.self) { try BlockList(file: bytes) }
        #expect(
            faults?.faults == [
                BlockListFault(line: 2, reason: .notUTF8), BlockListFault(line: 3, reason: .controlCharacter),
                BlockListFault(line: 5, reason: .controlCharacter), BlockListFault(line: 6, reason: .tooLong),
            ]
        )
        #expect(faults?.faults.first?.sentence == "line 2: not UTF-8")
        let many = #expect(throws: BlockListFaults.self) {
            try BlockList(
                file: [UInt8](repeating: 0x0A, count: 3) + Array(repeatElement([0x01, 0x0A], count: 999).joined())
            )
        }
        #expect(many?.faults.count == 20)
        #expect(many?.faults.first?.line == 4)
    }
}
