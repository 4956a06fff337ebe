import Foundation
import TestSupport
import Testing

/// Stacks of their own for what would disturb others. Each starts when its first test does.
enum Stacks {
    /// Two nodes with nobody else on them: for counting, comparing whole tables and misbehaving stand-ins.
    static func quiet() async throws -> Stack { try await quietStack.value }
    private static let quietStack = Task { try await Stack.start(nodes: 2) }

    /// The origin of ``https()``.
    static let httpsOrigin = "https://login.example.test"

    /// As it is reached in production: by https, with a registered address of another origin to return to, a privileged
    /// role, a provider that posts its answers, and a trusted proxy.
    static func https() async throws -> Stack { try await httpsStack.value }
    private static let httpsStack = Task { () throws -> Stack in
        let providers = try providerDirectory { name, text in
            name == "oidc-example.yaml"
                ? text.replacing("authorization:\n", with: "authorization:\n  response_mode: form_post\n") : text
        }
        return try await Stack.start(
            nodes: 1,
            settings: [
                "public_url=\(httpsOrigin)", "providers.directory=\(providers)", "linking.privileged_roles=admin",
                "sign_in.return_to=https://app.example.test/welcome?from=latchkey",
                "server.trusted_proxies=127.0.0.1/32",
            ],
            standInArguments: [
                "google/google", "github/github", "x/twitter", "oidc/oidc-example",
            ].flatMap { pair -> [String] in
                let halves = pair.split(separator: "/")
                return ["--redirect-uri", "\(halves[0])=\(httpsOrigin)/callback/\(halves[1])"]
            }
        )
    }

    /// A copy of the project's policy, changed as the test says.
    static func policyFile(_ change: (String) -> String) throws -> String {
        let text = try String(contentsOfFile: Stack.root + "/providers/linking-policy.yaml", encoding: .utf8)
        let name = "policy-\(Persona.freshSubject()).yaml"
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try Data(change(text).utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// A copy of the project's provider files, each changed as the test says.
    static func providerDirectory(_ change: (_ name: String, _ text: String) -> String) throws -> String {
        let files = FileManager.default
        let directory = files.temporaryDirectory.appendingPathComponent("providers-\(Persona.freshSubject())").path
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: Stack.root + "/providers") where name.hasSuffix(".yaml") {
            let text = try String(contentsOfFile: Stack.root + "/providers/" + name, encoding: .utf8)
            try Data(change(name, text).utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
        }
        return directory
    }
}

/// Suites that share ``Stacks/quiet()``: one test at a time.
@Suite("One at a time", .serialized, .enabled(if: Stack.isAvailable))
enum OneAtATime {}
