import Accounts
import Cryptography
import Foundation
import TestSupport
import Testing

extension Browser {
    /// Switches a second step on in a browser that is signed in; its secret and recovery codes.
    func enrol() async throws -> (TOTPSecret, [String]) {
        func json(_ path: String, _ members: [String: String]) async throws -> [String: Any] {
            let answer = try await send(
                "POST",
                path,
                headers: [
                    "Origin": "@own", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json",
                    "Accept": "application/json",
                ],
                body: Array(try JSONSerialization.data(withJSONObject: members))
            )
            let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
            guard answer.status == 200, let object else {
                throw NeverHappened(description: "\(path): \(answer.status) \(answer.text)")
            }
            return object
        }
        let text = try await json("/v1/account/second-factor", [:])["secret"] as? String ?? ""
        let secret = try #require(Base32.decode(text).flatMap { TOTPSecret(stored: $0) })
        let codes = try await json("/v1/account/second-factor/confirm", ["code": secret.code(-1)])["recovery_codes"]
        return (secret, codes as? [String] ?? [])
    }
}

extension TOTPSecret {
    /// What an app shows now, or so many steps away.
    func code(_ steps: Int64 = 0) -> String {
        TOTP(self).code(at: TOTP.step(at: Int64(Date().timeIntervalSince1970)) + steps)
    }
}
