import Accounts
import Cryptography
import Foundation
import Synchronization
import Testing

@testable import Mail

/// Keeps what it is given.
final class Pillarbox: MailTransport {
    private let letters = Mutex<[MIMEMessage]>([])
    var messages: [MIMEMessage] { letters.withLock { $0 } }
    func send(_ message: MIMEMessage) async throws(MailFailure) { letters.withLock { $0.append(message) } }
}

@Suite("Letters in words")
struct MailerTests {
    static let templates = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "templates").path

    /// A value for every name of an event.
    static func sample(_ event: MailEvent, _ override: [String: String] = [:]) throws -> Letter {
        var values: [String: String] = [:]
        for name in event.requiredNames.union(event.optionalNames) {
            values[name] =
                switch name {
                case "link", "undo_link", "sign_in_link", "reset_link", "account_link":
                    "https://login.example.org/x?token=lk_\(name)_0123456789abcdefghijklmnopqrstuvwxyz"
                case "change": event.changes.sorted().first ?? ""
                case "code": "482 913"
                case "old_address", "new_address": "old.ada@example.com"
                case "providers": "Google, GitHub"
                case "provider": "Google"
                case "when": "21 November 2026, 09:42 UTC"
                case "agent": "Firefox on Linux"
                case "network": "203.0.113.0/24"
                default: "value of \(name)"
                }
        }
        values.merge(override) { _, new in new }
        let to = try #require(EmailAddress("ada@example.org"))
        return Letter(event, to: to, values: values.filter { $0.value != "-" }.mapValues { Secret($0) })
    }

    static func mailer(_ transport: any MailTransport = Pillarbox(), service: String = "Example") throws -> Mailer {
        Mailer(
            templates: try MailTemplates(directory: templates),
            transport: transport,
            sender: Mailer.Sender(address: try #require(EmailAddress("accounts@example.org")), name: service),
            service: service,
            origin: "https://login.example.org"
        )
    }

    private static func failure(_ letter: Letter) throws -> MailFailure? {
        let mailer = try mailer()
        do throws(MailFailure) {
            _ = try mailer.compose(letter, id: UUID())
            return nil
        } catch {
            return error
        }
    }

    @Test("the shipped templates are sound")
    func shipped() throws {
        _ = try MailTemplates(directory: Self.templates)
    }

    @Test("every mail shows its values in both parts, and nothing of the template", arguments: MailEvent.allCases)
    func values(_ event: MailEvent) throws {
        let letter = try Self.sample(event)
        let message = try Self.mailer().compose(letter, id: UUID())
        for part in [message.text, message.html] {
            #expect(!part.contains("{{") && !part.contains("CONTENT_TYPE") && !part.hasPrefix("\n"))
            for (name, value) in letter.values where name != "change" {
                #expect(part.contains(value.reveal()), "\(name)")
            }
            #expect(part.contains("ada@example.org"))
        }
        #expect(message.subject.contains("Example") && !message.subject.contains("{{"))
        #expect(!message.html.contains("<img") && !message.html.contains("src=") && !message.html.contains("<table"))
        #expect(!message.html.contains("http://"))
        if let folder = ProcessInfo.processInfo.environment["LATCHKEY_TEST_MAILS"] {
            try message.html.write(toFile: "\(folder)/\(event.rawValue).html", atomically: true, encoding: .utf8)
            try message.text.write(toFile: "\(folder)/\(event.rawValue).txt", atomically: true, encoding: .utf8)
        }
    }

    @Test(
        "P-1 whoever did not ask is told that doing nothing is safe",
        arguments: [
            MailEvent.verifyAddress, .alreadyRegistered, .passwordReset, .noPasswordHere, .confirmNewAddress,
            .addressInUse,
            .signInByMail,
        ]
    )
    func ignoring(_ event: MailEvent) throws {
        let message = try Self.mailer().compose(try Self.sample(event), id: UUID())
        for part in [message.text, message.html] {
            let words = part.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(
                words.contains("you need not do anything") || words.contains("If you do nothing, nothing is changed")
            )
        }
    }

    @Test("changes have words of their own", arguments: [MailEvent.passwordChanged, .secondFactorChanged])
    func changes(_ event: MailEvent) throws {
        let mailer = try Self.mailer()
        let messages = try event.changes.map { try mailer.compose(try Self.sample(event, ["change": $0]), id: UUID()) }
        #expect(Set(messages.map(\.subject)).count == event.changes.count)
        #expect(Set(messages.map(\.text)).count == event.changes.count)
        #expect(try Self.failure(try Self.sample(event, ["change": "hacked"])) == .permanent("letter_unknown_change"))
    }

    @Test("without an optional value the mail is whole")
    func optional() throws {
        let mailer = try Self.mailer()
        let plain = try mailer.compose(try Self.sample(.newDevice, ["agent": "-", "network": "-"]), id: UUID())
        #expect(!plain.text.contains("Browser, as") && plain.text.contains("When: 21 November"))
        let app = try mailer.compose(try Self.sample(.newDevice, ["agent": "-", "app": "Shop"]), id: UUID())
        #expect(app.text.contains("in the app\nShop for") && !app.text.contains("from a browser"))
        let browser = try mailer.compose(try Self.sample(.newDevice, ["app": "-"]), id: UUID())
        #expect(browser.text.contains("from a browser") && !browser.text.contains("the app"))
        let code = try mailer.compose(try Self.sample(.signInByMail, ["link": "-"]), id: UUID())
        #expect(code.text.contains("482 913") && !code.html.contains("href=\"\""))
        let unknown = try mailer.compose(try Self.sample(.confirmNewAddress, ["old_address": "-"]), id: UUID())
        #expect(unknown.text.contains("of an account at Example"))
    }

    @Test("a letter that lacks a value is not sent", arguments: MailEvent.allCases)
    func missing(_ event: MailEvent) throws {
        for name in event.requiredNames {
            #expect(try Self.failure(try Self.sample(event, [name: "-"])) == .permanent("letter_missing_value"))
        }
        if event == .signInByMail {
            let empty = try Self.sample(event, ["link": "-", "code": "-"])
            #expect(try Self.failure(empty) == .permanent("letter_missing_value"))
        }
    }

    @Test(
        "P-8 links lead to the configured origin only",
        arguments: [
            "https://evil.example/", "https://login.example.org.evil.example/",
            "https://login.example.org@evil.example/",
            "http://login.example.org/x", "//evil.example", "https://login.example.org/ x", "javascript:alert(1)",
            "https://login.example.org/x\r\n", "https://login.example.org",
        ]
    )
    func links(_ link: String) throws {
        #expect(try Self.failure(try Self.sample(.passwordReset, ["link": link])) == .permanent("letter_foreign_link"))
    }

    @Test("K05 values hold no markup, no paragraphs and no headers of their own")
    func hostileValues() throws {
        let hostile =
            "\"\u{301}><a href='https://evil.example'>x</a>\r\nBcc: v@example.org\r\n\r\n{{link}} {{{origin}}} \u{202E}\u{0}`"
        let letter = try Self.sample(.identityLinked, ["provider": hostile])
        let message = try Self.mailer().compose(letter, id: UUID())
        #expect(!message.html.contains("<a href='"))
        #expect(message.html.contains("&quot;\u{301}&gt;&lt;a href=&#39;"))
        #expect(!message.text.contains("\nBcc") && !message.subject.contains("\n"))
        #expect(message.text.contains("{{link}} {{{origin}}}"))
        for scalar in (message.text + message.html).unicodeScalars {
            #expect(scalar == "\n" || scalar.properties.generalCategory != .control)
            #expect(scalar != "\u{202E}")
        }
        let long = try Self.mailer().compose(
            try Self.sample(.newDevice, ["agent": String(repeating: "a", count: 5000)]),
            id: UUID()
        )
        #expect(long.text.contains(String(repeating: "a", count: 254) + "…"))
    }

    @Test("a letter's date and Message-ID come from its id, so that attempts are alike")
    func stable() async throws {
        let box = Pillarbox()
        let mailer = try Self.mailer(box)
        let id = try #require(UUID(uuidString: "01932b5a-7c00-7000-8000-000000000001"))
        try await mailer.send(try Self.sample(.passwordReset), id: id)
        try await mailer.send(try Self.sample(.passwordReset), id: id)
        #expect(box.messages.count == 2 && box.messages[0].bytes == box.messages[1].bytes)
        #expect(box.messages[0].unixTime == 0x0193_2b5a_7c00 / 1000)
        #expect(box.messages[0].messageID == "<01932b5a-7c00-7000-8000-000000000001@login.example.org>")
    }
}
