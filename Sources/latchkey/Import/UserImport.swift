import Accounts
import ArgumentParser
import Flows
import Foundation
import PostgresStore

/// The import of one file: what it is, whether it is sound, and only then its users.
struct UserImport {
    let file: ImportFile
    let store: PostgresStore
    let skipsExisting: Bool
    let isOnlyCheck: Bool

    /// Imports everything, or says what stops it and ends with exit code 1.
    func run() async throws {
        let fingerprint = try file.fingerprint()
        let progress = try await store.importProgress(of: fingerprint.hash)
        if let progress, progress.isFinished {
            return Console.output("\(file.path) was imported completely before: nothing to do.")
        }
        let linesDone = progress?.linesDone ?? 0
        guard linesDone <= fingerprint.lines else { throw changed }
        if linesDone > 0 { Console.output("\(linesDone) lines were imported before and are left out.") }
        let count = try await examine(fingerprint, linesDone: linesDone)
        guard !isOnlyCheck else {
            return Console.output("\(file.path): \(count.users) users can be imported\(leftOut(count.held)).")
        }
        let imported = try await take(fingerprint, from: linesDone)
        Console.output("\(imported.users) users imported\(leftOut(imported.held)).")
    }

    private func leftOut(_ count: Int) -> String { count == 0 ? "" : ", \(count) left out that are here already" }

    private var changed: StartFault { StartFault("\(file.path) changed while it was read: run it again") }

    // MARK: First pass

    private func examine(_ fingerprint: ImportFile.Fingerprint, linesDone: Int) async throws -> Tally {
        let tally = try await store.examiningImport { examination in
            var tally = Tally()
            var report = FaultReport(file: file.path)
            var line = ProgressLine("checked", of: fingerprint.lines)
            var reader = try file.reader()
            while let piece = try reader.next() {
                let (users, faults) = read(piece)
                let areDone = piece.lastLine <= linesDone
                let collisions = try await examination.add(users, areDone: areDone)
                let told = collisions.filter { !($0.isHeldHere && skipsExisting) }
                report.add(faults + told.map { ($0.line, $0.sentence) })
                let lost = Set(collisions.map(\.line)).count
                tally.held += lost
                if !areDone { tally.users += users.count - lost }
                line.advance(to: piece.lastLine)
            }
            line.end()
            report.end()
            tally.faults = report.count
            return tally
        }
        guard tally.faults == 0 else {
            Console.error("\(file.path): \(tally.faults) fault(s), nothing was imported.")
            throw ExitCode(1)
        }
        return tally
    }

    private func read(_ piece: ImportFile.Piece) -> (users: [ImportedUser], faults: [(Int, String)]) {
        let now = Int64(Date().timeIntervalSince1970)
        var users: [ImportedUser] = []
        var faults: [(Int, String)] = []
        for (number, bytes) in zip(piece.firstLine..., piece.lines) {
            guard let bytes else {
                faults.append((number, "the line is longer than \(UserImportLine.maximumBytes) bytes"))
                continue
            }
            // An empty line, such as one more at the end of a file, is nobody.
            if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            switch UserImportLine.read(bytes, number: number, now: now) {
            case .user(let user): users.append(user)
            case .faults(let sentences): faults += sentences.map { (number, $0) }
            }
        }
        return (users, faults)
    }

    // MARK: Second pass

    private func take(_ fingerprint: ImportFile.Fingerprint, from linesDone: Int) async throws -> Tally {
        var tally = Tally()
        var line = ProgressLine("imported", of: fingerprint.lines)
        var reader = try file.reader()
        var former = ImportFile.Fingerprint().hash
        for expected in fingerprint.pieces {
            // What was checked is what is imported, whatever became of the file in between.
            guard let piece = try reader.next(), piece.hash(after: former) == expected else { throw changed }
            former = expected
            if piece.lastLine > linesDone { try await take(piece, of: fingerprint, &tally) }
            line.advance(to: piece.lastLine)
        }
        line.end()
        return tally
    }

    private func take(
        _ piece: ImportFile.Piece,
        of fingerprint: ImportFile.Fingerprint,
        _ tally: inout Tally
    ) async throws {
        let users = read(piece).users
        let milliseconds = UInt64(max(0, Date().timeIntervalSince1970) * 1000)
        let batch = ImportBatch(
            file: fingerprint.hash,
            linesBefore: piece.firstLine - 1,
            linesAfter: piece.lastLine,
            isLast: piece.lastLine == fingerprint.lines,
            users: users
        )
        let ids = users.map { _ in UserID.fresh(milliseconds: milliseconds) }
        switch try await store.take(batch, ids: ids, skippingHeld: skipsExisting) {
        case .imported(let count):
            tally.users += count
            tally.held += users.count - count
        case .held(let collisions):
            var report = FaultReport(file: file.path)
            report.add(collisions.map { ($0.line, $0.sentence) })
            throw StartFault(
                "somebody signed up in the meantime: \(piece.firstLine - 1) lines are imported, run it again with "
                    + "--skip-existing for the rest"
            )
        case .overtaken:
            throw StartFault("\(file.path) is being imported by somebody else at this moment")
        }
    }

    /// What came of a pass.
    private struct Tally {
        var users = 0
        var held = 0
        var faults = 0
    }
}

extension ImportCollision {
    /// What the operator has to know; addresses stay in the file.
    fileprivate var sentence: String {
        switch claim {
        case .addressHeld: "the address belongs to a user who is here already (--skip-existing leaves it out)"
        case .idHeld: "the id belongs to a user who is here already (--skip-existing leaves it out)"
        case .addressOfLine(let line): "the address stands on line \(line) already"
        case .idOfLine(let line): "the id stands on line \(line) already"
        }
    }
}
