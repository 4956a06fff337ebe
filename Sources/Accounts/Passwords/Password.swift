public import Cryptography
import Foundation

/// A password as somebody typed it, in the one form that is hashed: Unicode Normalization Form C, nothing trimmed,
/// nothing folded, nothing cut (RFC 8265 §4.2; NIST SP 800-63B-4 §3.1.1.2). Two texts are one password only when they
/// are canonically equivalent, which is to say: when they look the same and different keyboards typed them.
public struct Password: Sendable, Hashable {
    /// Longest accepted text after normalisation, in bytes of UTF-8: far beyond 256 characters of any script, far below
    /// what would make hashing expensive.
    public static let maximumBytes = 4096

    /// The normalised text.
    public let text: Secret
    /// Length in Unicode code points, after normalisation: what length rules count.
    public let length: Int

    /// Nil when the text is empty or over-long; that is decided before anything is hashed.
    public init?(_ text: String) {
        // Normalisation can grow a text threefold (UAX #15), so what could not fit afterwards is not normalised at all.
        guard !text.isEmpty, text.utf8.count <= Self.maximumBytes * 3 else { return nil }
        let normalized = text.precomposedStringWithCanonicalMapping
        guard normalized.utf8.count <= Self.maximumBytes else { return nil }
        self.text = Secret(normalized)
        length = normalized.unicodeScalars.count
    }
}
