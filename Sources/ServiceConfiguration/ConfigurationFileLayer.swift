import YAML

/// Finds and reads the configuration file.
struct ConfigurationFileLayer {
    /// What stands in it; empty when there is none.
    let layer: Layer
    /// The file's name as the operator gave it; nil when there is none.
    let name: String?
    /// Set when every user can read secrets that stand in it.
    let exposureWarning: ConfigurationWarning?

    /// - Parameters:
    ///   - option: The value of `--config`.
    ///   - environment: May hold `LATCHKEY_CONFIG`.
    ///   - readFile: Reads the file.
    static func find(
        option: String?,
        environment: [String: String],
        readFile: ConfigurationFileReader
    ) -> ConfigurationFileLayer {
        let named = option ?? environment["LATCHKEY_CONFIG"]
        let name = named ?? ServiceConfiguration.defaultFile
        switch readFile(name) {
        case .failure(.notFound) where named == nil:
            return ConfigurationFileLayer(layer: Layer(name: "file"), name: nil, exposureWarning: nil)
        case .failure(let fault):
            return broken(.unreadableFile, name, "the file \(fault.sentence)")
        case .success(let file) where file.isWritableByEveryone:
            return broken(.exposedSecret, name, "every user of the machine can change this file; chmod o-w it")
        case .success(let file):
            guard let text = String(validating: file.contents, as: UTF8.self) else {
                return broken(.malformed, name, "the file is not UTF-8 text")
            }
            let layer = Layer.file(text: text, name: name)
            return ConfigurationFileLayer(layer: layer, name: name, exposureWarning: exposure(of: layer, file))
        }
    }

    private static func exposure(of layer: Layer, _ file: ConfigurationFile) -> ConfigurationWarning? {
        guard file.isReadableByEveryone,
            let first = layer.written.values.filter({ $0.key.isSecret && !$0.isFileForm }).map(\.source)
                .min(by: ConfigurationSource.precedes)
        else { return nil }
        return ConfigurationWarning(
            at: first,
            "every user of the machine can read this file, and there is a secret in it; chmod o-r it"
        )
    }

    private static func broken(
        _ code: ConfigurationFault.Code,
        _ name: String,
        _ message: String
    ) -> ConfigurationFileLayer {
        var layer = Layer(name: "file")
        layer.fail(code, at: .file(SourceLocation(file: name, line: 1, column: 1)), message)
        return ConfigurationFileLayer(layer: layer, name: name, exposureWarning: nil)
    }
}
