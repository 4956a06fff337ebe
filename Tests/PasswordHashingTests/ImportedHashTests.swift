import Testing

@testable import PasswordHashing

@Suite("Imported hashes")
struct ImportedHashTests {
    private func match(_ password: String, _ text: String) throws -> HashMatch {
        try ReadableHash(text).compare(Array(password.utf8))
    }

    @Test("hashes of other programs are read and compared", arguments: Vectors.all)
    func knownAnswers(text: String, scheme: PasswordScheme) throws {
        #expect(try ImportedHash.check(text) == scheme)
        #expect(try match(Vectors.phrase, text) == .same)
        for wrong in ["", "correct horse battery stapl", Vectors.phrase + " ", "Correct horse battery staple"] {
            #expect(try match(wrong, text) == .different)
        }
    }

    @Test("Firebase's published example, in both alphabets of Base64")
    func firebase() throws {
        let urlSafe = Vectors.firebase.replacing("+", with: "-").replacing("/", with: "_")
            .replacing("$firebase_scrypt", with: "$firebase-scrypt")
        for text in [Vectors.firebase, urlSafe] {
            #expect(try ImportedHash.check(text) == .firebaseScrypt)
            #expect(try match("user1password", text) == .same)
            #expect(try match("user1passwore", text) == .different)
        }
        #expect(try match("user1password\0", Vectors.firebase) == .different)
        let otherSeparator = Vectors.firebase.replacing("ss=Bw==", with: "ss=CA==")
        #expect(try match("user1password", otherSeparator) == .different)
    }

    @Test("SHA-512-crypt's published example")
    func sha512Crypt() throws {
        let text =
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
        #expect(try match("Hello world!", text) == .same)
    }

    @Test("a changed character of the hash proper never matches", arguments: Vectors.all)
    func mutations(text: String, scheme: PasswordScheme) throws {
        var characters = Array(text)
        let index = characters.count - 6
        characters[index] = characters[index] == "A" ? "B" : "A"
        #expect(try match(Vectors.phrase, String(characters)) == .different)
    }

    @Test("S16 I01 bcrypt sees 72 bytes and no NUL: longer passwords and those with NUL never match")
    func bcryptLimits() throws {
        let full = String(repeating: "a", count: 72)
        #expect(try match(full, Vectors.bcryptOf72) == .same)
        #expect(try match(full + "a", Vectors.bcryptOf72) == .different)
        #expect(try match(full + "\0", Vectors.bcryptOf72) == .different)
        #expect(try match(Vectors.phrase + "\0", Vectors.bcrypt) == .different)
        #expect(try match(Vectors.phrase + "\0x", Vectors.bcrypt) == .different)
    }

    @Test("S16 I01 crypt's other functions take no NUL and at most 511 bytes")
    func cryptLimits() throws {
        for text in [Vectors.yescrypt, Vectors.sha512Crypt] {
            #expect(try match(Vectors.phrase + "\0", text) == .different)
            #expect(try match(Vectors.phrase + "\0x", text) == .different)
            #expect(try match(String(repeating: "a", count: 512), text) == .different)
            #expect(try match(String(repeating: "a", count: 4096), text) == .different)
        }
    }

    @Test(
        "S16 I01 to the others a password and the same with NUL behind it are two, even where HMAC takes them for one",
        arguments: [
            Vectors.argon2id, Vectors.argon2i, Vectors.scrypt, Vectors.pbkdf2SHA256, Vectors.pbkdf2SHA512,
            Vectors.djangoSHA256, Vectors.djangoSHA512,
        ]
    )
    func nul(text: String) throws {
        #expect(try match(Vectors.phrase + "\0", text) == .different)
        #expect(try match(Vectors.phrase + "\0\0", text) == .different)
        #expect(try match(Vectors.phrase + "\0x", text) == .different)
    }

    @Test("I02 all but Argon2id of one lane and present cost are to be hashed again")
    func needsRehash() throws {
        func needs(_ text: String, _ memory: Int, _ passes: Int) throws -> Bool {
            try ReadableHash(text).needsRehash(under: Argon2Parameters(memoryKiB: memory, passes: passes))
        }
        #expect(try !needs(Vectors.argon2id, 1024, 2))
        #expect(try !needs(Vectors.argon2id, 512, 1))
        #expect(try needs(Vectors.argon2id, 1025, 2))
        #expect(try needs(Vectors.argon2id, 1024, 3))
        #expect(try needs(Vectors.argon2idFourLanes, 1024, 2))
        for (text, scheme) in Vectors.all where scheme != .argon2id { #expect(try needs(text, 512, 1)) }
        #expect(try needs(Vectors.firebase, 512, 1))
    }
}
