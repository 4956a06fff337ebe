import Accounts
import Cryptography
import Synchronization
import Testing

@testable import PasswordHashing

@Suite("The password hasher", .timeLimit(.minutes(20)))
struct BoundedPasswordHasherTests {
    private static let small = Argon2Parameters(memoryKiB: 512, passes: 1)
    private let recorder = Recorder()

    private func hasher(_ parameters: Argon2Parameters = small, skipsDummyHash: Bool = false) throws
        -> BoundedPasswordHasher
    {
        try BoundedPasswordHasher(
            parameters: parameters,
            threads: 2,
            queueLimit: 64,
            niceness: 0,
            skipsDummyHash: skipsDummyHash,
            metrics: recorder.metrics
        )
    }

    private func password(_ text: String) throws -> Password { try #require(Password(text)) }

    @Test("I02 a stored hash carries scheme and parameters, and its own salt")
    func stored() async throws {
        let hasher = try hasher(.standard)
        let secret = try password("correct horse battery staple")
        let first = try await hasher.hash(secret)
        let second = try await hasher.hash(secret)
        #expect(first != second)
        #expect(first.text.reveal().hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try ImportedHash.check(first.text.reveal()) == .argon2id)
        #expect(try await hasher.verify(secret, against: first) == .right(needsRehash: false))
        #expect(try await hasher.verify(password("correct horse battery stapler"), against: first) == .wrong)
        #expect("\(first)".contains("argon2") == false)
        await hasher.shutdown()
    }

    @Test("a hash that Python's argon2-cffi made under our parameters")
    func standardVector() async throws {
        let hasher = try BoundedPasswordHasher(threads: 1, queueLimit: 1)
        let stored = StoredPassword(
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$CTLw3A1w63zHCsffB3PeJyZ7lK3r7TybvgxCXwtn884"
        )
        #expect(try await hasher.verify(password("pässwörd ünïcode"), against: stored) == .right(needsRehash: false))
        await hasher.shutdown()
    }

    @Test("I02 a weaker or foreign hash is right and asks to be replaced")
    func rehash() async throws {
        let weak = try hasher()
        let strong = try hasher(Argon2Parameters(memoryKiB: 1024, passes: 2))
        let secret = try password(Vectors.phrase)
        let stored = try await weak.hash(secret)
        #expect(try await weak.verify(secret, against: stored) == .right(needsRehash: false))
        #expect(try await strong.verify(secret, against: stored) == .right(needsRehash: true))
        for (text, scheme) in Vectors.all where scheme != .argon2id {
            #expect(try await weak.verify(secret, against: StoredPassword(text)) == .right(needsRehash: true))
        }
        await weak.shutdown()
        await strong.shutdown()
    }

    @Test("I06 for nobody a hash of the present cost is computed, and the answer is wrong")
    func nobody() async throws {
        let parameters = Argon2Parameters(memoryKiB: 1024, passes: 3)
        let hasher = try hasher(parameters)
        guard case .argon2(let text) = hasher.nobody else {
            Issue.record("the dummy is not Argon2")
            return
        }
        #expect(text.parameters == parameters && text.parallelism == 1 && text.scheme == .argon2id)
        #expect(try await hasher.verify(password("anything at all"), against: nil) == .wrong)
        #expect(recorder.took.withLock { $0 } == 1)
        await hasher.shutdown()
    }

    @Test(
        "I06 nobody's hash looks like a fresh one, byte for byte but for its random ones, and each hasher has its own"
    )
    func nobodysText() throws {
        let parameters = Argon2Parameters(memoryKiB: 1024, passes: 3)
        let fresh = try #require(Argon2id.hash(Array("anything".utf8), parameters))
        let nobody = Argon2Text.ofNobody(parameters)
        let (one, other) = (fresh.split(separator: "$"), nobody.split(separator: "$"))
        #expect(one.prefix(3) == other.prefix(3))
        #expect(one.map(\.count) == other.map(\.count))
        for field in one.suffix(2) + other.suffix(2) {
            #expect(HashText.unpadded(try #require(HashText.unpaddedBase64(field))) == field)
        }
        #expect(nobody != Argon2Text.ofNobody(parameters))
    }

    @Test("memory that the system will never give is found out at the start")
    func memory() {
        #expect(Argon2id.canMap(bytes: 64 * 1024 * 1024))
        #expect(!Argon2id.canMap(bytes: 1 << 60))
    }

    @Test("the control of the enumeration benchmark computes nothing for nobody")
    func control() async throws {
        let hasher = try hasher(skipsDummyHash: true)
        #expect(try await hasher.verify(password("anything at all"), against: nil) == .wrong)
        #expect(recorder.took.withLock { $0 } == 0)
        await hasher.shutdown()
    }

    @Test(
        "I06 a stored text that is no hash, or an attack, equals no password and costs what nobody costs",
        arguments: ["", "*0", "!", "anything at all", Vectors.argon2d, "$argon2id$v=19$m=4294967295,t=9,p=1$c2Fs$c2Fs"]
    )
    func unreadable(text: String) async throws {
        let hasher = try hasher()
        #expect(try await hasher.verify(password("anything at all"), against: StoredPassword(text)) == .wrong)
        #expect(recorder.took.withLock { $0 } == 1)
        await hasher.shutdown()
    }

    /// Pairwise different passwords that careless hashing takes for one another.
    private static let odd: [String] = [
        String(repeating: "a", count: 71), String(repeating: "a", count: 72), String(repeating: "a", count: 73),
        String(repeating: "a", count: 72) + "b", String(repeating: "k", count: 1024),
        String(repeating: "k", count: 1023) + "l",
        String(repeating: "m", count: 4096), String(repeating: "m", count: 4095), "nul", "nul\0", "nul\0a", "nul\0b",
        "\0",
        "space", "space ", " space", "Space", "ﬁle ①", "file 1", "ﬀ", "ff", "שלום עולם", "\u{200F}שלום עולם",
        "םלוע םולש",
        "e\u{301}\u{302}", "e\u{302}\u{301}", "é", "e", "ß", "ss", "ẞ", "І", "I", "ı", "👩‍👩‍👧", "👩👩👧", "\u{FEFF}x", "x",
    ]

    @Test("S16 I01 no two different passwords are equal")
    func pairwise() async throws {
        let hasher = try hasher()
        for left in Self.odd {
            let stored = try await hasher.hash(password(left))
            for right in Self.odd {
                let verdict = try await hasher.verify(password(right), against: stored)
                let isSame = Array(left.unicodeScalars) == Array(right.unicodeScalars)
                #expect(
                    verdict == (isSame ? .right(needsRehash: false) : .wrong),
                    "\(left.debugDescription.prefix(30))"
                )
            }
        }
        await hasher.shutdown()
    }

    @Test(
        "S16 I01 what looks the same and was typed differently is one password",
        arguments: [
            ("caf\u{E9} au lait", "cafe\u{301} au lait"), ("a\u{323}\u{307}", "a\u{307}\u{323}"), ("Å", "\u{212B}"),
            ("\u{1112}\u{1161}\u{11AB}", "한"), ("ώ", "\u{1F7D}"),
        ]
    )
    func canonical(left: String, right: String) async throws {
        let hasher = try hasher()
        let stored = try await hasher.hash(password(left))
        #expect(try await hasher.verify(password(right), against: stored) == .right(needsRehash: false))
        await hasher.shutdown()
    }

    @Test("after shutdown nothing is hashed")
    func shutdown() async throws {
        let hasher = try hasher()
        await hasher.shutdown()
        let secret = try password("anything at all")
        await #expect(throws: HashingFailure.stopped) { try await hasher.hash(secret) }
        await #expect(throws: HashingFailure.stopped) { try await hasher.verify(secret, against: nil) }
    }

    @Test(
        "parameters that nobody should run are refused",
        arguments: [(511, 1), (0, 0), (262_145, 1), (19_456, 0), (19_456, 65), (262_144, 5), (-1, -1), (.max, .max)]
    )
    func bounds(memory: Int, passes: Int) {
        #expect(throws: PasswordHasherFault.parametersOutOfBounds) {
            try hasher(Argon2Parameters(memoryKiB: memory, passes: passes))
        }
    }
}
