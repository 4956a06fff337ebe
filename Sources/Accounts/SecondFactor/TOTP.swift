import Cryptography

/// Time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, six digits, a new one
/// every 30 seconds.
public struct TOTP: Sendable {
    /// How long a code is shown, in seconds.
    public static let stepSeconds: Int64 = 30
    /// Digits of a code.
    public static let digits = 6
    /// How many steps a clock may be off, either way (RFC 6238 section 5.2).
    public static let window: Int64 = 1

    private let secret: TOTPSecret

    /// The codes of one secret.
    public init(_ secret: TOTPSecret) { self.secret = secret }

    /// The step of a time in whole seconds since 1970; times before that belong to step 0.
    public static func step(at unixTime: Int64) -> Int64 { max(0, unixTime) / stepSeconds }

    /// The code of one step: six digits.
    public func code(at step: Int64) -> String {
        let digits = String(value(at: step) % 1_000_000)
        return String(repeating: "0", count: Self.digits - digits.count) + digits
    }

    /// The step whose code was typed, if it is one of those in the window and later than the last one that was
    /// accepted: each step opens once (P-12, RFC 6238 section 5.2). The caller stores it as the new last step.
    ///
    /// - Parameters:
    ///   - code: as typed; white space within and around it does not count.
    ///   - unixTime: now, in seconds since 1970.
    ///   - lastStep: the last step that was accepted; -1 for none.
    public func matchingStep(_ code: String, at unixTime: Int64, after lastStep: Int64) -> Int64? {
        let typed = code.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        guard typed.count == Self.digits else { return nil }
        let present = Self.step(at: unixTime)
        // All steps are computed and compared, so that the time tells neither which one matched nor which was used.
        var match: Int64?
        for step in max(0, present - Self.window)...(present + Self.window) {
            let isEqual = ConstantTime.equal(Array(self.code(at: step).utf8), Array(typed))
            // Of two equal codes the later one, which uses up both.
            if isEqual, step > lastStep { match = step }
        }
        return match
    }

    /// The 31-bit number that a step's code ends (RFC 4226 section 5.3).
    func value(at step: Int64) -> Int {
        let counter = UInt64(bitPattern: step)
        let message = (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(56 - 8 * $0)) }
        let tag = HMAC.sha1(key: secret.reveal(), message: message)
        let offset = Int(tag[19] & 0x0F)
        return tag[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
    }
}
