import COpenSSL

/// The two forms of an ECDSA signature: JOSE writes `r` and `s` at full length one after the other (RFC 7518
/// section 3.4), OpenSSL wants them in DER.
enum ECDSASignature {
    /// The DER form; `nil` unless the signature has exactly twice the length of a coordinate.
    static func der(_ raw: [UInt8], curve: PublicKey.Curve) -> [UInt8]? {
        let half = curve.coordinateCount
        guard raw.count == 2 * half, let signature = unsafe ECDSA_SIG_new() else { return nil }
        defer { unsafe ECDSA_SIG_free(signature) }
        let r = unsafe BN_bin2bn(Array(raw.prefix(half)), Int32(half), nil)
        let s = unsafe BN_bin2bn(Array(raw.suffix(half)), Int32(half), nil)
        // On success the signature owns both numbers; otherwise they are still ours.
        guard unsafe ECDSA_SIG_set0(signature, r, s) == 1 else {
            unsafe BN_free(r)
            unsafe BN_free(s)
            return nil
        }
        let count = unsafe i2d_ECDSA_SIG(signature, nil)
        guard count > 0 else { return nil }
        return unsafe [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
            var next = buffer.baseAddress
            initialized = Int(max(0, unsafe i2d_ECDSA_SIG(signature, &next)))
        }
    }

    /// The form of JOSE; `nil` when the DER form cannot be read.
    static func raw(_ der: [UInt8], curve: PublicKey.Curve) -> [UInt8]? {
        let signature = unsafe der.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &next, buffer.count)
        }
        guard let signature = unsafe signature else { return nil }
        defer { unsafe ECDSA_SIG_free(signature) }
        let half = curve.coordinateCount
        var r = [UInt8](repeating: 0, count: half)
        var s = [UInt8](repeating: 0, count: half)
        guard unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature), &r, Int32(half)) == Int32(half),
            unsafe BN_bn2binpad(ECDSA_SIG_get0_s(signature), &s, Int32(half)) == Int32(half)
        else { return nil }
        return r + s
    }
}
