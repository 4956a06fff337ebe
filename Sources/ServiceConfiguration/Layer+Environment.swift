import InternetAddress

extension Layer {
    /// Variables that begin with the prefix and are not settings: where the file is, and two for the test suite.
    static let reservedVariables: Set<String> = [
        "LATCHKEY_CONFIG", "LATCHKEY_REGENERATE", "LATCHKEY_TEST_VECTORS",
    ]

    /// Reads every variable that begins with `LATCHKEY_`.
    static func environment(_ variables: [String: String]) -> Layer {
        var layer = Layer(name: "environment")
        for (name, value) in variables.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(ConfigurationPath.environmentPrefix) && !reservedVariables.contains(name) {
            let source = ConfigurationSource.environment(name)
            if let match = Schema.setting(environment: name) {
                layer.put(match, text: value, at: source)
            } else if name.hasPrefix("LATCHKEY_DEVELOPMENT_ORIGINS") {
                layer.fail(.notAllowed, at: source, "\"development.origins\" can only be written in the file")
            } else if let moved = RetiredSettings.explanation(ofVariable: name) {
                layer.fail(.unknownKey, at: source, moved)
            } else if !isServiceLink(name, value) {
                let hint = didYouMean(Schema.suggestion(environment: name))
                // A name with other characters may be a mangled value.
                let shown = quoted(name) == nil ? ConfigurationSource.environment("LATCHKEY_…") : source
                layer.fail(.unknownKey, at: shown, "unknown setting\(hint)")
            }
        }
        return layer
    }

    /// Whether the variable was put there by Kubernetes or Docker for a service called `latchkey` or `latchkey-…`:
    /// `LATCHKEY_SERVICE_HOST=10.0.0.7`, `LATCHKEY_PORT=tcp://10.0.0.7:80`, `LATCHKEY_PORT_80_TCP_ADDR=10.0.0.7`.
    /// Nobody can avoid these names, so they are not somebody's typo.
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") { return IPAddress(value) != nil }
        if name.contains("_SERVICE_PORT") { return decimal(value) != nil }
        let isLink = ["tcp://", "udp://", "sctp://"].contains { value.hasPrefix($0) }
        if name.hasSuffix("_PORT"), isLink { return true }
        guard let port = name.firstRange(of: "_PORT_") else { return false }
        let parts = name[port.upperBound...].split(separator: "_", omittingEmptySubsequences: false)
        return (2...3).contains(parts.count) && decimal(parts[0]) != nil
            && ["TCP", "UDP", "SCTP"].contains(parts[1])
            && (parts.count == 2 || ["PROTO", "PORT", "ADDR"].contains(parts[2]))
    }
}
