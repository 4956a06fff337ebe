import Foundation
import Synchronization

/// A program under test, with its output kept, ended with the test run at the latest.
public final class ChildProcess: Sendable {
    private struct State: ~Copyable {
        let process: Process
        var output: [UInt8] = []
        /// Whether nothing more can come.
        var isDrained = false
    }

    private let state: Mutex<State>

    /// Starts a program.
    public init(_ path: String, _ arguments: [String], environment: [String: String] = [:], directory: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        var inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("LATCHKEY_") }
        inherited.merge(environment) { _, new in new }
        process.environment = inherited
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        state = Mutex(State(process: process))
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                self?.state.withLock { $0.isDrained = true }
                return
            }
            self?.append(Array(data))
        }
        try process.run()
    }

    private func append(_ bytes: [UInt8]) { state.withLock { $0.output.append(contentsOf: bytes) } }

    /// Everything written to standard output and standard error so far.
    public var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }

    /// How many bytes have been written so far; see ``output(after:)``.
    public var outputSize: Int { state.withLock { $0.output.count } }

    /// What was written after a point, which is cheaper than everything for a talkative program.
    public func output(after start: Int) -> String {
        state.withLock { String(decoding: $0.output.dropFirst(start), as: UTF8.self) }
    }

    /// Process id.
    public var processID: Int32 { state.withLock { $0.process.processIdentifier } }

    /// Whether it still runs.
    public var isRunning: Bool { state.withLock { $0.process.isRunning } }

    /// Exit status once it has ended.
    public var exitStatus: Int32? {
        state.withLock { $0.process.isRunning ? nil : $0.process.terminationStatus }
    }

    /// Sends a signal.
    public func signal(_ number: Int32) { kill(processID, number) }

    /// Waits until it has ended and all it wrote has been read.
    public func ended(within seconds: Double = 120) async throws -> Int32 {
        let status = try await eventually(within: seconds, "process to end") { self.exitStatus }
        // What it started may still hold its output: that is not waited for long.
        _ = try? await eventually(within: 30, "the rest of its output") {
            self.state.withLock { $0.isDrained } ? true : nil
        }
        return status
    }

    deinit {
        state.withLock { if $0.process.isRunning { kill($0.process.processIdentifier, SIGKILL) } }
    }
}

/// What a condition that did not come true was.
public struct NeverHappened: Error, CustomStringConvertible {
    /// The condition.
    public let description: String

    /// Names the condition.
    public init(description: String) { self.description = description }
}

/// Asks again and again until there is an answer; the pause is short and the limit only ends a hopeless wait.
public func eventually<Value>(
    within seconds: Double = 120,
    _ what: String,
    _ condition: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if let value = try await condition() { return value }
        guard ContinuousClock.now < deadline else { throw NeverHappened(description: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}
