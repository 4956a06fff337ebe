/// Whether an app may have an access token of this scope. An access token cannot be narrowed: whoever has it can do all that was
/// granted with it.
public enum UpstreamAllowance: Sendable, Hashable {
    /// It may.
    case allowed
    /// The token can do more than the app may: these scopes.
    case excess([String])
    /// The person has not granted what the app asks for: these scopes.
    case notGranted([String])

    /// Decides.
    /// - Parameters:
    ///   - granted: what the stored token can do.
    ///   - allowed: what the app may have at this provider.
    ///   - wanted: what the app asks for; nil where it takes whatever there is.
    public init(granted: [String], allowed: Set<String>, wanted: [String]?) {
        let excess = granted.filter { !allowed.contains($0) }
        guard excess.isEmpty else {
            self = .excess(excess)
            return
        }
        let missing = (wanted ?? []).filter { !granted.contains($0) }
        self = missing.isEmpty ? .allowed : .notGranted(missing)
    }
}
