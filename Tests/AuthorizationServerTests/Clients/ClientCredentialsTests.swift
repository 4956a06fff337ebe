import Accounts
import Cryptography
import OAuth
import Testing

@testable import AuthorizationServer

@Suite("Client authentication")
struct ClientCredentialsTests {
    static func read(_ authorization: [String] = [], _ form: String = "") throws -> ClientCredentials {
        try ClientCredentials.read(authorization: authorization, form: try FormURLEncoded.parse(form))
    }

    static func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }

    static func code(_ authorization: [String] = [], _ form: String = "") -> OAuthFailure.Code? {
        do {
            _ = try read(authorization, form)
            return nil
        } catch {
            return (error as? OAuthFailure)?.code
        }
    }

    @Test("a secret in the header, in the form, or none; both halves form-encoded")
    func ways() throws {
        let secret = ClientSecret.generate()
        for header in [Self.basic("app:\(secret.reveal())"), Self.basic("%61pp:\(secret.reveal())")] {
            let found = try Self.read([header])
            #expect(found.id.description == "app" && found.secret == secret)
        }
        #expect(try Self.read(["bAsIc " + Base64.encode(Array("app:\(secret.reveal())".utf8))]).secret == secret)
        #expect(try Self.read([], "client_id=app&client_secret=\(secret.reveal())").secret == secret)
        #expect(try Self.read([], "client_id=app").secret == nil)
        #expect(try Self.read([Self.basic("app:")]).secret == nil)
    }

    @Test("two ways at once, or two clients, are refused")
    func ambiguous() {
        let secret = ClientSecret.generate().reveal()
        let header = Self.basic("app:\(secret)")
        #expect(Self.code([header], "client_secret=\(secret)") == .invalidRequest)
        #expect(Self.code([header], "client_id=other") == .invalidRequest)
        #expect(Self.code([header, header]) == .invalidRequest)
        #expect(Self.code([header], "client_id=app") == nil, "control")
    }

    @Test(
        "anything malformed is one and the same refusal",
        arguments: [
            "Basic", "Basic ", "Basic !!!!", "Bearer abc", "Digest x", basic("app"), basic(":secret"),
            basic("app:secret"),
            basic("a&b=c:d"), basic("app:%zz"), basic("APP:x"), "Basic " + Base64.encode([0xFF, 0x3A, 0xFF]),
        ]
    )
    func malformed(_ header: String) { #expect(Self.code([header]) == .invalidClient) }

    @Test("either of two secrets counts, a third does not, and a secret does not make a public client confidential")
    func secrets() throws {
        let (old, new, other) = (ClientSecret.generate(), ClientSecret.generate(), ClientSecret.generate())
        let registry = ClientRegistry([
            try Clients.client("app", secretHashes: [old.hash, new.hash]), try Clients.client("page"),
        ])
        func isAdmitted(_ form: String) throws -> Bool {
            (try? registry.authenticate(try Self.read([], form))) != nil
        }
        for secret in [old, new] { #expect(try isAdmitted("client_id=app&client_secret=\(secret.reveal())")) }
        #expect(try !isAdmitted("client_id=app&client_secret=\(other.reveal())"))
        #expect(try !isAdmitted("client_id=app"), "no secret for a confidential client")
        #expect(try isAdmitted("client_id=page"))
        #expect(try !isAdmitted("client_id=page&client_secret=\(old.reveal())"))
        #expect(try !isAdmitted("client_id=nobody"))
    }
}
