import Accounts
import Administration
import ArgumentParser
import Foundation
import JSON
import PolicyLanguage
import PostgresStore
import ServiceConfiguration
import Synchronization

/// The operator's side over the database of the configuration, for as long as `body` takes.
func withAdministration(
    _ options: ConfigurationOptions,
    json: Bool = false,
    _ body: @Sendable (AdministrationServices) async throws(PolicyFailure) -> Void
) async throws {
    let configuration = try options.load().configuration
    try await withStore(configuration) { store in
        let providers = try configuredProviders(configuration)
        let services = administrationServices(configuration, store: store, providers: providers)
        try await sayingPolicyFaults(json: json) { () async throws(PolicyFailure) in try await body(services) }
    }
}

/// Says what went wrong, in lines or as JSON, and exits with 1.
func sayingPolicyFaults<Value>(json: Bool, _ body: () async throws(PolicyFailure) -> Value) async throws -> Value {
    do throws(PolicyFailure) {
        return try await body()
    } catch {
        if json {
            Console.output([
                "error": .string(error.code), "title": .string(error.description), "details": .texts(error.details),
            ])
        } else {
            for line in error.details { Console.error(line) }
            Console.error("latchkey: \(error)")
        }
        throw ExitCode(1)
    }
}

/// A policy's file, checked.
func readPolicy(_ path: String) throws(PolicyFailure) -> PolicyDocument {
    switch policyFileContents(path) {
    case .absent: throw .faulty(["\(path): there is no such file"])
    case .unreadable(let why): throw .faulty(["\(path): \(why)"])
    case .text(let text): return try PolicyDocument.checked(text, file: path)
    }
}

/// Whoever runs this, as far as this machine knows: the author of what nobody else signs.
func operatorName() -> String {
    let environment = ProcessInfo.processInfo.environment
    let name = environment["SUDO_USER"] ?? environment["USER"] ?? NSUserName()
    return name.isEmpty ? "operator" : String(name.prefix(64))
}

/// Whoever is named as the author has to fit into a version.
func checkAuthor(_ author: String?) throws {
    guard author.map({ (1...64).contains($0.count) }) ?? true else {
        throw ValidationError("--author is 1 to 64 characters long")
    }
}

/// A version in one line.
func headline(_ version: PolicyVersion) -> String {
    let reason = version.reason.isEmpty ? "" : ": \(version.reason)"
    return
        "version \(version.number)  \(version.createdAt.text)  \(version.author) (\(version.source.rawValue))\(reason)"
}

/// A version that has just come into force.
func show(_ version: PolicyVersion, json: Bool) {
    guard !json else { return Console.output(version.json(withText: false)) }
    Console.output("Version \(version.number) is in force.")
    for line in version.difference.split(separator: "\n") { Console.output("  \(line)") }
}

/// Decisions, one a line.
func show(_ decisions: [RecordedDecision], json: Bool) {
    guard !json else { return Console.output(["decisions": .array(decisions.map(\.json))]) }
    for decision in decisions { Console.output("\(decision.id)  \(decision.decidedAt.text)  \(decision.sentence)") }
    if decisions.isEmpty { Console.error("There are no such decisions.") }
}

extension Console {
    /// One JSON value on a line of its own.
    static func output(_ json: JSONValue) { output(json.serialized()) }

    /// A text as it is.
    static func output(_ text: String, end: String) {
        FileHandle.standardOutput.write(Data((text + end).utf8))
    }
}

/// How far a plan has come, on standard error: a line that is written over on a terminal, one for each tenth elsewhere.
final class PlanProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let last = Mutex("")

    func show(_ progress: PlanPolicy.Progress) {
        let whole = max(progress.whole, progress.done)
        let percent = whole == 0 ? 100 : progress.done * 100 / whole
        let line =
            isTerminal
            ? "\r\(bar(percent)) \(progress.done) \(progress.what)   "
            : "\(progress.what): \(percent / 10 * 10) %"
        let isNew = last.withLock { last in
            defer { last = line }
            return last != line
        }
        if isNew { FileHandle.standardError.write(Data((line + (isTerminal ? "" : "\n")).utf8)) }
    }

    func end() {
        if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }

    private func bar(_ percent: Int) -> String {
        let full = min(20, percent / 5)
        return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: 20 - full) + "]"
    }
}

/// Something that happened or not.
final class OnceSet: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}
