import Foundation
public import YAML

/// The apps of this installation.
public struct ClientRegistry: Sendable {
    private let byID: [ClientID: Client]

    /// Registers apps; of two with one id the first counts.
    public init(_ clients: [Client] = []) {
        byID = Dictionary(clients.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The app of this id.
    public subscript(_ id: ClientID) -> Client? { byID[id] }

    /// All apps, by id.
    public var all: [Client] { byID.values.sorted { $0.id.description < $1.id.description } }

    /// Reads all files `<id>.yaml` of a folder. A folder that is not there has no apps.
    public static func load(directory: String) -> (registry: ClientRegistry, diagnostics: [Diagnostic]) {
        let report = DiagnosticReport()
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) else {
            return (ClientRegistry(), [])
        }
        guard isDirectory.boolValue, let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            report.add(SourceLocation(file: directory, line: 1, column: 1), "the folder cannot be read")
            return (ClientRegistry(), report.diagnostics)
        }
        var clients: [Client] = []
        for name in names.sorted() where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
            let path = directory + "/" + name
            guard let data = FileManager.default.contents(atPath: path),
                let text = String(validating: data, as: UTF8.self)
            else {
                report.add(SourceLocation(file: path, line: 1, column: 1), "the file cannot be read as UTF-8")
                continue
            }
            if let client = ClientFile.read(name: path, text: text, report: report) { clients.append(client) }
        }
        return (ClientRegistry(clients), report.diagnostics)
    }
}
