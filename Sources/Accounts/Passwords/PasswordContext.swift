/// What everybody may know about somebody who chooses a password here: the service's name, their address, their name.
struct PasswordContext {
    /// Shorter words appear in too many good passwords to mean anything.
    static let shortestWord = 4
    /// What has to remain without the words: the shortest password that any factor allows.
    static let shortestRest = 8

    /// Longest first, folded like a block list, without separators.
    private let words: [[Unicode.Scalar]]

    init(_ texts: [String]) {
        var words: Set<[Unicode.Scalar]> = []
        // Bounded, because names come from outside.
        for text in texts.prefix(16) {
            let folded = BlockList.fold(String(text.prefix(320)))
            let parts = folded.unicodeScalars.split { !Self.isWordCharacter($0) }.map(Array.init)
            let sides = folded.unicodeScalars.split(separator: "@").map { $0.filter(Self.isWordCharacter) }
            words.formUnion(parts + sides.map { Array($0) } + [parts.flatMap { $0 }])
        }
        self.words = words.filter { $0.count >= Self.shortestWord }
            .sorted { $0.count != $1.count ? $0.count > $1.count : $0.lexicographicallyPrecedes($1) }
    }

    /// True when one of the words is in the password and fewer than eight letters and digits remain without all of
    /// them.
    func dominates(_ password: String) -> Bool {
        var rest = BlockList.fold(password).unicodeScalars.filter(Self.isWordCharacter).map { $0 }
        let length = rest.count
        for word in words { rest = Self.remove(word, from: rest) }
        return rest.count < length && rest.count < Self.shortestRest
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func remove(_ word: [Unicode.Scalar], from text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var rest: [Unicode.Scalar] = []
        var start = 0
        while start < text.count {
            if text[start...].starts(with: word) {
                start += word.count
            } else {
                rest.append(text[start])
                start += 1
            }
        }
        return rest
    }
}
