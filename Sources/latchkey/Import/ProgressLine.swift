import Foundation

/// How far a long task has come: one line that is written over on a terminal, one for each tenth elsewhere.
struct ProgressLine {
    private let done: String
    private let whole: Int
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var tenth = 0

    /// - Parameters:
    ///   - done: what happened to the lines, such as `checked`.
    ///   - whole: how many there are.
    init(_ done: String, of whole: Int) {
        self.done = done
        self.whole = whole
    }

    /// So many are done.
    mutating func advance(to count: Int) {
        let (tenth, percent) = (count * 10 / max(1, whole), count * 100 / max(1, whole))
        if isTerminal {
            FileHandle.standardOutput.write(Data("\r\(done) \(count) of \(whole) lines (\(percent) %)".utf8))
        } else if tenth > self.tenth {
            Console.output("\(done) \(count) of \(whole) lines (\(percent) %)")
        }
        self.tenth = tenth
    }

    /// Leaves the line.
    func end() {
        if isTerminal, whole > 0 { FileHandle.standardOutput.write(Data("\n".utf8)) }
    }
}
