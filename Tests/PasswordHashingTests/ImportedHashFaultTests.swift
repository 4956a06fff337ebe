import Testing

@testable import PasswordHashing

@Suite("Hashes that are refused at import")
struct ImportedHashFaultTests {
    static let salt = "c2FsdHNhbHRzYWx0c2FsdA"
    static let hash = "RC5JY/00hXKlnXZ/+PCVcJg84nuCQwbjIQ3DVCTomOQ"
    static let bcryptEnd = "RJNo.uY3tI4aL.sV0tJokezA41zAKOh9JTZg9AAIp8J3XNvUQV4cG"
    static let sha512End = String(repeating: "a", count: 85) + "."
    static let django = "Op0txmPpr+G/P6Qwo4PgdyIHhRAXrujW+k0deNiq3pQ="

    static let unknown: [String] = [
        "", "$", "$$", "password", "5f4dcc3b5aa765d61d8327deb882cf99", "*0", "{SSHA}abc", "$argon2id",
        " " + Vectors.bcrypt,
        Vectors.bcrypt + "\n", Vectors.bcrypt + "\0", "bcrypt$" + Vectors.bcrypt, "$2c$05$" + bcryptEnd, "$3$$abc",
        "$ARGON2ID$v=19$m=1024,t=2,p=1$\(salt)$\(hash)", Vectors.bcrypt + "é", String(repeating: "$2b$", count: 2000),
    ]

    @Test("no known format", arguments: unknown)
    func unknownFormats(text: String) {
        // The one exception names a scheme and nothing else.
        let expected: ImportedHashFault = text == "$argon2id" ? .malformed(.layout) : .unknownFormat
        #expect(throws: expected) { try ImportedHash.check(text) }
    }

    static let variants: [(String, ImportedHashFault.Variant)] = [
        (Vectors.argon2d, .argon2d),
        ("$argon2id$v=16$m=1024,t=2,p=1$\(salt)$\(hash)", .argon2Version),
        ("$argon2i$m=1024,t=2,p=1$\(salt)$\(hash)", .argon2Version),
        ("$1$salt$qJH7.N4xYta3aEG/dfqo/0", .md5Crypt), ("$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY", .sha256Crypt),
        ("$2$05$" + bcryptEnd, .brokenBcrypt), ("$2x$05$" + bcryptEnd, .brokenBcrypt),
        ("$7$CU..../....2Q9obwLhin8qvQl6sisAO/$sutsoby", .cryptScrypt), ("$gy$j9T$salt$hash", .gostYescrypt),
        ("$y$.7T$salt$hash", .unusualYescrypt), ("$y$j9T/$salt$hash", .unusualYescrypt),
        ("$pbkdf2$29000$\(salt)$\(hash)", .pbkdf2SHA1), ("pbkdf2_sha1$29000$salt$hash", .pbkdf2SHA1),
    ]

    @Test("recognised and not supported", arguments: variants)
    func unsupported(text: String, variant: ImportedHashFault.Variant) {
        #expect(throws: ImportedHashFault.unsupportedVariant(variant)) { try ImportedHash.check(text) }
    }

    static func argon(_ cost: String, salt: String = salt, hash: String = hash) -> String {
        "$argon2id$v=19$\(cost)$\(salt)$\(hash)"
    }

    static let malformed: [(String, ImportedHashFault.Part)] = [
        (argon("t=2,m=1024,p=1"), .layout), (argon("m=1024,t=2"), .layout), (argon("m=1024,t=2,p=1,x=1"), .layout),
        (argon("m=1024,t=2,p=1") + "$", .layout), (argon("m=01024,t=2,p=1"), .memory), (argon("m=,t=2,p=1"), .memory),
        (argon("m=-1,t=2,p=1"), .memory), (argon("m=99999999999999999999,t=2,p=1"), .memory),
        (argon("m=1024,t=0,p=1"), .iterations), (argon("m=1024,t=+2,p=1"), .iterations),
        (argon("m=1024,t=2,p=0"), .parallelism), (argon("m=1024,t=2,p=1", salt: "c2FsdA"), .salt),
        (argon("m=1024,t=2,p=1", salt: salt + "=="), .salt), (argon("m=1024,t=2,p=1", hash: "c2FsdA"), .hash),
        (argon("m=1024,t=2,p=1", hash: String(hash.dropLast()) + "R"), .hash),
        ("$2b$5$" + bcryptEnd, .cost), ("$2b$xx$" + bcryptEnd, .cost), ("$2b$00$" + bcryptEnd, .cost),
        ("$2b$05$" + bcryptEnd.dropLast(), .hash), ("$2b$05$" + bcryptEnd + "a", .hash),
        ("$2b$05$" + bcryptEnd.dropLast() + "H", .hash), ("$2b$05$" + bcryptEnd + "$", .layout), ("$2b$05", .layout),
        ("$y$j75$salt", .layout), ("$y$j7=$salt$x", .cost), ("$y$j75$$" + hash, .salt), ("$y$j75$salt$short", .hash),
        ("$6$salt$short", .hash), ("$6$salt", .layout), ("$6$$" + sha512End, .salt),
        ("$6$seventeencharssal$" + sha512End, .salt), ("$6$rounds=05000$salt$" + sha512End, .iterations),
        ("$6$round=5000$salt$" + sha512End, .iterations),
        ("$scrypt$ln=14,p=1,r=8$\(salt)$\(hash)", .layout), ("$scrypt$ln=x,r=8,p=1$\(salt)$\(hash)", .cost),
        ("$scrypt$ln=14,r=0,p=1$\(salt)$\(hash)", .blockSize), ("$scrypt$ln=14,r=8,p=0$\(salt)$\(hash)", .parallelism),
        ("$scrypt$ln=14,r=8,p=1$$\(hash)", .salt), ("$scrypt$ln=14,r=8,p=1$\(salt)$", .hash),
        ("pbkdf2_sha256$1e6$salt$\(django)", .iterations), ("pbkdf2_sha256$2000$$\(django)", .salt),
        ("pbkdf2_sha256$2000$salt$\(django.dropLast())", .hash), ("pbkdf2_sha512$2000$salt$\(django)", .hash),
        ("pbkdf2_sha256$2000$salt", .layout), ("$pbkdf2-sha256$2000$\(salt)$\(django)", .hash),
        ("$firebase-scrypt$ln=14,r=8,sk=!,ss=Bw==$Bw==$Bw==", .signerKey),
        ("$firebase-scrypt$ln=14,r=8,ss=Bw==$Bw==$Bw==", .layout),
        (Vectors.firebase.replacing("ss=Bw==", with: "ss=Bw"), .saltSeparator),
        (Vectors.firebase.replacing("$42xEC+ixf3L2lw==", with: "$"), .salt), (Vectors.firebase + "A", .hash),
        (Vectors.firebase.replacing("lSrfV15cpx95/", with: "lSrfV15c_x95/"), .hash),
    ]

    @Test("malformed, with the part that is", arguments: malformed)
    func malformedParts(text: String, part: ImportedHashFault.Part) {
        #expect(throws: ImportedHashFault.malformed(part)) { try ImportedHash.check(text) }
    }

    static let tooHigh: [(String, ImportedHashFault.Part)] = [
        (argon("m=4294967295,t=2,p=1"), .memory), (argon("m=262145,t=1,p=1"), .memory),
        (argon("m=262144,t=5,p=1"), .iterations), (argon("m=1024,t=4294967295,p=1"), .iterations),
        (argon("m=1024,t=65,p=1"), .iterations), (argon("m=1024,t=2,p=65"), .parallelism),
        (argon("m=512,t=2,p=9999999999"), .parallelism),
        ("$2b$16$" + bcryptEnd, .cost), ("$2b$31$" + bcryptEnd, .cost), ("$2b$99$" + bcryptEnd, .cost),
        ("$y$jDT$salt$hash", .cost), ("$y$jhh$salt$hash", .cost), ("$6$rounds=1000001$salt$" + sha512End, .iterations),
        ("$scrypt$ln=18,r=8,p=1$\(salt)$\(hash)", .cost), ("$scrypt$ln=63,r=8,p=1$\(salt)$\(hash)", .cost),
        ("$scrypt$ln=14,r=9999999999,p=1$\(salt)$\(hash)", .blockSize),
        ("$scrypt$ln=14,r=8,p=33$\(salt)$\(hash)", .parallelism),
        ("pbkdf2_sha256$5000001$salt$\(django)", .iterations),
        ("$pbkdf2-sha512$9999999999$\(salt)$\(hash)", .iterations),
        (Vectors.firebase.replacing("ln=14", with: "ln=20"), .cost),
    ]

    @Test("so dear that comparing would be an attack on ourselves", arguments: tooHigh)
    func tooDear(text: String, part: ImportedHashFault.Part) {
        #expect(throws: ImportedHashFault.costTooHigh(part)) { try ImportedHash.check(text) }
    }

    static let tooLow: [(String, ImportedHashFault.Part)] = [
        (argon("m=511,t=2,p=1"), .memory), ("$2b$03$" + bcryptEnd, .cost), ("$y$j..$salt$hash", .cost),
        ("$6$rounds=999$salt$" + sha512End, .iterations), ("$scrypt$ln=4,r=8,p=1$\(salt)$\(hash)", .cost),
        ("pbkdf2_sha256$999$salt$\(django)", .iterations), ("$pbkdf2-sha256$0$\(salt)$\(hash)", .iterations),
    ]

    @Test("so cheap that it hides nothing", arguments: tooLow)
    func tooCheap(text: String, part: ImportedHashFault.Part) {
        #expect(throws: ImportedHashFault.costTooLow(part)) { try ImportedHash.check(text) }
    }

    @Test("a hash that was cut off is refused or matches nothing, and never traps", arguments: Vectors.all)
    func cuts(text: String, scheme: PasswordScheme) {
        for length in 0..<text.utf8.count {
            guard let cut = try? ReadableHash(String(text.prefix(length))) else { continue }
            #expect(cut.compare(Array(Vectors.phrase.utf8)) == .different)
        }
    }

    @Test("every fault has a sentence, and none a piece of the hash")
    func sentences() {
        var faults: [ImportedHashFault] = [.unknownFormat]
        faults += ImportedHashFault.Variant.allCases.map { .unsupportedVariant($0) }
        for part in ImportedHashFault.Part.allCases {
            faults += [.malformed(part), .costTooHigh(part), .costTooLow(part)]
        }
        #expect(Set(faults.map(\.sentence)).count == faults.count)
        #expect(Set(faults.map(\.code)).count == 5)
        #expect(faults.allSatisfy { $0.sentence.hasSuffix(".") && !$0.sentence.contains(Self.hash) })
    }
}
