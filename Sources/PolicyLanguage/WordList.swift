import YAML

extension ValueReader {
    /// One of the given words; another one is a fault that repeats it and says which there are.
    func word(among words: [String]) -> String? {
        guard let text = string() else { return nil }
        guard !words.contains(text) else { return text }
        let hint = nearest(to: text, among: words).map { " (did you mean \"\($0)\"?)" } ?? ""
        fail("\"\(path)\" is \(VisibleText.quoted(text)); it has to be one of \(words.joined(separator: ", "))\(hint)")
        return nil
    }

    /// A value, or a list of 1 to `maximum` different ones; nil and faults when any of them cannot be read.
    ///
    /// An empty list would be a condition that never holds, and so a rule that never applies.
    func oneOrMore<Value: Hashable>(maximum: Int, _ read: (ValueReader) -> Value?) -> Set<Value>? {
        guard case .sequence(let elements) = node.content else { return read(self).map { [$0] } }
        guard !elements.isEmpty else {
            fail("\"\(path)\" is an empty list; leave the key out, or name at least one")
            return nil
        }
        guard elements.count <= maximum, let values = list() else {
            fail("\"\(path)\" has \(elements.count) values; at most \(maximum) are allowed")
            return nil
        }
        var found: Set<Value> = []
        var isClean = true
        for value in values {
            guard let element = read(value) else {
                isClean = false
                continue
            }
            if !found.insert(element).inserted {
                value.fail("\"\(value.path)\" is in the list already")
                isClean = false
            }
        }
        return isClean ? found : nil
    }
}
