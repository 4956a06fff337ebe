import Cryptography

/// How, and as whom, a client authenticates at the token endpoint (RFC 6749 §2.3).
struct ClientCredentials: Sendable {
    /// The ways a client can name itself.
    enum Method: String, Sendable {
        /// Not at all, or by id only.
        case none
        /// `Authorization: Basic`.
        case basic
        /// In the body.
        case post
        /// Both, which RFC 6749 §2.3 forbids (C02).
        case both
        /// A Basic header that cannot be read.
        case malformed
    }

    let method: Method
    let id: String?
    let secret: String?

    init(_ incoming: Incoming, form: FormFields) {
        guard let header = incoming.header("authorization"), header.lowercased().hasPrefix("basic ") else {
            method = form["client_secret"] == nil ? .none : .post
            id = form.nonEmpty("client_id")
            secret = form["client_secret"]
            return
        }
        guard let text = Self.decode(header.dropFirst(6).trimmingSpaces()) else {
            (method, id, secret) = (.malformed, nil, nil)
            return
        }
        // Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1, C03).
        let halves = text.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        method = form["client_secret"] == nil ? .basic : .both
        id = halves.first.map(FormFields.decode)
        secret = halves.count > 1 ? FormFields.decode(halves[1]) : nil
    }

    /// Whether this proves to be `client`.
    func prove(_ client: Client) -> Bool {
        guard let secret else { return false }
        return ConstantTime.equal(Array(secret.utf8), Array(client.secret.utf8))
    }

    private static func decode(_ text: String) -> [UInt8]? {
        Base64.decode(text)
    }
}
