import Cryptography
import Testing

@Suite struct PublicKeyTests {
    private static let modulus = fairModulus()

    private static func fairModulus() -> [UInt8] {
        guard let key = try? PrivateKey.generate(.rsa(bits: 2048)),
            case .rsa(let modulus, _) = key.publicKey.components
        else { return [] }
        return modulus
    }

    @Test(
        "D08 an RSA exponent that is 1, even, zero or huge is refused",
        arguments: [
            [1], [0, 1], [2], [1, 0, 0], [], [0], [UInt8](repeating: 1, count: 9),
        ]
    )
    func exponents(exponent: [UInt8]) {
        #expect(throws: KeyFault.badExponent) {
            try PublicKey.rsa(modulus: Self.modulus, exponent: exponent)
        }
    }

    @Test func leadingZerosDoNotCount() throws {
        let key = try PublicKey.rsa(modulus: [0, 0] + Self.modulus, exponent: [0, 1, 0, 1])
        #expect(key.kind == .rsa(bits: 2048))
        #expect(key.components == .rsa(modulus: Self.modulus, exponent: [1, 0, 1]))
    }

    @Test("D08 RSA below 2048 bits, however it is padded, and absurdly large RSA are refused")
    func sizes() {
        var small = Self.modulus
        small[0] = 0x7F
        let short = [0] + Array(Self.modulus.prefix(255))
        let moduli: [[UInt8]] = [[], [0], [UInt8](repeating: 0, count: 300), short, small]
        for modulus in moduli {
            #expect(throws: KeyFault.tooSmall) { try PublicKey.rsa(modulus: modulus, exponent: [1, 0, 1]) }
        }
        let large = [UInt8](repeating: 0xFF, count: 513)
        #expect(throws: KeyFault.tooLarge) { try PublicKey.rsa(modulus: large, exponent: [1, 0, 1]) }
    }

    @Test("D08 a modulus that OpenSSL's check finds wrong is refused")
    func evenModulus() {
        var even = Self.modulus
        even[255] &= 0xFE
        #expect(throws: KeyFault.failedCheck) { try PublicKey.rsa(modulus: even, exponent: [1, 0, 1]) }
    }

    @Test("D08 a point off the curve, at infinity, or of another length is refused")
    func points() throws {
        let key = try PrivateKey.generate(.p256).publicKey
        guard case .ellipticCurve(_, let x, let y) = key.components else {
            Issue.record("not an elliptic curve key")
            return
        }
        var wrong = y
        wrong[31] ^= 1
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(throws: KeyFault.notOnCurve) { try PublicKey.ellipticCurve(.p256, x: x, y: wrong) }
        #expect(throws: KeyFault.notOnCurve) { try PublicKey.ellipticCurve(.p256, x: zero, y: zero) }
        #expect(throws: KeyFault.malformed) { try PublicKey.ellipticCurve(.p256, x: [0] + x, y: y) }
        #expect(throws: KeyFault.malformed) { try PublicKey.ellipticCurve(.p256, x: x, y: []) }
        #expect(throws: KeyFault.malformed) { try PublicKey.ellipticCurve(.p384, x: x, y: y) }
        let padding = [UInt8](repeating: 0, count: 16)
        #expect(throws: KeyFault.notOnCurve) { try PublicKey.ellipticCurve(.p384, x: padding + x, y: padding + y) }
        #expect(throws: KeyFault.malformed) { try PublicKey.ed25519([1]) }
    }

    @Test("D06 D08 an algorithm works with its own kind of key only")
    func kinds() throws {
        let keys = try [PublicKey.Kind.rsa(bits: 2048), .p256, .p384, .ed25519].map { try PrivateKey.generate($0) }
        let message = Array("message".utf8)
        for algorithm in SignatureAlgorithm.allCases {
            for key in keys {
                if algorithm.fits(key.publicKey.kind) {
                    let signature = try key.sign(message, algorithm: algorithm)
                    for other in SignatureAlgorithm.allCases {
                        let isValid = key.publicKey.isValid(signature: signature, over: message, algorithm: other)
                        #expect(isValid == (other == algorithm))
                    }
                } else {
                    #expect(throws: KeyFault.algorithmMismatch) { try key.sign(message, algorithm: algorithm) }
                }
            }
        }
        #expect(SignatureAlgorithm.allCases.count { $0.fits(.rsa(bits: 2048)) } == 6)
        #expect(SignatureAlgorithm.allCases.count { $0.fits(.p256) } == 1)
    }

    @Test(
        "D05 a signature with one bit changed, cut, or lengthened is refused",
        arguments: [
            (PublicKey.Kind.rsa(bits: 2048), SignatureAlgorithm.rs256), (.rsa(bits: 2048), .ps256), (.p256, .es256),
            (.p384, .es384), (.ed25519, .edDSA),
        ]
    )
    func changes(kind: PublicKey.Kind, algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(kind)
        let message = Array("message".utf8)
        let signature = try key.sign(message, algorithm: algorithm)
        let isValid = { key.publicKey.isValid(signature: $0, over: $1, algorithm: algorithm) }
        #expect(isValid(signature, message))
        #expect(!isValid(signature, message + [0]))
        #expect(!isValid(signature, []))
        for position in signature.indices {
            var changed = signature
            changed[position] ^= 0x10
            #expect(!isValid(changed, message))
        }
        let half = signature.count / 2
        let inserted = signature.prefix(half) + [0] + signature.suffix(half)
        for wrong in [Array(inserted), [], Array(signature.dropLast()), signature + [0], [0] + signature, [0]] {
            #expect(!isValid(wrong, message))
        }
        #expect(!isValid([UInt8](repeating: 0, count: signature.count), message))
        #expect(!isValid([UInt8](repeating: 0xFF, count: signature.count), message))
    }

    @Test(
        "RFC 8017 sections 8.1.2 and 8.2.2: a signature without its leading zero byte is refused",
        arguments: [SignatureAlgorithm.rs256, .ps256]
    )
    func shortenedSignature(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(.rsa(bits: 2048))
        // About one signature in 256 starts with a zero byte.
        for number in 0..<20_000 {
            let message = Array("\(number)".utf8)
            let signature = try key.sign(message, algorithm: algorithm)
            guard signature.first == 0 else { continue }
            #expect(key.publicKey.isValid(signature: signature, over: message, algorithm: algorithm))
            let shortened = Array(signature.dropFirst())
            #expect(!key.publicKey.isValid(signature: shortened, over: message, algorithm: algorithm))
            #expect(!key.publicKey.isValid(signature: [0] + signature, over: message, algorithm: algorithm))
            return
        }
        Issue.record("no signature started with a zero byte")
    }
}
