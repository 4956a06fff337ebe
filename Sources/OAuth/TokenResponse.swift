public import Cryptography
import JSON

/// A successful answer of a token endpoint (RFC 6749 §5.1).
public struct TokenResponse: Sendable {
    /// The access token: visible ASCII, so that it cannot break out of a header.
    public let accessToken: Secret
    /// The ID token, not verified; nil when there is none.
    public let idToken: Secret?
    /// A refresh token nobody asked for (GitHub's expiring tokens); drop it unless it is needed (C13).
    public let refreshToken: Secret?
    /// What was granted, split at spaces and commas; nil when the provider does not say. Google spells `email` as a URL:
    /// never compare with what was asked for without mapping.
    public let scopes: [String]?
    /// Lifetime in seconds; nil when missing or senseless, which is not an error (C09).
    public let expiresIn: Int64?
    /// Whether the provider named a lifetime of zero or less, which says nothing but that it is not long.
    public let isSaidToHaveEnded: Bool

    /// Longest accepted token, in bytes.
    public static let maximumTokenBytes = 16_384

    /// Reads an answer by its declared content type. A status of 200 is not yet a success: GitHub reports errors that way
    /// with an `error` member, Slack with `ok: false` (C07).
    public static func parse(_ response: OutboundResponse) throws(TokenFault) -> TokenResponse {
        let retryAfter = RetryAfter.seconds(response)
        guard response.status == 200 else {
            // A non-success may still explain itself; an unreadable explanation is not a second error.
            let members = try? TokenMembers(response)
            let known = members?.error.map { TokenFault.reason(forError: $0.code) }
            let reason: TokenFault.Reason =
                switch response.status {
                case 429: .rateLimited
                case 500...599: .unavailable
                case 300...399: .redirected
                default: known ?? .unexpectedStatus
                }
            throw TokenFault(reason, retryAfter: retryAfter, text: members?.error?.text)
        }
        let members = try TokenMembers(response)
        if let error = members.error {
            throw TokenFault(TokenFault.reason(forError: error.code), retryAfter: retryAfter, text: error.text)
        }
        guard let accessToken = try members.token("access_token") else { throw TokenFault(.missingAccessToken) }
        // RFC 6749 §5.1: case-insensitive. A "mac" or "DPoP" token is nothing we could use correctly.
        guard try members.text("token_type")?.lowercased() == "bearer" else { throw TokenFault(.unexpectedTokenType) }
        let scopes = try members.text("scope").map {
            $0.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }.map { String(Substring($0)) }
        }
        return TokenResponse(
            accessToken: accessToken,
            idToken: try members.token("id_token"),
            refreshToken: try members.token("refresh_token"),
            scopes: scopes,
            expiresIn: members.seconds("expires_in").flatMap { (1...(10 * 366 * 86_400)).contains($0) ? $0 : nil },
            isSaidToHaveEnded: members.seconds("expires_in").map { $0 <= 0 } ?? false
        )
    }
}

/// The members of a token answer, from JSON or from a form.
private struct TokenMembers {
    private enum Body {
        case json(JSONObject)
        case form(FormParameters)
    }

    private let body: Body

    init(_ response: OutboundResponse) throws(TokenFault) {
        switch response.mediaType {
        // A body is what its declared type says: JSON that calls itself text/html is somebody's error page (C06).
        case "application/json":
            guard let value = try? JSONValue.parse(response.body), let object = value.object else {
                throw TokenFault(.malformedBody)
            }
            body = .json(object)
        case "application/x-www-form-urlencoded":
            let limits = FormURLEncoded.Limits(bytes: 65_536)
            guard let form = try? FormURLEncoded.parse(response.body, limits: limits) else {
                throw TokenFault(.malformedBody)
            }
            body = .form(form)
        default: throw TokenFault(.unexpectedContentType)
        }
    }

    /// The error, whatever shape it has: a string at token endpoints, an object in Google's and Facebook's APIs.
    var error: (code: String, text: ProviderText)? {
        switch body {
        case .form(let form):
            return form["error"].map { ($0, Self.text($0, form["error_description"])) }
        case .json(let object):
            switch object["error"] {
            case .string(let code): return (code, Self.text(code, object["error_description"]?.string))
            case .object(let inner):
                let code = inner["status"]?.string ?? inner["type"]?.string ?? "object"
                return (code, Self.text(code, inner["message"]?.string))
            case nil, .null: return object["ok"]?.bool == false ? ("not_ok", ProviderText("not_ok")) : nil
            default: return ("other", ProviderText("other"))
            }
        }
    }

    /// A string member; nil when missing or null.
    func text(_ name: String) throws(TokenFault) -> String? {
        switch body {
        case .form(let form): return form[name]
        case .json(let object):
            switch object[name] {
            case .string(let text): return text
            case nil, .null: return nil
            default: throw TokenFault(.wrongType)
            }
        }
    }

    /// A token member; nil when missing, null or empty.
    func token(_ name: String) throws(TokenFault) -> Secret? {
        guard let text = try text(name), !text.isEmpty else { return nil }
        // A line break in a token would write further headers into our next request.
        guard text.utf8.count <= TokenResponse.maximumTokenBytes, text.utf8.allSatisfy({ 0x21 <= $0 && $0 <= 0x7E })
        else { throw TokenFault(.wrongType) }
        return Secret(text)
    }

    func seconds(_ name: String) -> Int64? {
        switch body {
        case .form(let form): form[name].flatMap { Int64($0) }
        case .json(let object): object[name].flatMap { $0.int64 ?? $0.string.flatMap { Int64($0) } }
        }
    }

    private static func text(_ code: String, _ description: String?) -> ProviderText {
        ProviderText(description.map { "\(code): \($0)" } ?? code)
    }
}
