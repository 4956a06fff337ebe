extension Layer {
    /// Reads the `--set key=value` options; of two for the same key the later one wins.
    static func commandLine(_ options: [String]) -> Layer {
        var layer = Layer(name: "command line")
        for (index, option) in options.enumerated() {
            let ordinal = ConfigurationSource.commandLine("#\(index + 1)")
            guard let equals = option.firstIndex(of: "=") else {
                layer.fail(.malformed, at: ordinal, "has to be key=value")
                continue
            }
            let name = String(option[..<equals])
            let source = quoted(name) == nil ? ordinal : ConfigurationSource.commandLine(name)
            let levels = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            switch Schema.place(levels) {
            case .setting(let match) where match.key.isFileOnly:
                layer.fail(.notAllowed, at: source, "\"development.origins\" can only be written in the file")
            case .setting(let match):
                layer.put(match, text: String(option[option.index(after: equals)...]), at: source)
            case .section:
                layer.fail(.unknownKey, at: source, "is a group of settings; name one of them")
            case .unknown:
                if let moved = RetiredSettings.explanation(of: name) {
                    layer.fail(.unknownKey, at: source, moved)
                    continue
                }
                let hint = quoted(name).map { _ in didYouMean(Schema.suggestion(for: levels)) } ?? ""
                layer.fail(.unknownKey, at: source, "unknown key\(hint)")
            }
        }
        return layer
    }
}
