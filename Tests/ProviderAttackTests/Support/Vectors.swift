import Foundation
import TestSupport

/// The JSON corpus: files named `y_…` are good JSON, `n_…` are not, `i_…` may be either.
enum Vectors {
    /// Names of the corpus' files; empty, with one line said, when it is not here.
    static let json: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/json"))?.filter {
            $0.hasSuffix(".json")
        }
        guard let names, !names.isEmpty else {
            print("test vectors not found: skipped; set LATCHKEY_TEST_VECTORS")
            return []
        }
        return names.sorted()
    }()

    /// One file's bytes.
    static func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder + "/json/" + name))
    }

    private static let folder =
        ProcessInfo.processInfo.environment["LATCHKEY_TEST_VECTORS"]
        ?? URL(fileURLWithPath: Stack.root).deletingLastPathComponent().appendingPathComponent("shared/vectors").path
}

/// Memory of a process, in KiB, as the kernel counts it.
struct Memory: Sendable {
    /// Now in memory.
    let resident: Int
    /// The most there ever was.
    let peak: Int

    init(of process: ChildProcess) throws {
        let status = try String(contentsOfFile: "/proc/\(process.processID)/status", encoding: .utf8)
        func value(_ name: String) -> Int {
            status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
                .flatMap { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } }
                ?? 0
        }
        resident = value("VmRSS")
        peak = value("VmHWM")
    }
}
