extension AnswerRow {
    /// What only an OpenID Provider's token answer can get wrong.
    private static let openID: [AnswerRow] = [
        .init("C10", "missing-id-token", .idToken("missing_id_token")),
        .init("C10", "id-token-null", .idToken("missing_id_token")),
        .init("C10", "id-token-empty", .idToken("missing_id_token")),
        .init("C10 D20", "id-token-number", .tokenAnswer("wrong_type")),
        .init("C07", "error-object", .tokenAnswer("other_error")),
        .init("C06", "array", .tokenAnswer("malformed_body")),
        .init("C06 L09", "duplicate-json-key", .tokenAnswer("malformed_body")),
    ]

    /// What every token answer can get wrong.
    static let plainToken: [AnswerRow] = [
        .init("C08", "missing-access-token", .tokenAnswer("missing_access_token")),
        .init("C08", "empty-access-token", .tokenAnswer("missing_access_token")),
        .init("C08", "access-token-number", .tokenAnswer("wrong_type")),
        .init("C08", "access-token-null", .tokenAnswer("missing_access_token")),
        .init("C08", "access-token-huge", .tokenAnswer("wrong_type")),
        .init("C08", "missing-token-type", .tokenAnswer("unexpected_token_type")),
        .init("C08", "token-type-mac", .tokenAnswer("unexpected_token_type")),
        .init("C08", "token-type-dpop", .tokenAnswer("unexpected_token_type")),
        .init("C08", "token-type-null", .tokenAnswer("unexpected_token_type")),
        .init("C07", "error", .codeRefused("invalid_grant")),
        .init("C07", "error=bad_verification_code", .codeRefused("invalid_grant")),
        .init("C07", "error=invalid_request", .codeRefused("invalid_request")),
        .init("C07", "error=invalid_client", .misconfigured("invalid_client")),
        .init("C07", "error=incorrect_client_credentials", .misconfigured("invalid_client")),
        .init("C07", "error=redirect_uri_mismatch", .misconfigured("redirect_uri_mismatch")),
        .init("C07", "error=unverified_user_email", .unverifiedEmail),
        .init("C07", "error=slow_down", .busy("exchange_code", retryAfter: "5")),
        .init("C07", "error=server_error", .unavailable("exchange_code", "provider_unavailable")),
        .init("C07", "error=something_new", .tokenAnswer("other_error")),
        .init("C07", "error-with-tokens", .tokenAnswer("other_error")),
        .init("C07 B11", "error-xss", .tokenAnswer("other_error")),
        .init("C07", "ok-false", .codeRefused("invalid_grant")),
        .init("F10", "status-400", .unavailable("exchange_code", "provider_unavailable")),
        .init("C07", "status=401", .tokenAnswer("unexpected_status")),
        .init("C07", "status=418", .tokenAnswer("unexpected_status")),
        .init("C07", "status=201", .tokenAnswer("unexpected_status")),
        .init("C07", "status=204", .tokenAnswer("unexpected_status")),
        .init("L03 X-11", "redirect-307", .tokenAnswer("redirected")),
        .init("C12", "reset-after-headers", .unavailable("exchange_code", "broken")),
    ]

    /// Everything, for Google.
    static let token =
        openID + plainToken.filter { $0.misbehaviour != "redirect-307" && $0.misbehaviour != "reset-after-headers" }
        + delivery("exchange_code", Refusal.tokenAnswer)
}

extension Refusal {
    fileprivate static func codeRefused(_ detail: String) -> Refusal {
        Refusal(status: 400, code: "code_refused", step: "exchange_code", detail: detail)
    }

    fileprivate static func misconfigured(_ detail: String) -> Refusal {
        Refusal(status: 503, code: "misconfigured", step: "exchange_code", detail: detail, retryAfter: "5")
    }

    fileprivate static let unverifiedEmail = Refusal(
        status: 403,
        code: "identity_unusable",
        step: "exchange_code",
        detail: "unverified_user_email"
    )
}
