import Foundation

/// The stand-ins' control API (`GET /` on the control port lists all of it).
public struct StandIns: Sendable {
    /// Ports of the stand-ins.
    public struct Ports: Sendable {
        /// Control API.
        public let control: Int
        /// Google.
        public let google: Int
        /// GitHub.
        public let github: Int
        /// X.
        public let x: Int
        /// The generic OpenID Provider.
        public let oidc: Int

        /// Reads the line a ready `mock-provider` prints.
        init?(from output: String) {
            for line in output.split(separator: "\n") where line.hasPrefix("{\"ready\"") {
                guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                    let ports = object["ports"] as? [String: Int], let control = ports["control"],
                    let google = ports["google"], let github = ports["github"], let x = ports["x"],
                    let oidc = ports["oidc"]
                else { continue }
                self.control = control
                self.google = google
                self.github = github
                self.x = x
                self.oidc = oidc
                return
            }
            return nil
        }
    }

    /// Ports.
    public let ports: Ports

    /// Any call; the body is JSON text. Fails on any answer that is not 2xx.
    @discardableResult
    public func call(_ method: String, _ target: String, _ json: String? = nil) async throws -> String {
        let control = Browser(port: ports.control, origin: "http://127.0.0.1:\(ports.control)")
        let answer = try await control.send(
            method,
            target,
            headers: ["Content-Type": "application/json"],
            body: json.map { Array($0.utf8) } ?? (method == "GET" ? nil : [])
        )
        guard (200..<300).contains(answer.status) else {
            throw NeverHappened(description: "\(method) \(target): \(answer.status) \(answer.text)")
        }
        return answer.text
    }

    /// Follows an authorization request as the person's browser would, up to the redirect back; returns the callback's
    /// path and query. Consent is given by the control API beforehand, or by a `login_hint` it knows.
    public func authorize(_ location: String) async throws -> String {
        guard let url = URLComponents(string: location), let port = url.port else {
            throw NeverHappened(description: "an authorization request: \(location)")
        }
        let target = url.percentEncodedPath + "?" + (url.percentEncodedQuery ?? "")
        let person = Browser(port: port, origin: "http://127.0.0.1:\(port)")
        let answer = try await person.get(target)
        guard let back = answer.header("location"), let callback = URLComponents(string: back) else {
            throw NeverHappened(description: "a redirect back: \(answer.status) \(answer.text.prefix(300))")
        }
        return callback.percentEncodedPath + "?" + (callback.percentEncodedQuery ?? "")
    }
}
