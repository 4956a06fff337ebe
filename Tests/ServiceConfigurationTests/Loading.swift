import ServiceConfiguration

/// The smallest sound configuration.
let minimum = """
    public_url: https://login.example.org
    database: {url: "host=db"}

    """

/// Loads from texts only: nothing of the machine the tests run on gets in.
func load(
    _ yaml: String? = minimum,
    environment: [String: String] = [:],
    set overrides: [String] = [],
    files: [String: ConfigurationFile] = [:]
) -> Result<LoadedConfiguration, ConfigurationFaults> {
    ServiceConfiguration.load(environment: environment, overrides: overrides) { path in
        if path == "latchkey.yaml" {
            return yaml.map { .success(ConfigurationFile(contents: Array($0.utf8))) } ?? .failure(.notFound)
        }
        return files[path].map { .success($0) } ?? .failure(.notFound)
    }
}

/// A file with this text that only the service can read.
func file(_ text: String) -> ConfigurationFile { ConfigurationFile(contents: Array(text.utf8)) }

extension Result<LoadedConfiguration, ConfigurationFaults> {
    /// What is wrong, one line each; empty when nothing is.
    var faults: [String] {
        if case .failure(let faults) = self { faults.faults.map(\.description) } else { [] }
    }

    /// Codes of what is wrong.
    var codes: [ConfigurationFault.Code] {
        if case .failure(let faults) = self { faults.faults.map(\.code) } else { [] }
    }

    /// Warnings, one line each.
    var warnings: [String] { (try? get().warnings.map(\.description)) ?? [] }
}

/// Settings by dotted path as a YAML file; each value is written as it comes. Origins keep their dots.
func yaml(_ settings: [String: String]) -> String {
    var lines: [String] = []
    func write(_ entries: [(levels: [Substring], value: String)], indent: Int) {
        let margin = String(repeating: " ", count: indent)
        for (head, group) in Dictionary(grouping: entries, by: { $0.levels[0] }).sorted(by: { $0.key < $1.key }) {
            if group.count == 1, group[0].levels.count == 1 {
                lines.append("\(margin)\"\(head)\": \(group[0].value)")
            } else {
                lines.append("\(margin)\"\(head)\":")
                write(group.map { (Array($0.levels.dropFirst()), $0.value) }, indent: indent + 2)
            }
        }
    }
    let prefix = "development.origins."
    write(
        settings.map { path, value in
            path.hasPrefix(prefix)
                ? (["development", "origins", path.dropFirst(prefix.count)], value)
                : (path.split(separator: "."), value)
        },
        indent: 0
    )
    return lines.joined(separator: "\n") + "\n"
}
