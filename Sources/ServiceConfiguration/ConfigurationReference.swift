/// `docs/configuration.md`, made from the table of settings.
public enum ConfigurationReference {
    /// The whole page.
    public static func markdown() -> String {
        var lines = [introduction]
        for section in sections {
            lines += ["", "## \(section.title)", "", "| key | value | default | meaning |", "|---|---|---|---|"]
            lines += section.keys.map(row)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static var sections: [(title: String, keys: [ConfigurationKey])] {
        var sections: [(title: String, keys: [ConfigurationKey])] = []
        for key in ConfigurationKey.all {
            let title = key.levels.count == 1 ? "The service" : "`\(key.levels[0])`"
            if let last = sections.indices.last, sections[last].title == title {
                sections[last].keys.append(key)
            } else {
                sections.append((title, [key]))
            }
        }
        return sections
    }

    private static func row(_ key: ConfigurationKey) -> String {
        var name = "`\(key.pattern)`"
        if key.isSecret { name += " or `\(key.pattern)_file`" }
        let fallback = key.isRequired ? "required" : key.defaultText.map { "`\($0)`" } ?? (key.isList ? "`[]`" : "none")
        let shown = key.isList ? "[\(key.example.replacing(",", with: ", "))]" : key.example
        let type = key.isSecret ? key.type + "; secret" : key.type
        let cells = [name, type, fallback, "\(key.documentation) Example: `\(shown)`"]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }

    private static let introduction = """
        # Configuration

        Generated from the table of settings in `Sources/ServiceConfiguration`; the test suite compares this page with it.
        `latchkey.example.yaml` shows every setting in context.

        ## Layers

        A later layer wins over an earlier one:

        1. the built-in defaults;
        2. the file: `--config PATH`, else the one `LATCHKEY_CONFIG` names, else `latchkey.yaml` in the working directory \
        if it exists;
        3. the environment: `LATCHKEY_` and the key in capitals with `_` between its parts, such as \
        `LATCHKEY_DATABASE_URL`, or `LATCHKEY_PROVIDERS_OIDC_EXAMPLE_CLIENT_ID` for the provider `oidc-example`;
        4. the command line: `--set server.port=8443`, as often as needed.

        `latchkey config show` prints every value in force and where it was written, without secrets.

        ## Writing values

        - Durations are one whole number and a unit: `500ms`, `30s`, `10m`, `12h`, `7d`. Sizes are bytes.
        - Lists are `[a, b]` in the file, and `a,b` in the environment and on the command line, where an empty text is an \
        empty list. A list replaces the list of an earlier layer.
        - `true` and `false` are the only truth values.
        - Paths are relative to the working directory.
        - The file is plain YAML: no anchors, aliases, tags or merge keys.

        ## Secrets

        A secret is written as `key`, or better as `key_file`: the path of a file that holds it. One line break at the \
        end of that file is ignored. A file that every user of the machine can read or change is refused; in Kubernetes \
        set `defaultMode: 0440`, in Docker `mode: 0440`. A list of secrets has one on each line of its file. In one layer \
        a secret can be written in one of the two forms; over several layers the later layer wins, whatever its form.

        ## Mistakes

        Everything that is wrong is reported at once, with its place (`latchkey.yaml:12:9`, `LATCHKEY_SERVER_PORT`, \
        `--set server.port`), and the service does not start. A name that is not a setting is wrong in every layer. Three \
        variables are not settings: `LATCHKEY_CONFIG`, and `LATCHKEY_TEST_VECTORS` and `LATCHKEY_REGENERATE`, which the \
        test suite reads. Variables that Kubernetes or Docker set for a service called `latchkey`, such as \
        `LATCHKEY_SERVICE_HOST`, are ignored.
        """
}
