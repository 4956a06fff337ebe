import Cryptography
import Foundation

/// Passwords that nobody may choose because everybody does (NIST SP 800-63B-4 section 3.1.1.2).
///
/// Compared as a whole and without regard to case, after normalisation: `PassWord` is as common as `password`, but a
/// long sentence that contains it is not.
public struct BlockList: Sendable {
    private let entries: Set<String>
    /// Whether the passwords of ``builtIn`` are blocked as well. They are not among `entries`, so that making a list does not read them.
    private let hasCommon: Bool

    init(entries: Set<String>, hasCommon: Bool) {
        self.entries = entries
        self.hasCommon = hasCommon
    }

    /// A list that blocks nothing.
    public static let empty = BlockList(entries: [], hasCommon: false)

    /// Reads a file: UTF-8, one password per line, exactly as it stands there. Empty lines and lines that begin with
    /// `#` do not count; a password that begins with `#` is written with a backslash before it.
    ///
    /// - Throws: all faults, at most 20.
    public init(file bytes: [UInt8]) throws(BlockListFaults) {
        let (entries, faults) = Self.read(bytes)
        guard faults.isEmpty else { throw BlockListFaults(faults: faults) }
        self.init(entries: entries, hasCommon: false)
    }

    /// What is in a file, folded, and what is wrong with it.
    static func read(_ bytes: [UInt8]) -> (entries: Set<String>, faults: [BlockListFault]) {
        let escapedNumberSign = Array("\\#".utf8)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var entries = Set<String>(minimumCapacity: lines.count)
        var faults: [BlockListFault] = []
        var number = 0
        for var line in lines {
            number += 1
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            if line.starts(with: escapedNumberSign) { line.removeFirst() }
            guard faults.count < 20 else { break }
            guard line.count <= Password.maximumBytes else {
                faults.append(BlockListFault(line: number, reason: .tooLong))
                continue
            }
            guard !line.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                faults.append(BlockListFault(line: number, reason: .controlCharacter))
                continue
            }
            guard let text = String(validating: line, as: UTF8.self) else {
                faults.append(BlockListFault(line: number, reason: .notUTF8))
                continue
            }
            entries.insert(fold(text))
        }
        return (entries, faults)
    }

    /// This list and another.
    public func union(_ other: BlockList) -> BlockList {
        BlockList(entries: entries.union(other.entries), hasCommon: hasCommon || other.hasCommon)
    }

    /// How many different passwords it has.
    public var count: Int { hasCommon ? entries.union(Self.common).count : entries.count }

    /// Whether nobody may choose this password.
    public func contains(_ password: Password) -> Bool {
        let folded = Self.fold(password.text.reveal())
        return entries.contains(folded) || hasCommon && Self.common.contains(folded)
    }

    /// Lower case, and in Normalization Form C once more, since lower-casing can leave it.
    static func fold(_ text: String) -> String {
        // ASCII is in that form already, and so is its lower case: the built-in list is read in a fraction of the time.
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text.lowercased() }
        return text.precomposedStringWithCanonicalMapping.lowercased().precomposedStringWithCanonicalMapping
    }
}

/// What is wrong with one line of a block list.
public struct BlockListFault: Sendable, Hashable {
    /// What it is.
    public enum Reason: String, Sendable, CaseIterable {
        /// Not UTF-8.
        case notUTF8 = "not_utf8"
        /// A control character.
        case controlCharacter = "control_character"
        /// Longer than any password may be.
        case tooLong = "too_long"

        var words: String {
            switch self {
            case .notUTF8: "not UTF-8"
            case .controlCharacter: "holds a control character"
            case .tooLong: "longer than any password may be"
            }
        }
    }

    /// From 1.
    public let line: Int
    /// What it is.
    public let reason: Reason

    /// The fault in words, without the line's text.
    public var sentence: String { "line \(line): \(reason.words)" }
}

/// All that is wrong with a block list, as far as it was looked at.
public struct BlockListFaults: Error, Sendable, Hashable {
    /// In order of their lines; at least one.
    public let faults: [BlockListFault]
}
