/// The path of one concrete setting: `providers.google.client_id`.
struct ConfigurationPath: Sendable, Hashable, CustomStringConvertible {
    /// One element for each level; only origins hold dots.
    let components: [String]

    /// A path from its levels.
    init(_ components: [String]) { self.components = components }

    /// The levels joined with dots.
    var description: String { components.joined(separator: ".") }

    /// `LATCHKEY_PROVIDERS_OIDC_EXAMPLE_CLIENT_ID`: unambiguous, because a provider's id has no underscore.
    var environmentName: String {
        Self.environmentPrefix
            + components.map { $0.uppercased().replacing("-", with: "_") }.joined(separator: "_")
    }

    /// What every variable of Latchkey begins with.
    static let environmentPrefix = "LATCHKEY_"
}
