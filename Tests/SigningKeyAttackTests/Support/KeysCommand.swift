import Foundation
import JSON
import TestSupport

/// One run of `latchkey keys`.
struct KeysCommand: Sendable {
    /// A key as the command shows it.
    struct Key: Sendable, Hashable {
        let keyID: String
        let algorithm: String
        let place: String
    }

    let status: Int32
    let output: String

    init(_ arguments: [String], _ stack: Stack) async throws {
        let process = try ChildProcess(
            Stack.programs + "/latchkey",
            ["keys"] + arguments + stack.arguments,
            directory: Stack.root
        )
        status = try await process.ended()
        output = process.output
    }

    /// The keys of `--json`.
    func keys() throws -> [Key] {
        // Warnings about the configuration come first.
        let line = output.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
        return try JSONValue.parse(Array(line.utf8))["keys"]?.array?.map { key in
            Key(
                keyID: key["kid"]?.string ?? "",
                algorithm: key["algorithm"]?.string ?? "",
                place: key["place"]?.string ?? ""
            )
        } ?? []
    }

    static func list(_ stack: Stack) async throws -> [Key] {
        try await KeysCommand(["list", "--json"], stack).keys()
    }
}
