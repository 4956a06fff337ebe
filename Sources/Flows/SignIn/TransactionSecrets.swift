import Accounts
import Cryptography
import OAuth

/// The values of one sign-in that must not be guessable: state, nonce, PKCE verifier.
///
/// The state is random. Nonce and verifier are derived from the browser's own secret and the state, so that the database
/// holds neither of them, nothing the provider or a URL sees leads to them (Dex CVE-2022-39222), and several tabs of one
/// browser can sign in side by side with one cookie.
struct TransactionSecrets {
    /// 256 random bits in 43 characters: not a UUID, and well below X's limit of 500 (A02, A03).
    let state: String
    /// 256 bits, other than the state (A06).
    let nonce: String
    /// 256 bits in 43 unreserved characters (RFC 7636 §4.1).
    let verifier: Secret

    /// The secrets of a new sign-in.
    static func fresh(for browser: BrowserToken) -> TransactionSecrets {
        TransactionSecrets(state: Base64URL.encode(Random.bytes(32)), browser: browser)
    }

    /// The secrets that belong to a state that came back.
    init(state: String, browser: BrowserToken) {
        self.state = state
        nonce = Base64URL.encode(browser.derive("nonce", state))
        verifier = Secret(Base64URL.encode(browser.derive("pkce", state)))
    }

    /// A state of ours has this shape; anything else is not worth a question to the database.
    static func isState(_ text: String) -> Bool { Base64URL.decode(text)?.count == 32 }
}
