import HTTPTypes
import Hummingbird
import NIOCore

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
        var response = Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .refresh: "0; url=\(request.uri.string)",
            ],
            body: .init(
                byteBuffer: ByteBuffer(
                    string: "<!DOCTYPE html>\n<html lang=\"en\"><title>One moment</title><p>One moment.</p></html>\n"
                )
            )
        )
        answers.headers.applyPagePolicy(to: &response.headers)
        return response
    }
}
