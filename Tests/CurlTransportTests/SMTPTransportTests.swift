import Accounts
import Cryptography
import Foundation
import InternetAddress
import Logging
import Mail
import Synchronization
import Testing

@testable import CurlTransport

@Suite("SMTP", .timeLimit(.minutes(20)))
struct SMTPTransportTests {
    /// A mail server that says yes to everything but what its table says, and closes when it is told to.
    private static func server(
        _ replies: [String: String] = [:],
        extensions: String = "",
        silentAt: String? = nil
    ) -> TestServer {
        TestServer { connection in
            func reply(to step: String, _ usual: String) -> Bool {
                if step == silentAt {
                    connection.waitForEnd()
                    return false
                }
                return connection.write((replies[step] ?? usual) + "\r\n")
            }
            guard reply(to: "greeting", "220 test ESMTP") else { return }
            while let line = connection.line() {
                let verb = String(line.prefix(4)).uppercased()
                let usual =
                    switch verb {
                    case "EHLO": "250-test\r\n\(extensions)250 8BITMIME"
                    case "DATA": "354 go on"
                    case "QUIT": "221 bye"
                    default: "250 ok"
                    }
                guard reply(to: verb, usual), verb != "QUIT" else { return }
                guard verb == "DATA", replies["DATA"] == nil else { continue }
                while let text = connection.line(), text != "." {}
                guard reply(to: "end", "250 taken") else { return }
            }
        }
    }

    private static func transport(
        _ port: Int,
        encryption: SMTPConfiguration.Encryption = .none,
        _ change: (inout SMTPConfiguration) -> Void = { _ in }
    ) throws -> SMTPTransport {
        var configuration = SMTPConfiguration(
            host: encryption == .none ? "127.0.0.1" : "localhost",
            port: port,
            encryption: encryption,
            localName: "login.example.org"
        )
        change(&configuration)
        return try SMTPTransport(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static func message(_ text: String = "Hello.\n.\n..\n") throws -> MIMEMessage {
        MIMEMessage(
            id: UUID(),
            sender: Mailer.Sender(address: try #require(EmailAddress("accounts@example.org")), name: "Example"),
            recipient: try #require(EmailAddress("ada@example.com")),
            subject: "Hello",
            text: text,
            html: "<p>Hello.</p>",
            unixTime: 0,
            host: "login.example.org"
        )
    }

    private static func failure(_ transport: SMTPTransport) async throws -> MailFailure? {
        let message = try message()
        do throws(MailFailure) {
            try await transport.send(message)
            return nil
        } catch {
            return error
        }
    }

    @Test("one mail is one dialogue, and arrives byte for byte")
    func dialogue() async throws {
        let server = Self.server()
        let transport = try Self.transport(server.port)
        let message = try Self.message()
        try await transport.send(message)
        await eventually { server.requests.last == "QUIT" }
        let seen = server.requests
        #expect(seen.first == "EHLO login.example.org")
        #expect(seen[1].hasPrefix("MAIL FROM:<accounts@example.org>"))
        #expect(seen[2] == "RCPT TO:<ada@example.com>" && seen[3] == "DATA" && seen.dropLast().last == ".")
        let body = seen.dropFirst(4).dropLast(2).joined(separator: "\r\n") + "\r\n"
        #expect(Array(body.utf8) == message.bytes)
        #expect(server.connections == 1)
        await transport.shutdown()
    }

    @Test(
        "replies: 4yz may pass, 5yz about the mail does not, 5yz about us is an operator's to mend",
        arguments: [
            ("greeting", "421 busy", MailFailure.temporary("smtp_421")),
            ("greeting", "554 go away", .temporary("smtp_554")),
            ("MAIL", "451 later", .temporary("smtp_451")), ("MAIL", "550 no", .permanent("smtp_550")),
            ("MAIL", "530 log in first", .temporary("smtp_530")), ("RCPT", "450 full", .temporary("smtp_450")),
            ("RCPT", "550 nobody", .permanent("smtp_550")), ("DATA", "552 no room", .permanent("smtp_552")),
            ("end", "451 scanner away", .temporary("smtp_451")), ("end", "550 spam", .permanent("smtp_550")),
        ]
    )
    func replies(_ step: String, _ reply: String, _ expected: MailFailure) async throws {
        let server = Self.server([step: reply])
        let transport = try Self.transport(server.port)
        #expect(try await Self.failure(transport) == expected)
        await transport.shutdown(grace: .zero)
    }

    @Test(
        "a server that falls silent costs its budget and may be asked again",
        arguments: ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "end"]
    )
    func silence(_ step: String) async throws {
        let server = Self.server(silentAt: step)
        let transport = try Self.transport(server.port) { $0.timeout = .milliseconds(300) }
        #expect(try await Self.failure(transport) == .temporary("mail_timed_out"))
        await transport.shutdown(grace: .zero)
    }

    @Test("a mail that was taken is taken, even when the server does not say goodbye")
    func noGoodbye() async throws {
        let server = Self.server(silentAt: "QUIT")
        // Were the goodbye waited for, the test's own limit would end this.
        let transport = try Self.transport(server.port) { $0.timeout = .seconds(3600) }
        try await transport.send(try Self.message())
        await transport.shutdown(grace: .zero)
    }

    @Test("nobody there")
    func unreachable() async throws {
        let port = Self.server().port
        let transport = try Self.transport(port)
        // The server is gone with its last reference; its port answers with a reset.
        var found: MailFailure?
        repeat { found = try await Self.failure(transport) } while found == nil
        #expect(found == .temporary("mail_unreachable") || found == .temporary("mail_broken"))
        await transport.shutdown(grace: .zero)
    }

    @Test("L01 without STARTTLS not a word about anybody", arguments: ["", "250-STARTTLS\r\n"])
    func noEncryption(_ extensions: String) async throws {
        // The second server offers it and then refuses.
        let server = Self.server(["STAR": "454 not now"], extensions: extensions + "250-AUTH PLAIN LOGIN\r\n")
        let transport = try Self.transport(server.port, encryption: .startTLS) {
            $0.host = "127.0.0.1"
            $0.username = "latchkey"
            $0.password = Secret("hunter2")
        }
        #expect(try await Self.failure(transport) == .temporary("mail_tls"))
        #expect(
            server.requests.allSatisfy { $0.hasPrefix("EHLO") || $0 == "STARTTLS" || $0 == "QUIT" },
            "\(server.requests)"
        )
        await transport.shutdown(grace: .zero)
    }

    @Test("L01 a server with a foreign certificate gets no mail", arguments: [true, false])
    func certificates(_ isOurs: Bool) async throws {
        let authority = try TLSAuthority()
        try authority.issue("server", host: isOurs ? "localhost" : "other.example")
        let server = try TLSServer(authority, certificate: "server")
        let transport = try Self.transport(server.port, encryption: .implicit) {
            $0.certificateFile = authority.certificateFile
            $0.username = "latchkey"
            $0.password = Secret("hunter2")
        }
        guard isOurs else {
            #expect(try await Self.failure(transport) == .temporary("mail_tls"))
            return await transport.shutdown(grace: .zero)
        }
        let sending = Task { try await Self.failure(transport) }
        try server.answer("220 test\r\n")
        for (heard, answer) in [
            ("EHLO login.example.org\r\n", "250-test\r\n250 AUTH PLAIN\r\n"),
            ("AUTH PLAIN", "334 \r\n"), (Base64.encode(Array("\0latchkey\0hunter2".utf8)), "235 welcome\r\n"),
            ("MAIL FROM", "250 ok\r\n"), ("RCPT TO", "250 ok\r\n"), ("DATA\r\n", "354 go on\r\n"),
            ("\r\n.\r\n", "250 taken\r\n"), ("QUIT\r\n", "221 bye\r\n"),
        ] {
            await eventually { server.received.contains(heard) }
            try server.answer(answer)
        }
        #expect(try await sending.value == nil)
        await transport.shutdown(grace: .zero)
    }

    @Test("a wrong password is mended by an operator, not paid for by the mails")
    func wrongPassword() async throws {
        let server = Self.server(["AUTH": "535 no"], extensions: "250-AUTH PLAIN\r\n")
        let transport = try Self.transport(server.port) {
            $0.username = "latchkey"
            $0.password = Secret("hunter2")
        }
        #expect(try await Self.failure(transport) == .temporary("smtp_login_denied"))
        await transport.shutdown(grace: .zero)
    }

    @Test("cancelling ends the attempt, and a stopped transport takes nothing")
    func cancelling() async throws {
        let server = Self.server(silentAt: "EHLO")
        let transport = try Self.transport(server.port)
        let sending = Task { try await Self.failure(transport) }
        await eventually { server.requests.count == 1 }
        sending.cancel()
        #expect(try await sending.value == .temporary("mail_stopped"))
        await transport.shutdown(grace: .zero)
        #expect(try await Self.failure(transport) == .temporary("mail_stopped"))
    }

    @Test("a server that failed again and again is left alone for a while")
    func circuit() async throws {
        let server = TestServer { _ in }
        let transport = try Self.transport(server.port)
        for _ in 0..<5 { #expect(try await Self.failure(transport) != nil) }
        #expect(try await Self.failure(transport) == .temporary("mail_circuit_open"))
        #expect(server.connections == 5)
        await transport.shutdown(grace: .zero)
    }

    @Test("L05 without encryption only loopback and private networks; never a cloud's metadata")
    func addresses() throws {
        func allows(_ address: String, _ encryption: SMTPConfiguration.Encryption) throws -> Bool {
            SMTPConfiguration(host: "mail", port: 25, encryption: encryption, localName: "x")
                .allows(try #require(IPAddress(address)))
        }
        for address in ["127.0.0.1", "10.0.0.1", "192.168.3.4", "::1", "fd00::1"] {
            #expect(try allows(address, .none) && allows(address, .startTLS))
        }
        for address in ["8.8.8.8", "2606:4700::1", "100.64.0.1", "169.254.1.1"] {
            #expect(try !allows(address, .none) && allows(address, .startTLS))
        }
        for address in ["169.254.169.254", "fd00:ec2::254", "100.100.100.200"] {
            #expect(try !allows(address, .none) && !allows(address, .implicit))
        }
    }

    @Test(
        "what cannot stand in a URL is refused at the start",
        arguments: [
            ("mail.example.org/x", 25, "a"), ("user@mail", 25, "a"), ("mail", 0, "a"), ("mail", 70_000, "a"),
            ("mail", 25, "a\r\nRCPT"), ("mail", 25, "a b"), ("mail", 25, ""), ("", 25, "a"), ("a:b", 25, "a"),
        ]
    )
    func start(_ host: String, _ port: Int, _ name: String) {
        let configuration = SMTPConfiguration(host: host, port: port, encryption: .startTLS, localName: name)
        #expect(throws: CurlStartFault.unusableAddress) { try SMTPTransport(configuration) }
    }
}
