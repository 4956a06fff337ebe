import Accounts
import Configuration
import Cryptography
import Synchronization

/// Reads settings out of the layers, strongest first, and notes faults, warnings and where each value came from.
struct Resolver {
    private let layers: [Layer]
    private let reader: ConfigReader
    private let winner = Winner()
    private let secretFiles: SecretFileReader
    private(set) var faults: [ConfigurationFault]
    private(set) var warnings: [ConfigurationWarning] = []
    private(set) var values: [EffectiveValue] = []
    /// Paths whose value is a fallback because what was written is wrong: not worth a second fault.
    private var unsound: Set<String> = []
    private var sources: [String: ConfigurationSource] = [:]

    /// - Parameters:
    ///   - layers: The strongest first.
    ///   - readFile: How secrets are read that stand in files.
    init(layers: [Layer], readFile: @escaping ConfigurationFileReader) {
        self.layers = layers
        faults = layers.flatMap(\.faults)
        secretFiles = SecretFileReader(readFile: readFile)
        reader = ConfigReader(providers: layers.map(\.provider), accessReporter: winner)
    }

    /// Every provider id any layer mentions, in order.
    var providerIDs: [ProviderID] {
        let ids = paths.compactMap { path in
            path.components.count == 3 && path.components[0] == "providers" ? ProviderID(path.components[1]) : nil
        }
        return Set(ids).sorted { $0.description < $1.description }
    }

    /// Every origin that has a stand-in.
    var developmentOrigins: [String] {
        let names = paths.compactMap { path in
            path.components.count == 3 && path.components[0] == "development" ? path.components[2] : nil
        }
        return Set(names).sorted()
    }

    /// The path under which a stand-in for this origin was written, however it was spelt.
    func path(ofDevelopmentOrigin origin: WebOrigin) -> String {
        let name = developmentOrigins.first { WebOrigin($0) == origin } ?? origin.description
        return Settings.developmentOrigin.key.path(name).description
    }

    private var paths: [ConfigurationPath] { layers.flatMap { Array($0.written.keys) } }

    /// A setting with a default.
    mutating func value<Value>(_ setting: Setting<Value>) -> Value {
        guard let written = find(setting.key, setting.key.path()) else {
            show(setting.key, setting.key.path(), setting.type.write(setting.fallback), nil)
            return setting.fallback
        }
        return single(setting.key, setting.key.path(), setting.type, written) ?? setting.fallback
    }

    /// A setting without a default; `name` fills the placeholder of its path.
    mutating func value<Value>(_ setting: OptionalSetting<Value>, _ name: String? = nil) -> Value? {
        let path = setting.key.path(name)
        guard let written = find(setting.key, path) else {
            if setting.key.isRequired {
                let ways = "write it in the file, as \(path.environmentName) or with --set \(path)=…"
                let fileWay = setting.key.isSecret ? "; as a file: \(path)_file" : ""
                fail(.missing, [path.description], "is required: \(ways)\(fileWay)")
                unsound.insert(path.description)
            }
            show(setting.key, path, nil, nil)
            return nil
        }
        return single(setting.key, path, setting.type, written)
    }

    /// A list.
    mutating func value<Element>(_ setting: ListSetting<Element>, _ name: String? = nil) -> [Element] {
        let path = setting.key.path(name)
        guard let written = find(setting.key, path) else {
            show(setting.key, path, nil, nil)
            return []
        }
        sources[path.description] = written.source
        guard let items = contents(written, path) else { return [] }
        var elements: [Element] = []
        for (index, item) in items.enumerated() {
            guard let element = parse(item, setting.type, "\(path)[\(index)]") else {
                unsound.insert(path.description)
                continue
            }
            elements.append(element)
        }
        show(setting.key, path, "[" + elements.map(setting.type.write).joined(separator: ", ") + "]", written.source)
        return elements
    }

    /// Whether any layer holds a value for the path.
    func isWritten(_ path: String) -> Bool { sources[path] != nil }

    /// Adds a fault about one or several settings, at the first of them that somebody wrote; nothing when one of them is
    /// wrong in itself, because that is the fault to mend first.
    mutating func fail(_ code: ConfigurationFault.Code, _ paths: [String], _ message: String) {
        guard !paths.contains(where: unsound.contains) else { return }
        faults.append(ConfigurationFault(code, at: source(of: paths), message))
    }

    /// Adds a warning, under the same rules.
    mutating func warn(_ paths: [String], _ message: String) {
        guard !paths.contains(where: unsound.contains) else { return }
        warnings.append(ConfigurationWarning(at: source(of: paths), message))
    }

    /// Adds a warning that has its place already.
    mutating func warn(_ warning: ConfigurationWarning) { warnings.append(warning) }

    private func source(of paths: [String]) -> ConfigurationSource {
        paths.lazy.compactMap { sources[$0] }.first ?? .builtIn(key: paths.first ?? "")
    }

    /// The strongest layer's entry, chosen by the configuration library.
    private func find(_ key: ConfigurationKey, _ path: ConfigurationPath) -> Layer.Written? {
        let found = ConfigKey(path.components)
        let isThere =
            key.isList
            ? reader.stringArray(forKey: found, isSecret: key.isSecret) != nil
            : reader.string(forKey: found, isSecret: key.isSecret) != nil
        guard isThere, let index = winner.index, layers.indices.contains(index) else { return nil }
        return layers[index].written[path]
    }

    private mutating func single<Value>(
        _ key: ConfigurationKey,
        _ path: ConfigurationPath,
        _ type: ValueType<Value>,
        _ written: Layer.Written
    ) -> Value? {
        sources[path.description] = written.source
        guard let item = contents(written, path)?.first, let value = parse(item, type, path.description) else {
            unsound.insert(path.description)
            return nil
        }
        show(key, path, type.write(value), written.source)
        if key.isSecret, !written.isFileForm, case .commandLine = written.source {
            warn([path.description], "every user of the machine can read command lines; use \(path)_file")
        }
        return value
    }

    /// The items themselves, or those of the file they name.
    private mutating func contents(_ written: Layer.Written, _ path: ConfigurationPath) -> [Layer.Item]? {
        guard written.isFileForm, let item = written.items.first else { return written.items }
        switch secretFiles.read(item.text.reveal(), isList: written.key.isList) {
        case .success(let texts): return texts.map { Layer.Item($0, item.source) }
        case .failure(let failure):
            faults.append(ConfigurationFault(failure.code, at: item.source, "\"\(path)_file\" \(failure.message)"))
            unsound.insert(path.description)
            return nil
        }
    }

    private mutating func parse<Value>(_ item: Layer.Item, _ type: ValueType<Value>, _ name: String) -> Value? {
        let text = item.text.reveal()
        guard !text.isEmpty else {
            faults.append(ConfigurationFault(.invalidValue, at: item.source, "\"\(name)\" is empty"))
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            let message = "\"\(name)\" has a line break or another control character in it"
            faults.append(ConfigurationFault(.invalidValue, at: item.source, message))
            return nil
        }
        do {
            return try type.read(text)
        } catch {
            let message = "\"\(name)\" has to be \(error.expected)"
            faults.append(ConfigurationFault(.invalidValue, at: item.source, message))
            return nil
        }
    }

    private mutating func show(
        _ key: ConfigurationKey,
        _ path: ConfigurationPath,
        _ text: String?,
        _ source: ConfigurationSource?
    ) {
        let shown = key.isSecret && text != nil ? "<redacted>" : text
        let place = source ?? .builtIn(key: path.description)
        values.append(EffectiveValue(path: path.description, text: shown, source: place))
    }
}

/// Hears from the configuration library which layer answered last.
private final class Winner: AccessReporter {
    private let answered = Mutex<Int?>(nil)

    /// The layer's position, strongest first; nil when none had a value.
    var index: Int? { answered.withLock { $0 } }

    func report(_ event: AccessEvent) {
        let index = event.providerResults.firstIndex { result in
            if case .success(let found) = result.result { found.value != nil } else { false }
        }
        answered.withLock { $0 = index }
    }
}
