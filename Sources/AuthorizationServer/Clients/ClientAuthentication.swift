public import Accounts
import Cryptography
public import OAuth

/// What an app presents at an endpoint for apps: exactly one way of proving itself (RFC 6749 §2.3).
public struct ClientCredentials: Sendable {
    /// Who it says it is.
    public let id: ClientID
    /// Its secret; nil for a client without one.
    public let secret: ClientSecret?
    /// What it signed instead.
    public let assertion: ClientAssertion?

    init(id: ClientID, secret: ClientSecret?, assertion: ClientAssertion? = nil) {
        self.id = id
        self.secret = secret
        self.assertion = assertion
    }

    /// Reads the `Authorization` header and the form. Two ways at once are refused: two readers would disagree about which counts.
    ///
    /// - Parameter authorization: values of the `Authorization` header.
    public static func read(authorization: [String], form: FormParameters) throws(OAuthFailure) -> ClientCredentials {
        if let header = authorization.first {
            guard authorization.count == 1, form["client_secret"] == nil, form["client_assertion"] == nil,
                form["client_assertion_type"] == nil
            else {
                throw .invalidRequest("the client authenticates in more than one way")
            }
            let credentials = try basic(header)
            if let named = form["client_id"], !named.isExactly(credentials.id.description) {
                throw .invalidRequest("client_id is not the client that authenticates")
            }
            return credentials
        }
        if form["client_assertion"] != nil || form["client_assertion_type"] != nil { return try assertion(form) }
        guard let text = form["client_id"], let id = ClientID(text) else {
            throw .invalidClient("client_id is missing or unknown")
        }
        guard let secret = form["client_secret"] else { return ClientCredentials(id: id, secret: nil) }
        guard let parsed = ClientSecret(secret) else { throw .wrongCredentials }
        return ClientCredentials(id: id, secret: parsed)
    }

    /// RFC 7521 §4.2. Whose it is stands in it; `client_id` may be there as well, and has to say the same.
    private static func assertion(_ form: FormParameters) throws(OAuthFailure) -> ClientCredentials {
        guard form["client_secret"] == nil else {
            throw .invalidRequest("the client authenticates in more than one way")
        }
        guard form["client_assertion_type"]?.isExactly(ClientAssertion.type) == true else {
            throw .invalidClient("client_assertion_type has to be " + ClientAssertion.type)
        }
        guard let text = form["client_assertion"] else { throw .invalidClient("client_assertion is missing") }
        let assertion = ClientAssertion(text: text)
        guard let id = assertion.claimedClient else { throw .wrongCredentials }
        if let named = form["client_id"], !named.isExactly(id.description) {
            throw .invalidRequest("client_id is not the client that authenticates")
        }
        return ClientCredentials(id: id, secret: nil, assertion: assertion)
    }

    /// RFC 6749 §2.3.1: both halves are form-encoded before they are joined and put into Base64.
    private static func basic(_ header: String) throws(OAuthFailure) -> ClientCredentials {
        let scheme = header.utf8.prefix(6)
        guard scheme.elementsEqual("basic ".utf8, by: { $0 | 0x20 == $1 || $0 == $1 }),
            let pair = Base64.decode(Substring(header.utf8.dropFirst(6))),
            let colon = pair.firstIndex(of: UInt8(ascii: ":")),
            let id = (try? FormURLEncoded.decode(pair[..<colon])).flatMap({ ClientID($0) }),
            let secret = try? FormURLEncoded.decode(pair[(colon + 1)...])
        else { throw .wrongCredentials }
        // An empty password is how some libraries name a public client.
        guard !secret.isEmpty else { return ClientCredentials(id: id, secret: nil) }
        guard let parsed = ClientSecret(secret) else { throw .wrongCredentials }
        return ClientCredentials(id: id, secret: parsed)
    }
}

extension ClientRegistry {
    /// The app behind credentials. Unknown and wrong are one answer; secrets are 256 random bits, so their hash is compared, and
    /// with both in constant time.
    ///
    /// Not for an assertion, which has to be used up as well: ``ClientAuthenticator`` looks at that.
    public func authenticate(_ credentials: ClientCredentials) throws(OAuthFailure) -> Client {
        guard credentials.assertion == nil, let client = self[credentials.id] else { throw .wrongCredentials }
        guard let secret = credentials.secret else {
            guard client.isPublic else { throw .wrongCredentials }
            return client
        }
        let hash = secret.hash.bytes
        var matches = false
        for stored in client.secretHashes where ConstantTime.equal(stored.bytes, hash) { matches = true }
        guard matches else { throw .wrongCredentials }
        return client
    }
}
