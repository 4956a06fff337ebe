import HTTPTypes
import Hummingbird

/// With a `SameSite=Strict` session cookie a browser that another site sends here seems to be signed out. One step of our own in
/// between and the cookie comes along: only then is it known who is there.
struct OwnNavigation: Sendable {
    let hasStrictCookie: Bool
    let cookies: Cookies
    let answers: Answers

    /// A page that goes to the same address by itself; nil when the request is our own already, or nothing would change.
    func stop(_ request: Request) -> Response? {
        // What the browser says of its own accord; after the step it is `same-origin`, so there is no second one.
        guard hasStrictCookie, request.method == .get, request.headers[.secFetchSite] == "cross-site",
            cookies.session(in: request.headers) == nil
        else { return nil }
        return answers.passOn(to: request.uri.string, saying: "One moment.")
    }
}
