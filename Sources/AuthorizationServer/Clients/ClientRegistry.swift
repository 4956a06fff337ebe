import Foundation
import JSON
import Synchronization
public import YAML

/// The apps of this installation: those of files, as they were when the node started, and those of the store, as it has them.
///
/// One object that everything reads from, and whose contents are replaced as a whole, so that nobody goes on with apps of
/// yesterday.
public final class ClientRegistry: Sendable {
    private struct Contents {
        var byID: [ClientID: RegisteredClient]
        var addresses: ClientAddresses
    }

    /// The apps of files. They come before apps of the store with the same id.
    public let files: [ClientID: RegisteredClient]
    private let contents: Mutex<Contents>

    /// Registers apps of files; of two with one id the first counts.
    public init(_ files: [RegisteredClient]) {
        self.files = Dictionary(files.map { ($0.client.id, $0) }) { first, _ in first }
        contents = Mutex(Contents(byID: self.files, addresses: ClientAddresses(self.files.values.map(\.client))))
    }

    /// Registers apps of which nothing but what they are is known.
    public convenience init(_ clients: [Client] = []) {
        self.init(clients.map { RegisteredClient($0, definition: [:]) })
    }

    /// The app of this id.
    public subscript(_ id: ClientID) -> Client? { contents.withLock { $0.byID[id]?.client } }

    /// All apps, by id.
    public var all: [Client] {
        contents.withLock { $0.byID.values.map(\.client) }.sorted { $0.id.description < $1.id.description }
    }

    /// Where apps live in browsers and on devices.
    public var addresses: ClientAddresses { contents.withLock { $0.addresses } }

    /// Puts other apps of the store in place of those that were there.
    func replace(stored: [RegisteredClient]) {
        let byID = files.merging(stored.map { ($0.client.id, $0) }) { file, _ in file }
        let addresses = ClientAddresses(byID.values.map(\.client))
        contents.withLock { $0 = Contents(byID: byID, addresses: addresses) }
    }

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
        var clients: [RegisteredClient] = []
        for name in names.sorted() where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
            let path = directory + "/" + name
            if let client = RegisteredClient.read(file: path, report: report) { clients.append(client) }
        }
        return (ClientRegistry(clients), report.diagnostics)
    }
}
