/// What a malicious, mixed-up or merely surprising provider sends back through the browser (B01 to B11, B17, B18).
enum CallbackTwists {
    static let all: [Twist<CallbackDraft>] = errors + issuer + state + code + more

    private static let issuer: [Twist<CallbackDraft>] = [
        Twist("wrong-iss", "iss is https://evil.example, or the argument") { callback, context in
            callback.set("iss", context.argument ?? "https://evil.example")
        },
        Twist("missing-iss", "no iss") { callback, _ in callback.set("iss", nil) },
        Twist("empty-iss", "iss is empty") { callback, _ in callback.set("iss", "") },
        Twist("add-iss", "iss although it is not announced") { callback, _ in callback.set("iss", callback.issuer) },
        Twist("iss-trailing-slash", "iss with a slash at its end") { callback, _ in
            callback.set("iss", callback.issuer + "/")
        },
        Twist("iss-case", "iss in capitals") { callback, _ in callback.set("iss", callback.issuer.uppercased()) },
        Twist("iss-double-encoded", "iss encoded twice") { callback, _ in
            callback.set("iss", String(FormFields.encode([("", callback.issuer)]).dropFirst()))
        },
        Twist("duplicate-iss", "iss twice, an attacker's second") { callback, _ in
            callback.set("iss", callback.issuer)
            callback.parameters.append(("iss", "https://evil.example"))
        },
    ]

    private static let state: [Twist<CallbackDraft>] = [
        Twist("wrong-state", "another state, or the argument") { callback, context in
            callback.set("state", context.argument ?? "somebody-elses-state")
        },
        Twist("flipped-state", "the last character of state changed") { callback, _ in
            let state = callback.state ?? ""
            callback.set("state", state.dropLast() + (state.last == "A" ? "B" : "A"))
        },
        Twist("missing-state", "no state") { callback, _ in callback.set("state", nil) },
        Twist("empty-state", "state is empty") { callback, _ in callback.set("state", "") },
        Twist("duplicate-state", "state twice") { callback, _ in
            callback.parameters.append(("state", callback.state ?? ""))
        },
        Twist("oversize-state", "state of 64 KiB, or the argument in bytes") { callback, context in
            callback.set("state", filler(context))
        },
    ]

    private static let code: [Twist<CallbackDraft>] = [
        Twist("missing-code", "neither code nor error") { callback, _ in callback.set("code", nil) },
        Twist("empty-code", "code is empty") { callback, _ in callback.set("code", "") },
        Twist("unknown-code", "a code that was never issued, or the argument") { callback, context in
            callback.set("code", context.argument ?? "0123456789abcdef0123")
        },
        Twist("duplicate-code", "code twice, an attacker's second") { callback, _ in
            callback.parameters.append(("code", "0123456789abcdef0123"))
        },
        Twist("same-code-twice", "the same code twice") { callback, _ in
            callback.parameters.append(("code", callback.value("code") ?? ""))
        },
        Twist("oversize-code", "code of 64 KiB, or the argument in bytes") { callback, context in
            callback.set("code", filler(context))
        },
        Twist("code-and-error", "code and error together") { callback, _ in callback.set("error", "access_denied") },
    ]

    private static let errors: [Twist<CallbackDraft>] = [
        Twist("error", "error=access_denied, or the argument") { callback, context in
            callback.fail(context.argument ?? "access_denied", nil)
        },
        Twist("error-xss", "an error whose texts are HTML and script") { callback, _ in
            callback.fail(#""><script>alert(1)</script>"#, #"<img src=x onerror=alert(1)> "' {{7*7}}"#)
            callback.set("error_uri", "javascript:alert(1)")
        },
        Twist("error-crlf", "an error whose description tries to add a header") { callback, _ in
            callback.fail("access_denied", "x\r\nSet-Cookie: owned=1")
        },
        Twist("error-empty", "error is empty") { callback, _ in callback.fail("", nil) },
        Twist("error-oversize", "an error_description of 64 KiB") { callback, context in
            callback.fail("server_error", filler(context))
        },
        Twist("error-wrong-iss", "error with an attacker's iss") { callback, _ in
            callback.fail("access_denied", nil)
            callback.set("iss", "https://evil.example")
        },
        Twist("error-wrong-state", "error with another state") { callback, _ in
            callback.fail("access_denied", nil)
            callback.set("state", "somebody-elses-state")
        },
    ]

    private static let more: [Twist<CallbackDraft>] = [
        Twist("extra-params", "parameters nobody asked for; to be ignored") { callback, _ in
            callback.parameters += [("session_state", "x"), ("authuser", "1"), ("utm_source", "a b"), ("empty", "")]
        },
        Twist("id-token-in-url", "id_token and access_token in the query") { callback, _ in
            callback.parameters += [("id_token", "a.b.c"), ("access_token", "t")]
        },
        Twist("bad-percent", "a malformed escape behind the parameters") { callback, _ in
            callback.suffix = "&broken=%zz%"
        },
        Twist("not-utf8", "bytes that are not UTF-8") { callback, _ in callback.suffix = "&broken=%ff%fe" },
        Twist("fragment", "ends in #_=_, as Facebook's does") { callback, _ in callback.suffix = "#_=_" },
    ]

    private static func filler(_ context: TwistContext) -> String {
        String(repeating: "x", count: Int(clamping: min(max(context.number(or: 65_536), 1), 75_000)))
    }
}
