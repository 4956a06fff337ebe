/// The pieces of a gzip stream (RFC 1952) of one byte repeated for ever, made by hand from RFC 1951's fixed Huffman
/// codes.
///
/// "Copy 258 bytes from distance 1" is length code 285 (eight bits, 11000101, most significant first) and distance
/// code 0 (five bits, 00000): thirteen bits, so that eight copies fill exactly thirteen bytes.
enum GzipBomb {
    /// Bytes that one ``round`` unfolds to.
    static let unfoldedRound = 8 * 258

    /// The gzip header, the start of a fixed block (three bits) and five literals 144 (nine bits each): 48 bits, so
    /// that what follows starts on a whole byte.
    static let opening: [UInt8] =
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        + bytes(of: [1, 1, 0] + Array(repeating: [1, 1, 0, 0, 1, 0, 0, 0, 0], count: 5).flatMap(\.self))

    /// Eight copies.
    static let round: [UInt8] = bytes(
        of: Array(repeating: [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0], count: 8).flatMap(\.self)
    )

    /// End of block and a trailer whose checksum is wrong, on purpose: computing it would cost the stand-in what the
    /// bomb is meant to cost its victim.
    static let closing: [UInt8] = Array(repeating: 0, count: 10)

    /// Packs bits into bytes, the first bit into the lowest place (RFC 1951 §3.1.1).
    private static func bytes(of bits: [UInt8]) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<min(start + 8, bits.count)].enumerated()
                .reduce(UInt8(0)) { $0 | $1.element << UInt8($1.offset) }
        }
    }
}
