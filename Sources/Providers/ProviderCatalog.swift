public import Accounts
import Foundation
public import YAML

/// All providers of a directory. An immutable value: a reload makes a new one.
public struct ProviderCatalog: Sendable {
    /// The providers, by id.
    public let providers: [Provider]
    /// Providers whose file says `issuer: configured` while the configuration names no issuer: they are off.
    public let awaitingIssuer: [ProviderID]

    /// The file of the linking policy, which lives in the same directory and is nobody's provider.
    public static let linkingPolicyFile = "linking-policy.yaml"

    /// The provider of this id.
    public subscript(id: ProviderID) -> Provider? { providers.first { $0.id == id } }

    /// Reads every `.yaml` file of a directory.
    ///
    /// - Parameters:
    ///   - directory: Path.
    ///   - issuers: Issuers for files that say `issuer: configured`, by provider id.
    ///   - substitutions: Stand-ins for endpoints, origin for origin, such as `https://accounts.google.com` to
    ///     `http://127.0.0.1:9401`. Development and tests only. Issuers stay as they are.
    ///   - allowsLoopbackHTTP: Whether issuers and endpoints may be plain http on loopback. Development only.
    /// - Returns: The providers without a fault, and every fault of every file. Start only when there is none.
    public static func load(
        directory: String,
        issuers: [String: String] = [:],
        substitutions: [String: String] = [:],
        allowsLoopbackHTTP: Bool = false
    ) -> (catalog: ProviderCatalog, diagnostics: [Diagnostic]) {
        let report = DiagnosticReport()
        func fault(_ file: String, _ message: String) {
            report.add(SourceLocation(file: file, line: 1, column: 1), message)
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            fault(directory, "the directory of provider files cannot be read")
            return (ProviderCatalog(providers: [], awaitingIssuer: []), report.diagnostics)
        }
        var files: [(name: String, text: String)] = []
        for name in names.sorted() where !name.hasPrefix(".") && name != linkingPolicyFile {
            let path = directory.hasSuffix("/") ? directory + name : directory + "/" + name
            if name.hasSuffix(".yml") { fault(path, "provider files end in .yaml") }
            guard name.hasSuffix(".yaml") else { continue }
            guard let bytes = FileManager.default.contents(atPath: path) else {
                fault(path, "the file cannot be read")
                continue
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                fault(path, "the file is not UTF-8")
                continue
            }
            files.append((path, text))
        }
        let (catalog, diagnostics) = load(
            files: files,
            issuers: issuers,
            substitutions: substitutions,
            allowsLoopbackHTTP: allowsLoopbackHTTP
        )
        return (catalog, (report.diagnostics + diagnostics).sorted { $0.location < $1.location })
    }

    /// Reads files that are already in memory; a file's name has to end in `<id>.yaml`.
    public static func load(
        files: [(name: String, text: String)],
        issuers: [String: String] = [:],
        substitutions: [String: String] = [:],
        allowsLoopbackHTTP: Bool = false
    ) -> (catalog: ProviderCatalog, diagnostics: [Diagnostic]) {
        let report = DiagnosticReport()
        let (origins, faults) = OriginSubstitutions.read(substitutions)
        for origin in faults {
            report.add(
                SourceLocation(file: "substitutions", line: 1, column: 1),
                "\"\(origin)\" has to be an origin, and its stand-in an https origin or one on loopback"
            )
        }
        let surroundings = ProviderFile.Surroundings(
            issuers: issuers,
            origins: origins,
            allowsLoopbackHTTP: allowsLoopbackHTTP
        )
        var providers: [Provider] = []
        var awaiting: [ProviderID] = []
        for (name, text) in files {
            switch ProviderFile.read(name: name, text: text, surroundings: surroundings, report: report) {
            case .provider(let provider): providers.append(provider)
            case .awaitingIssuer(let id): awaiting.append(id)
            case .faulty: break
            }
        }
        checkUniqueness(providers, report)
        return (
            ProviderCatalog(
                providers: providers.sorted { $0.id.description < $1.id.description },
                awaitingIssuer: awaiting
            ),
            report.diagnostics
        )
    }

    // Two files that share an issuer would share identity keys: one could sign in as the other's people (G01).
    private static func checkUniqueness(_ providers: [Provider], _ report: DiagnosticReport) {
        var owners: [String: ProviderID] = [:]
        for provider in providers {
            if let owner = owners[provider.issuer] {
                report.add(
                    SourceLocation(file: "\(provider.id).yaml", line: 1, column: 1),
                    "the issuer is already that of \"\(owner)\"; identities of two providers must not mix"
                )
            }
            owners[provider.issuer] = provider.id
        }
    }
}
