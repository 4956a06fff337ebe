/// Words a provider sent along with an error. They may come from an attacker by way of a link: they are never shown to
/// a person, only kept, cut and cleaned, for the operator who asks for them.
public struct ProviderText: Sendable, Hashable, CustomStringConvertible {
    /// The text for an operator's log: at most 200 characters of visible ASCII and spaces, anything else replaced by `?`.
    public let forOperators: String

    /// Cuts and cleans a text.
    public init(_ text: String) {
        forOperators = String(
            text.unicodeScalars.prefix(200).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" }
        )
    }

    /// Always `<provider text>`.
    public var description: String { "<provider text>" }
}
