import Synchronization

/// Correlation ids: different within a process, and across processes as far as 64 random bits go. They are no secrets,
/// so they need no system call each: a counter from a random start, mixed by SplitMix64's finaliser, which maps different
/// numbers to different numbers (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
final class RequestIDs: Sendable {
    /// Those of all answers.
    static let ofThisProcess = RequestIDs()

    private let counter: Atomic<UInt64>

    init(start: UInt64 = .random(in: .min ... .max)) { counter = Atomic(start) }

    /// 16 hexadecimal digits.
    func next() -> String {
        var value = counter.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
        var digits: [UInt8] = []
        digits.reserveCapacity(16)
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 0x0F
            digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
