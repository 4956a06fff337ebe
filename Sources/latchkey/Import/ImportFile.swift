import Cryptography
import Foundation

/// A file of lines, read piece by piece: never more than one piece of it is in memory.
struct ImportFile {
    /// Lines that are checked and taken over together.
    static let linesInPiece = 500

    /// Some lines that follow each other.
    struct Piece {
        /// The number of the first one, from 1.
        let firstLine: Int
        /// Their bytes without the line feed; nil for one that is too long.
        var lines: [[UInt8]?]

        /// The number of the last one.
        var lastLine: Int { firstLine + lines.count - 1 }

        /// SHA-256 of the hash of all pieces before and of this one.
        func hash(after former: [UInt8]) -> [UInt8] {
            var bytes = former
            for line in lines {
                bytes.append(contentsOf: line ?? [])
                bytes.append(line == nil ? 0 : UInt8(ascii: "\n"))
            }
            return SHA2.sha256(bytes)
        }
    }

    /// What identifies the content of a file, and each of its pieces.
    struct Fingerprint {
        /// One hash for each piece, over everything up to its end.
        fileprivate(set) var pieces: [[UInt8]] = []
        /// Number of lines.
        fileprivate(set) var lines = 0

        /// The whole content.
        var hash: [UInt8] { pieces.last ?? SHA2.sha256([]) }
    }

    /// Where it is, as it was named.
    let path: String

    /// Reads everything once.
    func fingerprint() throws(StartFault) -> Fingerprint {
        var fingerprint = Fingerprint()
        var pieces = try reader()
        while let piece = try pieces.next() {
            fingerprint.pieces.append(piece.hash(after: fingerprint.hash))
            fingerprint.lines = piece.lastLine
        }
        return fingerprint
    }

    /// Reads from the beginning.
    func reader() throws(StartFault) -> Reader {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw StartFault("\(path) cannot be read") }
        return Reader(path: path, handle: handle)
    }

    /// Reads pieces one after the other.
    struct Reader {
        let path: String
        let handle: FileHandle
        private var buffer: [UInt8] = []
        private var position = 0
        private var isAtEnd = false
        private var nextLine = 1

        init(path: String, handle: FileHandle) {
            self.path = path
            self.handle = handle
        }

        /// The next piece; nil at the end.
        mutating func next() throws(StartFault) -> Piece? {
            var piece = Piece(firstLine: nextLine, lines: [])
            while piece.lines.count < ImportFile.linesInPiece, let line = try line() { piece.lines.append(line) }
            guard !piece.lines.isEmpty else { return nil }
            nextLine += piece.lines.count
            return piece
        }

        /// A line, nil inside for one that is too long; nil at the end of the file.
        private mutating func line() throws(StartFault) -> [UInt8]?? {
            var line: [UInt8] = []
            var isTooLong = false
            var isEmpty = true
            while true {
                let rest = buffer[position...]
                let end = rest.firstIndex(of: UInt8(ascii: "\n"))
                let part = rest[..<(end ?? rest.endIndex)]
                if line.count + part.count > UserImportLine.maximumBytes { isTooLong = true }
                if !isTooLong { line.append(contentsOf: part) }
                isEmpty = isEmpty && part.isEmpty && end == nil
                position = end.map { $0 + 1 } ?? rest.endIndex
                if end == nil, try fill() { continue }
                if isEmpty { return nil }
                return .some(isTooLong ? nil : line)
            }
        }

        /// More bytes; false at the end of the file.
        private mutating func fill() throws(StartFault) -> Bool {
            guard !isAtEnd else { return false }
            do {
                let data = try handle.read(upToCount: 65_536) ?? Data()
                buffer = [UInt8](data)
            } catch {
                throw StartFault("\(path) cannot be read")
            }
            position = 0
            isAtEnd = buffer.isEmpty
            return !isAtEnd
        }
    }
}
