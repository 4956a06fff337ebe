import Administration
import Foundation
import Logging
import PolicyLanguage
import ServiceConfiguration
import ServiceLifecycle
import UnixSignals

/// The policy of this node: its file is watched, changes elsewhere are listened for, and SIGHUP looks at the file at once.
struct PolicyService: Service {
    let loader: PolicyLoader

    func run() async throws {
        // Trapped for as long as the node runs, so that a SIGHUP never ends it.
        let hangUps = await UnixSignalsSequence(trapping: .sighup)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await loader.run() }
                group.addTask {
                    for await _ in hangUps { await loader.reload() }
                }
                await group.waitForAll()
            }
        }
    }
}

/// Until the node listens to it, SIGHUP means nothing.
func ignoreHangUps() { signal(SIGHUP, SIG_IGN) }

/// The policy's file, as the configuration names it.
func policyFile(_ configuration: ServiceConfiguration) -> PolicyFile {
    let path = configuration.linking.policyFile ?? ServiceConfiguration.Linking.defaultPolicyFile
    return PolicyFile(path: path, isRequired: configuration.linking.policyFile != nil) { policyFileContents(path) }
}

/// What is in a policy's file at this moment. Never more than a policy may be long.
func policyFileContents(_ path: String) -> PolicyFile.Contents {
    guard let handle = FileHandle(forReadingAtPath: path) else {
        return FileManager.default.fileExists(atPath: path) ? .unreadable("it cannot be read") : .absent
    }
    defer { try? handle.close() }
    do {
        let data = try handle.read(upToCount: PolicyDocument.maximumBytes + 1) ?? Data()
        guard data.count <= PolicyDocument.maximumBytes else {
            return .unreadable("it is larger than \(PolicyDocument.maximumBytes) bytes")
        }
        guard let text = String(validating: data, as: UTF8.self) else { return .unreadable("it is not UTF-8") }
        return .text(text)
    } catch {
        return .unreadable("it cannot be read")
    }
}
