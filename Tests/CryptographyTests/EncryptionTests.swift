import Cryptography
import Testing

@Suite struct EncryptionTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let context = Array("identity/3".utf8)

    @Test func opensWhatItSealed() throws {
        let cipher = try #require(AES256GCM(key: key))
        for count in [0, 1, 16, 1000] {
            let plaintext = Random.bytes(count)
            let sealed = cipher.seal(plaintext, associatedData: context)
            #expect(sealed.count == count + 28)
            #expect(cipher.open(sealed, associatedData: context) == plaintext)
            #expect(cipher.seal(plaintext, associatedData: context) != sealed)
        }
    }

    @Test func refusesEveryChange() throws {
        let cipher = try #require(AES256GCM(key: key))
        let sealed = cipher.seal([1, 2, 3], associatedData: context)
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 1
            #expect(cipher.open(changed, associatedData: context) == nil)
        }
        for count in sealed.indices {
            #expect(cipher.open(Array(sealed.prefix(count)), associatedData: context) == nil)
        }
        #expect(cipher.open(sealed + [0], associatedData: context) == nil)
        #expect(cipher.open(sealed, associatedData: []) == nil)
        #expect(cipher.open([], associatedData: []) == nil)
    }

    @Test func keysHave32Bytes() {
        for count in [0, 16, 24, 31, 33] { #expect(AES256GCM(key: [UInt8](repeating: 1, count: count)) == nil) }
    }

    @Test func anOldKeyOpensAndTheCurrentOneSeals() throws {
        let old = try #require(KeyRing(keys: [("2025", key)], current: "2025"))
        let sealed = old.seal([1, 2, 3], context: context)
        let fresh = Random.bytes(32)
        let both = try #require(KeyRing(keys: [("2025", key), ("2026", fresh)], current: "2026"))
        #expect(both.open(sealed, context: context) == [1, 2, 3])
        #expect(KeyRing.keyID(of: sealed) == "2025")
        let again = both.seal([1, 2, 3], context: context)
        #expect(KeyRing.keyID(of: again) == "2026")
        #expect(old.open(again, context: context) == nil)
        let renamed = try #require(KeyRing(keys: [("2026", key)], current: "2026"))
        #expect(renamed.open(again, context: context) == nil)
    }

    @Test func aCiphertextBelongsToItsPlace() throws {
        let ring = try #require(KeyRing(keys: [("a", key)], current: "a"))
        let sealed = ring.seal([1, 2, 3], context: context)
        #expect(ring.open(sealed, context: context) == [1, 2, 3])
        #expect(ring.open(sealed, context: Array("identity/4".utf8)) == nil)
        for position in sealed.indices {
            var changed = sealed
            changed[position] ^= 1
            #expect(ring.open(changed, context: context) == nil)
        }
        for count in sealed.indices { #expect(ring.open(Array(sealed.prefix(count)), context: context) == nil) }
    }

    @Test("the same key under another id does not open")
    func theKeyIDIsAuthenticated() throws {
        let ring = try #require(KeyRing(keys: [("a", key), ("b", key)], current: "a"))
        var sealed = ring.seal([1], context: context)
        sealed[2] = UInt8(ascii: "b")
        #expect(KeyRing.keyID(of: sealed) == "b")
        #expect(ring.open(sealed, context: context) == nil)
    }

    @Test func badRingsAreRefused() {
        #expect(KeyRing(keys: [], current: "a") == nil)
        #expect(KeyRing(keys: [("a", key)], current: "b") == nil)
        #expect(KeyRing(keys: [("a", key), ("a", key)], current: "a") == nil)
        #expect(KeyRing(keys: [("a", [1])], current: "a") == nil)
        #expect(KeyRing(keys: [("", key)], current: "") == nil)
        #expect(KeyRing(keys: [("é", key)], current: "é") == nil)
        let long = String(repeating: "a", count: 65)
        #expect(KeyRing(keys: [(long, key)], current: long) == nil)
    }

    @Test func nothingPrintsAKey() throws {
        let cipher = try #require(AES256GCM(key: key))
        let ring = try #require(KeyRing(keys: [("a", key)], current: "a"))
        var text = "\(cipher) \(ring) \(String(reflecting: cipher)) \(String(reflecting: ring))"
        dump(ring, to: &text)
        dump([cipher], to: &text)
        #expect(!text.contains("7, 7"))
        #expect(!text.contains("- 7"))
    }
}
