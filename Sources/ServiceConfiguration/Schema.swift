import Accounts
import YAML

/// Finds the declared key for a name somebody wrote.
enum Schema {
    /// A declared key, met under a concrete name.
    struct Match: Hashable {
        let key: ConfigurationKey
        /// Where the value belongs, without the `_file` of the name.
        let path: ConfigurationPath
        /// Whether the name is `<key>_file`, so that the value is the path of a file.
        let isFileForm: Bool
    }

    /// What a path of levels is.
    enum Place: Hashable {
        case setting(Match)
        case section
        case unknown
    }

    /// The declared keys beside their levels, which are asked for with every name in a file.
    private static let patterns = Settings.table.map { (key: $0, levels: $0.levels) }

    static func place(_ levels: [String]) -> Place {
        for (key, pattern) in patterns {
            if pattern.count == levels.count, fits(levels.dropLast(), pattern.dropLast()) {
                if fits(levels.suffix(1), pattern.suffix(1)) {
                    return .setting(Match(key: key, path: ConfigurationPath(levels), isFileForm: false))
                }
                if let bare = bareSecretName(of: levels, key) {
                    return .setting(Match(key: key, path: ConfigurationPath(bare), isFileForm: true))
                }
            }
        }
        let isSection = patterns.contains { _, pattern in
            pattern.count > levels.count && fits(levels[...], pattern.prefix(levels.count))
        }
        return isSection ? .section : .unknown
    }

    /// The setting an environment variable names. Levels are separated by the same underscore that words are, so every
    /// declared key is compared as a whole; a provider's id has no underscore, which keeps the answer unique.
    static func setting(environment name: String) -> Match? {
        let prefix = ConfigurationPath.environmentPrefix + "PROVIDERS_"
        for key in Settings.table {
            for (isFileForm, suffix) in [(false, ""), (true, "_FILE")] where key.isSecret || !isFileForm {
                guard let pattern = key.environmentName.map({ $0 + suffix }) else { continue }
                if !pattern.contains("<") {
                    if pattern == name { return Match(key: key, path: key.path(), isFileForm: isFileForm) }
                    continue
                }
                let tail = pattern.dropFirst(prefix.count + "<ID>".count)
                guard name.hasPrefix(prefix), name.hasSuffix(tail), name.count > prefix.count + tail.count else {
                    continue
                }
                let id = name.dropFirst(prefix.count).dropLast(tail.count)
                // Only the canonical spelling, or two variables could name one setting.
                guard !id.contains(where: { $0.isLowercase || $0 == "-" }) else { continue }
                let level = id.lowercased().replacing("_", with: "-")
                guard fits([level], ["<id>"]) else { continue }
                return Match(key: key, path: key.path(level), isFileForm: isFileForm)
            }
        }
        return nil
    }

    /// The declared name that was most likely meant, in the same depth or as a whole.
    static func suggestion(for levels: [String]) -> String? {
        let candidates = candidatePaths(like: levels)
        let prefixes = candidates.map { $0.prefix(levels.count).joined(separator: ".") }
        if let near = nearest(to: levels.joined(separator: "."), among: Set(prefixes)) { return near }
        let whole = Set(candidates.map { $0.joined(separator: ".") })
        if let near = nearest(to: levels.joined(separator: "_"), among: whole.map { $0.replacing(".", with: "_") }) {
            return whole.first { $0.replacing(".", with: "_") == near }
        }
        let sameEnd = whole.filter { $0.hasSuffix("." + (levels.last ?? "")) && !$0.contains("<") }
        return sameEnd.count == 1 ? sameEnd.first : nil
    }

    /// The variable that was most likely meant.
    static func suggestion(environment name: String) -> String? {
        let words = name.split(separator: "_").map { $0.lowercased() }
        // LATCHKEY_PROVIDERS_A_B_CLIENTID: the id may be A, or A-B.
        let ids = words.indices.dropFirst(2).map { words[2...$0].joined(separator: "-") }
        let candidates = (ids.isEmpty ? ["<id>"] : ids).flatMap { id in
            candidatePaths(like: ["providers", id]).map { ConfigurationPath($0).environmentName }
        }
        return nearest(to: name, among: Set(candidates.filter { !$0.contains("<") }))
    }

    private static func candidatePaths(like levels: [String]) -> [[String]] {
        Settings.table.flatMap { key in
            let filled = key.levels.enumerated().map { index, level in
                ConfigurationKey.isPlaceholder(level) && levels.indices.contains(index)
                    && fits([levels[index]], [level]) ? levels[index] : level
            }
            let fileForm = filled.dropLast() + [(filled.last ?? "") + "_file"]
            return key.isSecret ? [filled, Array(fileForm)] : [filled]
        }
    }

    private static func fits(_ levels: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
        zip(levels, pattern).allSatisfy { level, wanted in
            switch wanted {
            // `providers.directory` is a setting, so no provider can have that id.
            case "<id>": level != "directory" && ProviderID(level) != nil
            case "<origin>": true
            default: level == wanted
            }
        }
    }

    private static func bareSecretName(of levels: [String], _ key: ConfigurationKey) -> [String]? {
        guard key.isSecret, let last = levels.last, let wanted = key.levels.last, last == wanted + "_file" else {
            return nil
        }
        return levels.dropLast() + [wanted]
    }
}
