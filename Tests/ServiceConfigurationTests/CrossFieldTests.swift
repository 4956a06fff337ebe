import ServiceConfiguration
import Testing

@Suite("Settings that depend on each other")
struct CrossFieldTests {
    private static let development = [
        "mode=development", "public_url=http://localhost:8080", "outbound.allow_loopback_http=true",
    ]

    @Test(
        "contradictions are one sentence at a place somebody wrote",
        arguments: [
            (
                ["session.idle_timeout=31d"],
                "--set session.idle_timeout: session.idle_timeout must not be longer than session.absolute_timeout"
            ),
            (
                ["session.absolute_timeout=5m", "session.idle_timeout=5m"],
                "--set session.absolute_timeout: session.fresh_for must not be longer than session.absolute_timeout"
            ),
            (
                ["session.idle_timeout=1m"],
                "--set session.idle_timeout: session.touch_interval has to be shorter than session.idle_timeout, or sessions in use would end"
            ),
            (
                ["outbound.timeout=15s"],
                "--set outbound.timeout: outbound.timeout has to be shorter than server.request_timeout, or a slow provider's failure could never be shown"
            ),
            (
                ["server.port=9464"],
                "--set server.port: metrics.port and server.port must differ: metrics are not for the public"
            ),
            (
                ["public_url=http://localhost"],
                "--set public_url: http is not allowed in production; use https, or mode: development on your own machine"
            ),
            (
                ["sign_in.return_to=http://localhost/a"],
                "--set sign_in.return_to: http URLs are not allowed in production"
            ),
            (
                ["outbound.allow_loopback_http=true"],
                "--set outbound.allow_loopback_http: only allowed in mode: development"
            ),
            (
                ["providers.a.enabled=true"],
                "--set providers.a.enabled: an enabled provider needs providers.a.client_id"
            ),
            (
                ["providers.a.client_secret_file=s"],
                "--set providers.a.client_secret_file: providers.a.client_secret needs providers.a.client_id"
            ),
            (
                ["providers.a.client_id=a", "providers.a.additional_scopes=repo"],
                "--set providers.a.additional_scopes: providers.a.additional_scopes needs providers.a.keep_tokens: "
                    + "nobody uses what they would allow"
            ),
            (
                ["providers.a.client_id=a", "providers.a.client_secret_previous_file=s"],
                "--set providers.a.client_secret_previous_file: providers.a.client_secret_previous needs providers.a.client_secret"
            ),
            (
                ["providers.a.client_id=a", "providers.a.issuer=http://localhost:1"],
                "--set providers.a.issuer: an http issuer is not allowed in production"
            ),
        ]
    )
    func contradictions(_ options: [String], _ message: String) {
        #expect(load(set: options, files: ["s": file("secret")]).faults == [message])
    }

    @Test(
        "mail: contradictions",
        arguments: [
            (
                ["mail.catch=true"],
                "--set mail.catch: mails are only caught in mode: development; in production nobody would get them"
            ),
            (["mail.url=smtp://mail"], "--set mail.url: mail.url needs mail.from: whom mails come from"),
            (["mail.username=a"], "--set mail.username: mail.username and mail.password only work together"),
            (["mail.password_file=s"], "--set mail.password_file: mail.username and mail.password only work together"),
            (
                ["mail.url=smtps://mail", "mail.from=a@example.org", "mail.tls=none"],
                "--set mail.tls: smtps:// is encrypted: it cannot be with mail.tls: none"
            ),
            (
                ["mail.url=smtp://192.0.2.1", "mail.from=a@example.org", "mail.tls=none"],
                "--set mail.tls: mail.tls: none is only allowed for loopback and private addresses"
            ),
            (
                [
                    "mail.url=smtp://mail", "mail.from=a@example.org", "mail.tls=none", "mail.username=a",
                    "mail.password_file=s",
                ],
                "--set mail.password_file: a password would travel in clear: it needs mail.tls: required"
            ),
        ]
    )
    func mail(_ options: [String], _ message: String) {
        #expect(load(set: options, files: ["s": file("secret")]).faults == [message])
    }

    @Test("mail: what is sound", arguments: ["mail", "localhost", "10.1.2.3", "[::1]", "[fd00::1]", "127.0.0.1:2525"])
    func soundMail(_ host: String) {
        let options = ["mail.url=smtp://\(host)", "mail.from=a@example.org", "mail.tls=none"]
        #expect(load(set: options).faults == [])
    }

    @Test(
        "mail: URLs of anything else are refused",
        arguments: [
            "http://mail", "https://mail", "mail:25", "smtp://", "smtp://user:secret@mail", "smtp://mail/",
            "smtp://mail?x",
            "smtp://mail:0", "smtp://mail:x", "smtp://127.1", "SMTP://mail",
        ]
    )
    func mailURLs(_ url: String) {
        #expect(load(set: ["mail.url=\(url)", "mail.from=a@example.org"]).codes == [.invalidValue])
    }

    @Test("mail: ports that are not written")
    func mailPorts() {
        #expect(MailServer("smtp://mail")?.port == 587)
        #expect(MailServer("smtps://mail")?.port == 465)
        #expect(MailServer("smtps://mail:443")?.port == 443)
        #expect(MailServer("smtp://[::1]:2525")?.description == "smtp://[::1]:2525")
    }

    @Test("stand-ins: only in development, only on loopback, http only when it is allowed")
    func standIns() {
        func faults(_ target: String, _ options: [String]) -> [ConfigurationFault.Code] {
            load(minimum + "development: {origins: {\"https://x.com\": \"\(target)\"}}", set: options).codes
        }
        #expect(faults("http://127.0.0.1:9403", Self.development) == [])
        #expect(faults("http://127.0.0.1:9403", []) == [.notAllowed])
        #expect(faults("http://127.0.0.1:9403", ["mode=development"]) == [.conflict])
        #expect(faults("https://127.0.0.1:9403", ["mode=development"]) == [])
        #expect(faults("https://evil.example", Self.development) == [.notAllowed])
        #expect(faults("http://evil.example", Self.development) == [.invalidValue])
        #expect(faults("http://127.0.0.1.evil.example", Self.development) == [.invalidValue])
    }

    @Test("stand-ins: the key has to be an origin, and no origin has two")
    func standInKeys() {
        func faults(_ origins: String) -> [String] {
            load(minimum + "development: {origins: {\(origins)}}", set: Self.development).faults
        }
        #expect(
            faults("x.com: http://127.0.0.1:1") == [
                "latchkey.yaml:3:32: this key has to be an origin such as https://accounts.google.com"
            ]
        )
        #expect(faults(#""https://x.com": http://127.0.0.1:1, "https://X.com:443": http://127.0.0.1:2"#).count == 1)
    }

    @Test("a wrong value is reported once, not again by the checks that would use it")
    func oneFaultEach() {
        #expect(load(set: ["mode=prodution", "public_url=http://localhost"]).faults.count == 1)
        #expect(load(set: ["session.idle_timeout=x", "session.absolute_timeout=1m"]).faults.count == 2)
    }

    @Test("warnings")
    func warnings() {
        #expect(load().warnings.count == 2)
        #expect(load().warnings.contains("providers.<id>.client_id: no provider is enabled: nobody can sign in"))
        let sound = ["providers.a.client_id=a", "server.host=0.0.0.0"]
        #expect(load(set: sound).warnings == [])
        #expect(load(set: ["providers.a.client_id=a"]).warnings.count == 1)
        #expect(load(set: sound + ["server.host=127.0.0.1", "server.trusted_proxies=127.0.0.1"]).warnings == [])
        #expect(
            load(set: sound + ["mode=development"]).warnings == [
                "--set mode: development mode: never use it for real accounts"
            ]
        )
        #expect(
            load(set: sound + ["providers.a.client_secret=s"]).warnings == [
                "--set providers.a.client_secret: every user of the machine can read command lines; use providers.a.client_secret_file"
            ]
        )
        let same = ["LATCHKEY_PROVIDERS_A_CLIENT_SECRET": "s", "LATCHKEY_PROVIDERS_A_CLIENT_SECRET_PREVIOUS": "s"]
        #expect(
            load(environment: same, set: sound).warnings == [
                "LATCHKEY_PROVIDERS_A_CLIENT_SECRET_PREVIOUS: the previous secret is the current one; leave it out"
            ]
        )
    }
}
