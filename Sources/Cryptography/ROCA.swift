/// The fingerprint of RSA moduli made by the faulty Infineon library (CVE-2017-15361, "Return of Coppersmith's
/// Attack"). OpenSSL accepts such keys.
///
/// The library chose primes of the form `k·M + (65537^a mod M)`, where `M` is a product of small primes. Modulo each
/// of these the modulus is therefore a power of 65537. For a modulus chosen fairly this holds by accident with a
/// probability below 2^-27.
enum ROCA {
    /// The odd primes whose product with 2 is the `M` of 512-bit keys; larger keys use a multiple of it.
    private static let primes: [Int] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
        113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ]

    /// For each prime the powers of 65537.
    private static let powers: [(prime: Int, residues: Set<Int>)] = primes.map { prime in
        var residues: Set<Int> = []
        var power = 1
        while residues.insert(power).inserted { power = power * 65537 % prime }
        return (prime, residues)
    }

    /// True when the big-endian modulus has the fingerprint.
    static func marks(modulus: [UInt8]) -> Bool {
        powers.allSatisfy { prime, residues in
            residues.contains(modulus.reduce(0) { ($0 << 8 | Int($1)) % prime })
        }
    }
}
