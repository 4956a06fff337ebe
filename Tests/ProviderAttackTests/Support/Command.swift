import Foundation
import TestSupport

/// A program that was run to its end, standard output and standard error apart.
struct Command: Sendable {
    let status: Int32
    let output: String
    let errors: String

    static func run(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> Command {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Stack.root)
        var inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LATCHKEY_") }
        inherited.merge(environment) { _, new in new }
        process.environment = inherited
        process.standardInput = FileHandle.nullDevice
        // Files, not pipes: a full pipe would stop the program, and a daemon it leaves behind would keep a pipe open.
        let folder = FileManager.default.temporaryDirectory
        let files = ["out", "err"].map {
            folder.appendingPathComponent("command-\(UInt64.random(in: .min ... .max)).\($0)")
        }
        for file in files { try Data().write(to: file) }
        let handles = try files.map { try FileHandle(forWritingTo: $0) }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        // Not `waitUntilExit`: that would hold one of the few threads all tests share.
        _ = try await eventually("\(path) to end") { process.isRunning ? nil : true }
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        for file in files { try? FileManager.default.removeItem(at: file) }
        return Command(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    /// Runs `latchkey` with these arguments.
    static func latchkey(_ arguments: [String], environment: [String: String] = [:]) async throws -> Command {
        try await run(Stack.programs + "/latchkey", arguments, environment: environment)
    }
}
