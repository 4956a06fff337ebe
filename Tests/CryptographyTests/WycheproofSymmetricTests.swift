import Cryptography
import JSON
import Testing

/// HMAC and AES-GCM vectors of Project Wycheproof.
@Suite(.enabled(if: TestVectors.areThere))
struct WycheproofSymmetricTests {
    @Test("HMAC-SHA-256: a tag is valid only at full length")
    func hmac() throws {
        let file = try Wycheproof("hmac_sha256_test.json")
        #expect(file.count == 174)
        for group in file.groups {
            let tagCount = try Int(#require(group.json["tagSize"]?.int64)) / 8
            for test in group.tests {
                let key = try test.json.hex("key")
                let message = try test.json.hex("msg")
                let tag = try test.json.hex("tag")
                let computed = HMAC.sha256(key: key, message: message).prefix(tagCount)
                #expect(ConstantTime.equal(Array(computed), tag) == test.isValid, "tcId \(test.id)")
                let isValid = HMAC.isValidSHA256(tag: tag, key: key, message: message)
                #expect(isValid == (test.isValid && tagCount == 32), "tcId \(test.id), full length")
            }
        }
    }

    @Test("AES-GCM: our sizes give the published answer, all other sizes are refused")
    func aesGCM() throws {
        let file = try Wycheproof("aes_gcm_test.json")
        #expect(file.count == 316)
        var ours = 0
        for group in file.groups {
            let sizes = ["keySize", "ivSize", "tagSize"].map { group.json[$0]?.int64 }
            for test in group.tests {
                let cipher = try AES256GCM(key: test.json.hex("key"))
                #expect((cipher != nil) == (sizes[0] == 256))
                guard let cipher else { continue }
                let nonce = try test.json.hex("iv")
                let associatedData = try test.json.hex("aad")
                let plaintext = try test.json.hex("msg")
                let sealed = try test.json.hex("ct") + test.json.hex("tag")
                let isOurs = sizes == [256, 96, 128]
                ours += isOurs ? 1 : 0

                let opened = cipher.open(sealed, associatedData: associatedData, nonce: nonce)
                #expect(opened == (isOurs && test.isValid ? plaintext : nil), "tcId \(test.id)")
                let again = cipher.seal(plaintext, associatedData: associatedData, nonce: nonce)
                #expect((again == sealed) == (isOurs && test.isValid), "tcId \(test.id)")
                if isOurs {
                    let combined = cipher.open(nonce + sealed, associatedData: associatedData)
                    #expect(combined == opened, "tcId \(test.id)")
                }
            }
        }
        #expect(ours == 66)
    }
}
