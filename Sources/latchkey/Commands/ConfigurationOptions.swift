import ArgumentParser
import Foundation
import ServiceConfiguration

/// Where the settings come from; the same for every command that needs them.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "Configuration file. Default: $LATCHKEY_CONFIG, else ./latchkey.yaml if there is one.")
    var config: String?

    @Option(name: .long, help: "One setting, key=value; repeatable, wins over file and environment.")
    var set: [String] = []

    /// The configuration, or all its faults at once on standard error and an exit code other than 0.
    func load() throws -> LoadedConfiguration {
        switch ServiceConfiguration.load(
            file: config,
            environment: ProcessInfo.processInfo.environment,
            overrides: set
        ) {
        case .success(let loaded):
            for warning in loaded.warnings { Console.error("warning: \(warning)") }
            return loaded
        case .failure(let faults):
            Console.error("\(faults)")
            throw ExitCode(78)
        }
    }
}

/// Plain lines for people at a terminal.
enum Console {
    static func error(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    static func output(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}

/// Ends a command with one sentence and exit code 1.
struct StartFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Prints a fault's one sentence instead of a stack, and exits with 1.
func sayingFaults<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let fault as StartFault {
        Console.error("latchkey: \(fault)")
        throw ExitCode(1)
    }
}
