/// One answer of a token or profile endpoint that must not sign anybody in.
struct AnswerRow: Sendable, CustomStringConvertible {
    let ids: String
    let misbehaviour: String
    let refusal: Refusal

    var description: String { "\(ids) \(misbehaviour)" }

    init(_ ids: String, _ misbehaviour: String, _ refusal: Refusal) {
        self.ids = ids
        self.misbehaviour = misbehaviour
        self.refusal = refusal
    }
}

extension AnswerRow {
    /// Ways in which any answer can travel badly (C06, C12, F10, L03, L04, R8), for one step.
    /// - Parameter invalid: what a body that cannot be read comes to.
    static func delivery(_ step: String, _ invalid: (String) -> Refusal) -> [AnswerRow] {
        let readable: [(String, String)] = [
            ("malformed-json", "malformed_body"), ("empty", "malformed_body"), ("nul-bytes", "malformed_body"),
            ("byte-order-mark", "malformed_body"), ("not-utf8", "malformed_body"),
            ("trailing-garbage", "malformed_body"),
            ("deep-json", "malformed_body"), ("deep-json=33", "malformed_body"),
            ("wrong-content-type", "unexpected_content_type"),
            ("wrong-content-type=application/jwt", "unexpected_content_type"),
            ("wrong-content-type=text/plain", "unexpected_content_type"),
            ("wrong-content-type=application/jsonp", "unexpected_content_type"),
            ("missing-content-type", "unexpected_content_type"), ("html", "unexpected_content_type"),
        ]
        let redirects = [
            "redirect-302", "redirect-307", "redirect-metadata", "redirect-file", "redirect-loop", "status=301",
            "status=304",
            "redirect-307=http://127.0.0.1:1/", "redirect-302=http://[::1]:1/",
        ]
        return readable.map { .init("C06 R8", $0.0, invalid($0.1)) }
            + redirects.map { .init("L03 X-11 R8", $0, invalid("redirected")) }
            + [
                .init("L04 R8", "huge", invalid("too_large")),
                .init("L04 R8", "huge-declared", invalid("too_large")),
                .init("L04 R8", "gzip-bomb", invalid("too_large")),
                .init("C12 R8", "reset", .unavailable(step, "broken")),
                .init("C12 R8", "reset-after-headers", .unavailable(step, "broken")),
                .init("C12 R8", "truncated", .unavailable(step, "broken")),
                .init("F10", "status-500", .unavailable(step, "provider_unavailable")),
                .init("F10", "status-502", .unavailable(step, "provider_unavailable")),
                .init("F10", "status-503", .unavailable(step, "provider_unavailable", retryAfter: "7")),
                .init("F10", "status-503=86401", .unavailable(step, "provider_unavailable", retryAfter: "86400")),
                .init("F10", "status-503=soon", .unavailable(step, "provider_unavailable")),
                .init("F10", "status-429", .busy(step)),
                .init("F10", "status-429=-1", .busy(step, retryAfter: "5")),
                .init("F10", "rate-limited=90000", .busy(step, retryAfter: "86400")),
            ]
    }
}
