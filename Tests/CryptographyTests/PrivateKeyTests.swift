import Cryptography
import Testing

@Suite struct PrivateKeyTests {
    @Test(arguments: [PublicKey.Kind.rsa(bits: 2048), .p256, .p384, .ed25519])
    func survivesWritingAndReading(kind: PublicKey.Kind) throws {
        let key = try PrivateKey.generate(kind)
        #expect(key.publicKey.kind == kind)
        #expect(key.pkcs8PEM.reveal().hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let again = try PrivateKey(pkcs8PEM: key.pkcs8PEM)
        #expect(again.publicKey.components == key.publicKey.components)
        let algorithm = try #require(SignatureAlgorithm.allCases.first { $0.fits(kind) })
        let signature = try again.sign([1, 2, 3], algorithm: algorithm)
        #expect(key.publicKey.isValid(signature: signature, over: [1, 2, 3], algorithm: algorithm))
    }

    @Test func weakKeysAreNotGenerated() {
        for bits in [Int.min, -1, 0, 512, 2047] {
            #expect(throws: KeyFault.tooSmall) { try PrivateKey.generate(.rsa(bits: bits)) }
        }
        for bits in [4097, Int.max] {
            #expect(throws: KeyFault.tooLarge) { try PrivateKey.generate(.rsa(bits: bits)) }
        }
    }

    @Test(arguments: [
        "", " ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAfU0Of2FTpptiQrUiq77mhf2kQg+INLEIw72uNp71Sfo=\n-----END PUBLIC KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00000000000000000000000000000000\n\n"
            + "AAAAAAAAAAAAAAAAAAAAAA==\n-----END PRIVATE KEY-----\n",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(throws: KeyFault.malformed) { try PrivateKey(pkcs8PEM: Secret(text)) }
    }

    @Test("a damaged key is refused or still the same key")
    func damagedKeys() throws {
        let key = try PrivateKey.generate(.p256)
        let lines = key.pkcs8PEM.reveal().split(separator: "\n")
        var body = try #require(Base64.decode(lines.dropFirst().dropLast().joined()))
        for position in body.indices {
            body[position] ^= 1
            let pem = "-----BEGIN PRIVATE KEY-----\n\(Base64.encode(body))\n-----END PRIVATE KEY-----\n"
            body[position] ^= 1
            guard let read = try? PrivateKey(pkcs8PEM: Secret(pem)) else { continue }
            let signature = try read.sign([1], algorithm: .es256)
            #expect(key.publicKey.isValid(signature: signature, over: [1], algorithm: .es256))
        }
    }

    @Test("a private half beside the public half of another key is refused")
    func halvesOfTwoKeys() throws {
        let (key, other) = (try PrivateKey.generate(.rsa(bits: 2048)), try PrivateKey.generate(.rsa(bits: 2048)))
        guard case .rsa(let own, _) = key.publicKey.components, case .rsa(let foreign, _) = other.publicKey.components
        else { return #expect(Bool(false), "RSA keys have numbers of RSA") }
        let lines = key.pkcs8PEM.reveal().split(separator: "\n")
        var body = try #require(Base64.decode(lines.dropFirst().dropLast().joined()))
        let modulus = try #require(body.firstRange(of: own))
        body.replaceSubrange(modulus, with: foreign)
        let pem = "-----BEGIN PRIVATE KEY-----\n\(Base64.encode(body))\n-----END PRIVATE KEY-----\n"
        #expect(throws: KeyFault.failedCheck) { try PrivateKey(pkcs8PEM: Secret(pem)) }
    }

    @Test func nothingPrintsTheKey() throws {
        let key = try PrivateKey.generate(.ed25519)
        var text = "\(key) \(String(reflecting: key))"
        dump(key, to: &text)
        #expect(!text.contains("BEGIN"))
    }

    @Test("one key signs and checks for many tasks at once")
    func concurrently() async throws {
        for kind in [PublicKey.Kind.rsa(bits: 2048), .p256, .ed25519] {
            let key = try PrivateKey.generate(kind)
            let algorithm = try #require(SignatureAlgorithm.allCases.first { $0.fits(kind) })
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        let message = [UInt8(number)]
                        let signature = try key.sign(message, algorithm: algorithm)
                        return key.publicKey.isValid(signature: signature, over: message, algorithm: algorithm)
                    }
                }
                for try await isValid in group { #expect(isValid) }
            }
        }
    }
}
