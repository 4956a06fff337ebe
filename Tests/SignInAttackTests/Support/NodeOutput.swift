import Foundation
import TestSupport

/// What the nodes of a stack have written so far, searched as bytes because there is much of it.
struct NodeOutput {
    private let bytes: Data

    init(_ stack: Stack) { bytes = Data(stack.nodes.map(\.process.output).joined(separator: "\n").utf8) }

    func contains(_ text: String) -> Bool { bytes.range(of: Data(text.utf8)) != nil }

    /// The lines that contain a text.
    func lines(with text: String) -> [String] {
        var lines: [String] = []
        var start = bytes.startIndex
        while let found = bytes.range(of: Data(text.utf8), in: start..<bytes.endIndex) {
            let newline = Data([UInt8(ascii: "\n")])
            let head = bytes.range(of: newline, options: .backwards, in: start..<found.lowerBound)?.upperBound ?? start
            let tail = bytes.range(of: newline, in: found.upperBound..<bytes.endIndex)?.lowerBound ?? bytes.endIndex
            lines.append(String(decoding: bytes[head..<tail], as: UTF8.self))
            start = tail
        }
        return lines
    }
}
