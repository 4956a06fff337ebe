import Accounts
import Foundation
import Testing

@testable import Mail

@Suite("Messages as they travel")
struct MIMEMessageTests {
    private static let id = UUID(uuidString: "01932b5a-7c00-7000-8000-000000000001") ?? UUID()

    private func message(
        subject: String = "Hello",
        name: String = "Example Accounts",
        text: String = "Hello.\n",
        html: String = "<p>Hello.</p>\n",
        host: String = "login.example.org"
    ) throws -> MIMEMessage {
        MIMEMessage(
            id: Self.id,
            sender: Mailer.Sender(address: try #require(EmailAddress("accounts@example.org")), name: name),
            recipient: try #require(EmailAddress("ada@xn--bcher-kva.example")),
            subject: subject,
            text: text,
            html: html,
            unixTime: 1_795_254_141,
            host: host
        )
    }

    @Test("a plain message, byte for byte")
    func plain() throws {
        let expected = """
            Date: Sat, 21 Nov 2026 09:42:21 +0000
            From: "Example Accounts"
             <accounts@example.org>
            To: ada@xn--bcher-kva.example
            Message-ID: <01932b5a-7c00-7000-8000-000000000001@login.example.org>
            Subject: Hello
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="=_01932b5a-7c00-7000-8000-000000000001"

            --=_01932b5a-7c00-7000-8000-000000000001
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Hello.
            --=_01932b5a-7c00-7000-8000-000000000001
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p>Hello.</p>
            --=_01932b5a-7c00-7000-8000-000000000001--

            """
        #expect(String(decoding: try message().bytes, as: UTF8.self) == expected.replacing("\n", with: "\r\n"))
    }

    @Test(
        "X-10 no value begins a header or a command of its own",
        arguments: [
            "Hello\r\nBcc: victim@example.org", "Hello\nBcc: v@example.org", "Hello\rBcc: v", "a\u{0}b",
            "a\u{85}Bcc: v",
            "a\u{2028}Bcc: v", "a\u{2029}Bcc: v", "a\u{B}b\u{C}c", "=?UTF-8?B?DQpCY2M6IHY=?=", "\r\n\r\nbody",
            String(repeating: "long ", count: 400), String(repeating: "ü", count: 400), "\u{202E}gnp.exe",
        ]
    )
    func injection(_ hostile: String) throws {
        let bytes = try message(subject: hostile, name: hostile, text: hostile, html: hostile, host: hostile).bytes
        let text = String(decoding: bytes, as: UTF8.self)
        let head = text[..<(try #require(text.firstRange(of: "\r\n\r\n")).lowerBound)]
        // Compared as bytes: to Swift a CRLF is one Character.
        let names = head.utf8.split(separator: 10).map { $0.prefix { $0 != 58 } }.map {
            String(decoding: $0, as: UTF8.self)
        }
        .filter { !$0.hasPrefix(" ") }
        #expect(
            names == [
                "Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type",
            ]
        )
        #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 13 || $0 == 10 })
        for (index, byte) in bytes.enumerated() where byte == 10 || byte == 13 {
            #expect(byte == 10 ? bytes[index - 1] == 13 : bytes[index + 1] == 10)
        }
        for line in text.utf8.split(separator: 10) {
            #expect(line.count <= 77, "\(String(decoding: line, as: UTF8.self))")
            #expect(line.first != UInt8(ascii: "."))
        }
    }

    @Test("the same id makes the same message, and another id another boundary and Message-ID")
    func stable() throws {
        #expect(try message().bytes == message().bytes)
        #expect(try message().messageID == "<01932b5a-7c00-7000-8000-000000000001@login.example.org>")
    }

    @Test(
        "headers in every script",
        arguments: [
            ("Hello", "Hello"),
            ("Grüße", "=?UTF-8?B?R3LDvMOfZQ==?="),
            ("=?x?=", "=?UTF-8?B?PT94Pz0=?="),
            ("a  b", "a b"),
        ]
    )
    func subjects(_ subject: String, _ expected: String) {
        #expect(HeaderText.unstructured(subject, after: 9) == expected)
    }

    @Test("long subjects are cut between scalars and put together again")
    func longSubjects() throws {
        let subject = String(repeating: "Grüße 👩‍👩‍👧‍👦 ", count: 30).trimmingCharacters(in: .whitespaces)
        let words = HeaderText.unstructured(subject, after: 9).components(separatedBy: "\r\n ")
        #expect(words.count > 3)
        var bytes = Data()
        for word in words {
            #expect(word.utf8.count <= 75)
            let part = try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2))))
            #expect(String(validating: part, as: UTF8.self) != nil)
            bytes += part
        }
        #expect(String(decoding: bytes, as: UTF8.self) == subject)
    }

    @Test("names beside an address are quoted")
    func names() {
        #expect(HeaderText.mailbox(name: "", address: "a@b.c") == "a@b.c")
        #expect(
            HeaderText.mailbox(name: #"A "B" \ C, <d@e>"#, address: "a@b.c")
                == "\"A \\\"B\\\" \\\\ C, <d@e>\"\r\n <a@b.c>"
        )
        #expect(HeaderText.mailbox(name: "Ä", address: "a@b.c") == "=?UTF-8?B?w4Q=?=\r\n <a@b.c>")
    }

    @Test(
        "quoted-printable",
        arguments: [
            ("", ""), ("a\n", "a"), ("a\r\nb\n", "a\r\nb"), ("a=b", "a=3Db"), ("a ", "a=20"), ("a\t", "a=09"),
            ("é", "=C3=A9"),
            (".", "=2E"), ("..a", "=2E.a"), ("From me", "=46rom me"), ("\n\n", "\r\n"),
            (String(repeating: "x", count: 76), String(repeating: "x", count: 76)),
            (String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=\r\nxx"),
            (String(repeating: "x", count: 75) + ".x", String(repeating: "x", count: 75) + "=\r\n=2Ex"),
        ]
    )
    func quotedPrintable(_ text: String, _ expected: String) {
        #expect(QuotedPrintable.encode(text) == expected)
    }

    @Test(
        "dates",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
            (Int64.max, "Fri, 31 Dec 9999 23:59:59 +0000"), (Int64.min, "Thu, 01 Jan 1970 00:00:00 +0000"),
        ]
    )
    func dates(_ time: Int64, _ expected: String) {
        #expect(MailDate.text(unixTime: time) == expected)
    }
}
