import Cryptography

/// A JWS in compact form, taken apart (RFC 7515 section 7.1). Nothing in it is believed yet.
struct CompactJWS {
    let header: JWSHeader
    let payload: [UInt8]
    let signature: [UInt8]
    /// What is signed: the first two parts as they were received, with the dot between them.
    let signedBytes: [UInt8]

    init(_ compact: String, maximumBytes: Int) throws(JOSEFault) {
        guard compact.utf8.count <= maximumBytes else { throw .tooLarge }
        let bytes = Array(compact.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count != 5 else { throw .encrypted }
        guard parts.count == 3,
            let header = Base64URL.decode(utf8: parts[0]),
            let payload = Base64URL.decode(utf8: parts[1]),
            let signature = Base64URL.decode(utf8: parts[2])
        else { throw .malformed }
        self.header = try JWSHeader(json: header)
        self.payload = payload
        self.signature = signature
        signedBytes = Array(bytes[..<parts[1].endIndex])
    }
}
