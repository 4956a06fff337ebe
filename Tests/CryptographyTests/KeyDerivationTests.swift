import Cryptography
import Testing

@Suite struct KeyDerivationTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("SHA-1 of FIPS 180-4's examples")
    func sha1() {
        #expect(Hex.encode(SHA1.digest(bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(Hex.encode(SHA1.digest([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    }

    @Test("HMAC-SHA-1 of RFC 2202 cases 1, 2 and 6, and of nothing under no key")
    func hmacSHA1() {
        let first = HMAC.sha1(key: [UInt8](repeating: 0x0B, count: 20), message: bytes("Hi There"))
        #expect(Hex.encode(first) == "b617318655057264e28bc0b6fb378c8ef146be00")
        let second = HMAC.sha1(key: bytes("Jefe"), message: bytes("what do ya want for nothing?"))
        #expect(Hex.encode(second) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        let sixth = HMAC.sha1(
            key: [UInt8](repeating: 0xAA, count: 80),
            message: bytes("Test Using Larger Than Block-Size Key - Hash Key First")
        )
        #expect(Hex.encode(sixth) == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
        #expect(Hex.encode(HMAC.sha1(key: [], message: [])) == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d")
    }

    @Test("scrypt of RFC 7914 section 12")
    func scrypt() throws {
        let small = try #require(Scrypt.Cost(logN: 4, blockSize: 1, parallelism: 1))
        let first = try #require(Scrypt.derive(password: [], salt: [], cost: small, count: 64))
        #expect(
            Hex.encode(first)
                == "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        )
        let large = try #require(Scrypt.Cost(logN: 10, blockSize: 8, parallelism: 16))
        let second = try #require(
            Scrypt.derive(password: bytes("password"), salt: bytes("NaCl"), cost: large, count: 64)
        )
        #expect(
            Hex.encode(second)
                == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        )
    }

    @Test("scrypt beyond OpenSSL's own memory limit, and costs that no sum can hold")
    func scryptAtItsEdges() throws {
        let large = try #require(Scrypt.Cost(logN: 15, blockSize: 16, parallelism: 1))
        #expect(large.memory > 64 << 20)
        #expect(Scrypt.derive(password: [1], salt: [2], cost: large, count: 16) != nil)
        for (logN, blockSize, parallelism) in [
            (0, 8, 1), (31, 8, 1), (14, 0, 1), (14, 1025, 1), (14, 8, 0), (.max, 8, 1),
        ] {
            #expect(Scrypt.Cost(logN: logN, blockSize: blockSize, parallelism: parallelism) == nil)
        }
        let most = try #require(Scrypt.Cost(logN: 30, blockSize: 1024, parallelism: 1024))
        #expect(most.work == 1 << 57)
        #expect(Scrypt.derive(password: [], salt: [], cost: large, count: 0) == nil)
        #expect(Scrypt.derive(password: [], salt: [], cost: large, count: 1025) == nil)
    }

    @Test("PBKDF2 of RFC 7914 section 11, and with NUL in both texts")
    func pbkdf2() throws {
        let first = PBKDF2.derive(.sha256, password: bytes("passwd"), salt: bytes("salt"), iterations: 1, count: 64)
        #expect(
            Hex.encode(first ?? [])
                == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
        )
        let nul = PBKDF2.derive(
            .sha256,
            password: bytes("pass\0word"),
            salt: bytes("sa\0lt"),
            iterations: 4096,
            count: 16
        )
        #expect(Hex.encode(nul ?? []) == "89b69d0516f829893c696226650a8687")
        let other = PBKDF2.derive(.sha512, password: bytes("password"), salt: bytes("salt"), iterations: 2, count: 64)
        #expect(
            Hex.encode(other ?? [])
                == "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53c"
                + "f76cab2868a39b9f7840edce4fef5a82be67335c77a6068e04112754f27ccf4e"
        )
        for (iterations, count) in [(0, 32), (-1, 32), (1 << 31, 32), (1, 0), (1, 1025)] {
            #expect(PBKDF2.derive(.sha256, password: [1], salt: [], iterations: iterations, count: count) == nil)
        }
    }

    @Test("AES-256-CTR of NIST SP 800-38A F.5.5")
    func counterMode() throws {
        let key = try #require(Hex.decode("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"))
        let counter = Array(UInt8(0xF0)...UInt8(0xFF))
        let plain = try #require(Hex.decode("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"))
        let sealed = try #require(AES256CTR.apply(key: key, counter: counter, to: plain))
        #expect(Hex.encode(sealed) == "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5")
        #expect(AES256CTR.apply(key: key, counter: counter, to: sealed) == plain)
        #expect(AES256CTR.apply(key: key, counter: counter, to: []) == [])
        #expect(AES256CTR.apply(key: Array(key.dropLast()), counter: counter, to: plain) == nil)
        #expect(AES256CTR.apply(key: key, counter: Array(counter.dropLast()), to: plain) == nil)
        #expect(AES256CTR.apply(key: key, counter: counter, to: [UInt8](repeating: 0, count: 65_537)) == nil)
    }
}
