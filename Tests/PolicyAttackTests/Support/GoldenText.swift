import Foundation
import TestSupport
import Testing

/// What a command is expected to print, in a file of its own. LATCHKEY_REGENERATE=1 writes the files anew, for somebody to read.
enum GoldenText {
    private static let folder = Stack.root + "/Tests/PolicyAttackTests/Golden/"
    private static let isRegenerating = ProcessInfo.processInfo.environment["LATCHKEY_REGENERATE"] != nil

    static func expect(_ run: CommandRun, _ name: String, files: [String], status: Int32 = 0) throws {
        // Warnings are about the configuration of the tests; each is said once.
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        let warnings = lines.filter { $0.hasPrefix("warning: ") }
        #expect(Set(warnings).count == warnings.count, "\(warnings)")
        let output = lines.filter { !$0.hasPrefix("warning: ") }.joined(separator: "\n")
        let text = "exit code \(run.status)\n" + normalised(output, files)
        #expect(run.status == status, "\(name): \(run.output)")
        let path = folder + name + ".txt"
        if isRegenerating {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } else {
            let golden = try String(contentsOfFile: path, encoding: .utf8)
            #expect(Array(text.utf8) == Array(golden.utf8), "\(name):\n\(text)")
        }
    }

    /// Without what differs from run to run: paths, ids that are not the seed's, times, hashes.
    private static func normalised(_ output: String, _ files: [String]) -> String {
        var text = output
        for path in files { text = text.replacing(path, with: "policy.yaml") }
        text = text.replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) { match in
            match.0.hasPrefix("00000000-0000-7000-8000-") ? String(match.0) : "<id>"
        }
        text = text.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "<time>")
        text = text.replacing(/\b[0-9a-f]{64}\b/, with: "<hash>")
        return text.replacing(/\d+ min ago/, with: "<n> min ago")
    }
}
