/// A sound configuration and what there is to say about it.
public struct LoadedConfiguration: Sendable {
    /// The configuration.
    public let configuration: ServiceConfiguration
    /// What is allowed and rarely meant.
    public let warnings: [ConfigurationWarning]
    /// Every setting in force with its source, secrets redacted, in the order of the documentation.
    public let values: [EffectiveValue]
    /// The file that was read; nil when there was none.
    public let file: String?
}

extension ServiceConfiguration {
    /// The file that is read when none is named.
    public static let defaultFile = "latchkey.yaml"

    /// Reads all layers: built-in defaults, the file, the environment, the command line; a later one wins.
    ///
    /// Pure apart from `readFile`.
    ///
    /// - Parameters:
    ///   - file: The value of `--config`. Without it `LATCHKEY_CONFIG` names the file; without that
    ///     ``defaultFile`` is read if it exists. A file that was named has to exist.
    ///   - environment: All variables; those that do not begin with `LATCHKEY_` are ignored.
    ///   - overrides: The values of the `--set` options, `key=value` each.
    ///   - readFile: Reads the file, and the files that hold secrets.
    /// - Returns: The configuration, or everything that is wrong in any layer.
    public static func load(
        file: String? = nil,
        environment: [String: String],
        overrides: [String] = [],
        readFile: @escaping ConfigurationFileReader = ConfigurationFile.read
    ) -> Result<LoadedConfiguration, ConfigurationFaults> {
        let found = ConfigurationFileLayer.find(option: file, environment: environment, readFile: readFile)
        let layers = [Layer.commandLine(overrides), Layer.environment(environment), found.layer]
        var resolver = Resolver(layers: layers, readFile: readFile)
        let configuration = ServiceConfiguration(&resolver)
        configuration.check(&resolver)
        if let warning = found.exposureWarning, configuration.mode == .production { resolver.warn(warning) }
        guard resolver.faults.isEmpty else { return .failure(ConfigurationFaults(resolver.faults)) }
        return .success(
            LoadedConfiguration(
                configuration: configuration,
                warnings: resolver.warnings,
                values: resolver.values,
                file: found.name
            )
        )
    }
}
