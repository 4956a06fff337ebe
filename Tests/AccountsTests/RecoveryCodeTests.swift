import Cryptography
import Testing

@testable import Accounts

@Suite("Recovery codes")
struct RecoveryCodeTests {
    @Test("ten codes of 120 random bits in six groups")
    func fresh() {
        let set = RecoveryCode.generateSet()
        #expect(set.count == 10 && Set(set).count == 10)
        for code in set {
            let groups = code.reveal().split(separator: "-", omittingEmptySubsequences: false)
            #expect(groups.count == 6 && groups.allSatisfy { $0.utf8.count == 4 })
            #expect(!code.reveal().contains { "ilou".contains($0) || $0.isUppercase })
        }
        let many = (0..<2000).map { _ in RecoveryCode.generate().reveal() }
        #expect(Set(many).count == 2000)
        #expect(Set(many.joined()).count == 33)
    }

    @Test("read back however it was typed")
    func lenient() throws {
        let code = try #require(RecoveryCode("01oo-il10-abcd-xyz977772222"))
        #expect(code.reveal() == "0100-1110-abcd-xyz9-7777-2222")
        for text in [
            "0100-1110-abcd-xyz977772222", "0100 1110 ABCD XYZ977772222", "01001110abcdxyz977772222",
            " OIOO-LiI0--abcd-XyZ977772222\n",
            "0100\t1110-AbCd xyz977772222",
        ] {
            #expect(RecoveryCode(text) == code)
            #expect(RecoveryCode(text)?.hash == code.hash)
        }
        #expect(code.hash.bytes == SHA2.sha256(Array("01001110abcdxyz977772222".utf8)))
        let fresh = RecoveryCode.generate()
        #expect(RecoveryCode(fresh.reveal()) == fresh)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "-", "0100-1110-abcd-xyz", "0100-1110-abcd-xyz9777722229", "0100-1110-abcd-xyzu",
            "0100_1110_abcd_xyz977772222",
            "0100-1110-abcd-xyzé", "０100-1110-abcd-xyz977772222", "0100-1110-abcd-xyz977772222\0",
            String(repeating: "-", count: 300),
        ]
    )
    func refused(text: String) {
        #expect(RecoveryCode(text) == nil)
    }

    @Test("another code has another hash, and none shows by accident")
    func distinct() throws {
        let left = try #require(RecoveryCode("0100-1110-abcd-xyz977772222"))
        let right = try #require(RecoveryCode("0100-1110-abcd-xyz8-7777-2222"))
        #expect(left != right && left.hash != right.hash)
        var dumped = "\(left) \([left])"
        dump(left, to: &dumped)
        #expect(!dumped.contains("xyz977772222") && !dumped.contains("0100"))
    }
}
