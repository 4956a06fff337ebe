import COpenSSL

/// Between private keys as OpenSSL holds them and the forms they are written in.
enum PrivateKeyReader {
    /// A new key; `nil` when OpenSSL fails.
    static func generate(_ kind: PublicKey.Kind) throws(KeyFault) -> KeyHandle? {
        let type: String
        switch kind {
        case .rsa(let bits):
            guard bits >= PublicKey.minimumModulusBits else { throw .tooSmall }
            guard bits <= PublicKey.maximumModulusBits else { throw .tooLarge }
            type = "RSA"
        case .p256, .p384: type = "EC"
        case .ed25519: type = "ED25519"
        }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { return nil }
        let accepted: Int32
        switch kind {
        case .rsa(let bits): accepted = unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits))
        case .p256: accepted = unsafe EVP_PKEY_CTX_set_group_name(context, PublicKey.Curve.p256.group)
        case .p384: accepted = unsafe EVP_PKEY_CTX_set_group_name(context, PublicKey.Curve.p384.group)
        case .ed25519: accepted = 1
        }
        var key: OpaquePointer?
        guard accepted == 1, unsafe EVP_PKEY_generate(context, &key) == 1 else { return nil }
        return unsafe KeyHandle(key)
    }

    /// The key in a PEM text; `nil` when it holds none, or an encrypted one.
    static func read(pem: Secret) -> KeyHandle? {
        ERR_clear_error()
        defer { ERR_clear_error() }
        let text = Array(pem.reveal().utf8)
        guard let count = Int32(exactly: text.count), count > 0 else { return nil }
        return unsafe text.withUnsafeBufferPointer { buffer in
            guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, count) else { return nil }
            defer { unsafe BIO_free(bio) }
            return unsafe KeyHandle(lk_read_pkcs8(bio))
        }
    }

    /// PKCS #8 in PEM, not encrypted.
    static func pem(of handle: KeyHandle) throws(KeyFault) -> Secret {
        let text: String? = handle.use { key in
            guard let bio = unsafe BIO_new(BIO_s_secmem()) else { return nil }
            defer { unsafe BIO_free(bio) }
            guard unsafe PEM_write_bio_PKCS8PrivateKey(bio, key, nil, nil, 0, nil, nil) == 1 else { return nil }
            var data: UnsafePointer<CChar>?
            let count = unsafe lk_bio_mem_data(bio, &data)
            guard count > 0 else { return nil }
            return unsafe String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
        }
        guard let text else { throw .operationFailed }
        return Secret(text)
    }

    /// The public half, made anew from its numbers so that it holds nothing private and passes every check.
    static func publicKey(of handle: KeyHandle) throws(KeyFault) -> PublicKey {
        if handle.use({ unsafe EVP_PKEY_is_a($0, "RSA") == 1 }) {
            guard let modulus = integer("n", of: handle), let exponent = integer("e", of: handle) else {
                throw .malformed
            }
            return try PublicKey.rsa(modulus: modulus, exponent: exponent)
        }
        if handle.use({ unsafe EVP_PKEY_is_a($0, "EC") == 1 }) {
            let curve = try curve(of: handle)
            guard let x = integer("qx", of: handle, count: curve.coordinateCount),
                let y = integer("qy", of: handle, count: curve.coordinateCount)
            else { throw .malformed }
            return try PublicKey.ellipticCurve(curve, x: x, y: y)
        }
        if handle.use({ unsafe EVP_PKEY_is_a($0, "ED25519") == 1 }) {
            var bytes = [UInt8](repeating: 0, count: 32)
            var count = bytes.count
            guard handle.use({ unsafe EVP_PKEY_get_raw_public_key($0, &bytes, &count) == 1 }), count == 32 else {
                throw .malformed
            }
            return try PublicKey.ed25519(bytes)
        }
        throw .unsupported
    }

    private static func curve(of handle: KeyHandle) throws(KeyFault) -> PublicKey.Curve {
        let bits = handle.use { unsafe EVP_PKEY_get_bits($0) }
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        guard handle.use({ unsafe EVP_PKEY_get_group_name($0, &name, name.count, &count) == 1 }) else {
            throw .unsupported
        }
        switch (String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self), bits) {
        case ("prime256v1", 256), ("P-256", 256): return .p256
        case ("secp384r1", 384), ("P-384", 384): return .p384
        default: throw .unsupported
        }
    }

    /// A number of the key, big-endian: at full length, or without leading zeros when no length is given.
    private static func integer(_ name: String, of handle: KeyHandle, count: Int? = nil) -> [UInt8]? {
        handle.use { key in
            var number: OpaquePointer?
            guard unsafe EVP_PKEY_get_bn_param(key, name, &number) == 1 else { return nil }
            defer { unsafe BN_free(number) }
            let count = count ?? Int(unsafe lk_bn_num_bytes(number))
            var bytes = [UInt8](repeating: 0, count: count)
            guard unsafe BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) else { return nil }
            return bytes
        }
    }
}
