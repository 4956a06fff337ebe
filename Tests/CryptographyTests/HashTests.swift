import Cryptography
import Testing

@Suite struct HashTests {
    @Test("SHA-2 of FIPS 180-4's examples")
    func sha2() {
        let abc = Array("abc".utf8)
        #expect(
            Hex.encode(SHA2.sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(Hex.encode(SHA2.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            Hex.encode(SHA2.sha384(abc))
                == "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                + "8086072ba1e7cc2358baeca134c825a7"
        )
        #expect(
            Hex.encode(SHA2.sha512(abc))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        )
    }

    @Test("HKDF of RFC 5869 appendix A, cases 1 to 3")
    func hkdf() throws {
        let secret = [UInt8](repeating: 0x0B, count: 22)
        let first = HKDF.sha256(
            secret: secret,
            salt: Array(0x00...0x0C),
            info: Array(0xF0...0xF9),
            count: 42
        )
        #expect(
            Hex.encode(first)
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        )
        let second = HKDF.sha256(
            secret: Array(0x00...0x4F),
            salt: Array(0x60...0xAF),
            info: Array(0xB0...0xFF),
            count: 82
        )
        #expect(
            Hex.encode(second)
                == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                + "cc30c58179ec3e87c14c01d5c1f3434f1d87"
        )
        let third = HKDF.sha256(secret: secret, salt: [], info: [], count: 42)
        #expect(
            Hex.encode(third)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        )
    }

    @Test func hkdfAtItsEdges() {
        #expect(HKDF.sha256(secret: [], salt: [], info: [], count: 0).isEmpty)
        #expect(HKDF.sha256(secret: [], salt: [], info: [], count: -1).isEmpty)
        #expect(HKDF.sha256(secret: [1], salt: [], info: [], count: .max).count == HKDF.maximumCount)
    }

    @Test("HMAC of RFC 4231 case 2, and of nothing under no key")
    func hmac() {
        let tag = HMAC.sha256(key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
        #expect(Hex.encode(tag) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Hex.encode(HMAC.sha256(key: [], message: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        )
        #expect(!HMAC.isValidSHA256(tag: [], key: [], message: []))
        #expect(!HMAC.isValidSHA256(tag: Array(tag.dropLast()), key: Array("Jefe".utf8), message: []))
    }

    @Test func constantTimeEquality() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2], [1, 2]))
        #expect(!ConstantTime.equal([1, 2], [1, 3]))
        #expect(!ConstantTime.equal([1, 2], [1]))
        #expect(!ConstantTime.equal([], [0]))
    }

    @Test func randomBytesHaveTheLengthAndDiffer() {
        #expect(Random.bytes(0).isEmpty)
        #expect(Random.bytes(-1).isEmpty)
        #expect(Set((0..<100).map { _ in Random.bytes(16) }).count == 100)
    }

    @Test("the same from many tasks at once")
    func concurrently() async {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let message = [UInt8](repeating: UInt8(number), count: 1000)
                    let tag = HMAC.sha256(key: message, message: message)
                    return (0..<20).allSatisfy { _ in HMAC.isValidSHA256(tag: tag, key: message, message: message) }
                }
            }
            for await isValid in group { #expect(isValid) }
        }
    }
}
