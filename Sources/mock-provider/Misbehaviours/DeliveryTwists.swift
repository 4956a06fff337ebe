/// Ways in which any response can travel badly, whatever it says (C12, E09, F10, R7, R8).
enum DeliveryTwists {
    static let all: [Twist<Answer>] = statuses + contents + redirects + pace

    private static let statuses: [Twist<Answer>] =
        [400, 401, 403, 404, 410, 500, 502, 503, 429].map { status in
            Twist("status-\(status)", "status \(status)" + retry(status)) { answer, context in
                answer.status = status
                answer.body = Array(#"{"error":"temporarily_unavailable","message":"status \#(status)"}"#.utf8)
                if status == 503 || status == 429 {
                    answer.setHeader("retry-after", context.argument ?? "7")
                }
            }
        } + [
            Twist("status", "any status: the argument") { answer, context in
                answer.status = Int(clamping: min(max(context.number(or: 418), 200), 599))
            },
            Twist("rate-limited", "429 with x-rate-limit-reset, the argument in seconds from now") { answer, context in
                answer.status = 429
                answer.body = Array(
                    #"{"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}"#
                        .utf8
                )
                answer.setHeader("x-rate-limit-limit", "75")
                answer.setHeader("x-rate-limit-remaining", "0")
                answer.setHeader("x-rate-limit-reset", String(context.now + context.number(or: 900)))
            },
        ]

    private static let contents: [Twist<Answer>] = [
        Twist("malformed-json", "JSON that stops in the middle, and says it is complete") { answer, _ in
            answer.body = Array(answer.body.prefix(answer.body.count / 2))
        },
        Twist("wrong-content-type", "the good body labelled text/html, or the argument") { answer, context in
            answer.setHeader("content-type", context.argument ?? "text/html; charset=utf-8")
        },
        Twist("missing-content-type", "the good body without a type") { answer, _ in
            answer.setHeader("content-type", nil)
        },
        Twist("html", "an HTML page with status 200") { answer, _ in
            answer.setHeader("content-type", "text/html; charset=utf-8")
            answer.body = Array("<!doctype html><title>Sign in to the guest network</title><p>Welcome!</p>".utf8)
        },
        Twist("empty", "no body") { answer, _ in answer.body = [] },
        Twist("nul-bytes", "NUL bytes around the body") { answer, _ in answer.body = [0, 0] + answer.body + [0] },
        Twist("byte-order-mark", "a byte order mark before the body") { answer, _ in
            answer.body = [0xef, 0xbb, 0xbf] + answer.body
        },
        Twist("not-utf8", "the body in UTF-16") { answer, _ in
            answer.body = answer.body.flatMap { [$0, 0] }
        },
        Twist("trailing-garbage", "words behind the JSON") { answer, _ in answer.body += Array(" and more".utf8) },
        Twist("deep-json", "10,000 levels of arrays, or the argument") { answer, context in
            let depth = Int(clamping: min(max(context.number(or: 10_000), 1), 1 << 20))
            answer.body =
                Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        },
        Twist("set-cookie", "a cookie beside the good body") { answer, _ in
            answer.headers.append(("set-cookie", "planted=1; Path=/"))
        },
        Twist("no-cache-headers", "without Cache-Control and Age") { answer, _ in
            answer.setHeader("cache-control", nil)
            answer.setHeader("age", nil)
        },
        Twist("cache-control", "any Cache-Control: the argument") { answer, context in
            answer.setHeader("cache-control", context.argument ?? "max-age=-1")
        },
        Twist("age", "any Age: the argument") { answer, context in
            answer.setHeader("age", context.argument ?? "99999999999999999999")
        },
    ]

    private static let redirects: [Twist<Answer>] = [
        redirect("redirect-302", "302 to https://evil.example, or the argument", 302, "https://evil.example/token"),
        redirect("redirect-307", "307 to https://evil.example, or the argument", 307, "https://evil.example/token"),
        redirect("redirect-metadata", "302 to 169.254.169.254", 302, "http://169.254.169.254/latest/meta-data/"),
        redirect("redirect-file", "302 to a file", 302, "file:///etc/passwd"),
        redirect("redirect-loop", "307 to this server's bait, which redirects to itself for ever", 307, nil),
    ]

    private static let pace: [Twist<Answer>] = [
        Twist("slow", "30 s before the first byte, or the argument in milliseconds") { answer, context in
            answer.delay = .milliseconds(max(0, context.number(or: 30_000)))
        },
        Twist("dripping", "one byte per second, or per argument in milliseconds") { answer, context in
            answer.delivery = .dripping(pause: .milliseconds(max(0, context.number(or: 1000))))
        },
        Twist("huge", "1 GB, chunked, or the argument in bytes") { answer, context in
            answer.delivery = .flood(bytes: size(context), declared: false)
        },
        Twist("huge-declared", "1 GB with Content-Length, or the argument in bytes") { answer, context in
            answer.delivery = .flood(bytes: size(context), declared: true)
        },
        Twist("gzip-bomb", "gzip that unfolds to 1 GB, or to the argument in bytes") { answer, context in
            answer.delivery = .gzipBomb(bytes: size(context))
        },
        Twist("reset", "the connection is reset before the status line") { answer, _ in
            answer.delivery = .resetBeforeHeaders
        },
        Twist("reset-after-headers", "the connection is reset after the header fields") { answer, _ in
            answer.delivery = .resetAfterHeaders
        },
        Twist("truncated", "half of the announced body, then the connection ends") { answer, _ in
            answer.delivery = .truncated
        },
    ]

    private static func redirect(
        _ name: String,
        _ summary: String,
        _ status: Int,
        _ target: String?
    ) -> Twist<Answer> {
        Twist(name, summary) { answer, context in
            let location = context.argument ?? target ?? "\(context.origin)/bait/loop"
            answer = .redirect(location, status: status)
        }
    }

    private static func size(_ context: TwistContext) -> Int {
        Int(clamping: max(1, context.number(or: 1_000_000_000)))
    }

    private static func retry(_ status: Int) -> String {
        status == 503 || status == 429 ? " with Retry-After, the argument or 7" : ""
    }
}
