import Configuration
import Cryptography

/// What one layer holds: settings by path, as text, each with its place.
struct Layer: Sendable {
    /// One text, or one element of a list. Wrapped before anybody knows whether it is secret, so that nothing untyped
    /// can be printed.
    struct Item: Sendable, Hashable {
        let text: Secret
        let source: ConfigurationSource

        init(_ text: String, _ source: ConfigurationSource) {
            self.text = Secret(text)
            self.source = source
        }
    }

    /// One setting as written.
    struct Written: Sendable, Hashable {
        let key: ConfigurationKey
        /// Whether the text is the path of a file that holds the value.
        let isFileForm: Bool
        /// Exactly one unless the key is a list.
        let items: [Item]
        let source: ConfigurationSource
    }

    /// Name of the layer.
    let name: String
    /// Everything written in it.
    private(set) var written: [ConfigurationPath: Written] = [:]
    /// What is wrong in it.
    private(set) var faults: [ConfigurationFault] = []

    init(name: String) { self.name = name }

    /// Notes a fault.
    mutating func fail(_ code: ConfigurationFault.Code, at source: ConfigurationSource, _ message: String) {
        faults.append(ConfigurationFault(code, at: source, message))
    }

    /// Notes a setting; the later of two wins. A secret and its file in the same layer contradict each other.
    mutating func put(_ match: Schema.Match, _ items: [Item], at source: ConfigurationSource) {
        if let earlier = written[match.path], earlier.isFileForm != match.isFileForm {
            fail(.conflict, at: source, "write either \"\(match.path)\" or \"\(match.path)_file\", not both")
            return
        }
        written[match.path] = Written(key: match.key, isFileForm: match.isFileForm, items: items, source: source)
    }

    /// Notes a setting that arrived as one text: lists are separated by commas, an empty text is an empty list.
    mutating func put(_ match: Schema.Match, text: String, at source: ConfigurationSource) {
        guard match.key.isList, !match.isFileForm else { return put(match, [Item(text, source)], at: source) }
        let isEmpty = text.allSatisfy(\.isWhitespace)
        let elements = isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
        put(match, elements.map { Item(String($0.trimmed), source) }, at: source)
    }

    /// The layer as the configuration library takes it.
    var provider: InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (path, written) in written {
            let texts = written.items.map { $0.text.reveal() }
            let content: ConfigContent = written.key.isList ? .stringArray(texts) : .string(texts.first ?? "")
            // The library's own reporters log whatever is not marked.
            values[AbsoluteConfigKey(path.components)] = ConfigValue(content, isSecret: written.key.isSecret)
        }
        return InMemoryProvider(name: name, values: values)
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }
}

/// A name for a message: quoted when it looks like a name, and nothing when it may be a value in the wrong place
/// (`--set postgres://user:password@host`).
func quoted(_ name: String) -> String? {
    let isName = name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
    }
    return isName && (1...96).contains(name.utf8.count) ? "\"\(name)\"" : nil
}
