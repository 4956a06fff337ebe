/// Every route of this release with the methods it has, as openapi.yaml and the router have them.
enum Routes {
    static let all: [(path: String, methods: [String])] = [
        ("/", ["GET", "HEAD"]), ("/account", ["GET", "HEAD"]), ("/account/link/google", ["GET", "HEAD", "POST"]),
        ("/callback/google", ["GET"]), ("/favicon.ico", ["GET", "HEAD"]), ("/healthz", ["GET", "HEAD"]),
        ("/readyz", ["GET", "HEAD"]), ("/robots.txt", ["GET", "HEAD"]), ("/sign-in", ["GET", "HEAD"]),
        ("/sign-in/google", ["POST"]), ("/sign-out", ["POST"]), ("/signed-in", ["GET", "HEAD"]),
        ("/v1/session", ["DELETE", "GET", "HEAD"]),
    ]
    static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
}
