import Accounts
import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import Web

/// Sessions whose checks are answered when the test says so.
private final class HeldSessions: SessionStore {
    private let waiting = Mutex<[@Sendable (Result<LiveSession?, StoreFailure>) -> Void]>([])

    var checks: Int { waiting.withLock { $0.count } }

    func session(
        _ token: TokenHash,
        lifetime: SessionLifetime,
        then completion: @escaping @Sendable (Result<LiveSession?, StoreFailure>) -> Void
    ) { waiting.withLock { $0.append(completion) } }

    func answerFirst(_ result: Result<LiveSession?, StoreFailure>) {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }?(result)
    }

    func touch(_ session: SessionID) {}
    func end(_ token: TokenHash) async throws(StoreFailure) -> Bool { throw .unavailable }
    func endAll(ofUserBehind token: TokenHash) async throws(StoreFailure) -> Int { throw .unavailable }
    func removeExpired(limit: Int) async throws(StoreFailure) -> Int { throw .unavailable }
}

@Suite("Session checks ahead of the router")
struct ConnectionHandlerTests {
    /// One connection whose peer, router and database are the test.
    private struct World {
        let connection: EmbeddedConnection
        let sessions = HeldSessions()

        var channel: EmbeddedChannel { connection.channel }
        var behind: BehindHandler { connection.behind }

        init() throws { connection = try EmbeddedConnection(try ContractTests.services(sessions: sessions)) }

        func send(_ text: String) throws { try connection.send(text) }
        func received() throws -> String { try connection.received() }

        func answer(_ name: String) throws {
            sessions.answerFirst(.success(try SessionAnswerTests.session(named: name)))
        }
    }

    private static let token = SessionToken.generate().reveal()
    private static let check = "GET /v1/session HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n"
    private static let other = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("A check is answered without the router, with the length that its body has")
    func direct() throws {
        let world = try World()
        try world.send(Self.check)
        #expect(world.behind.targets.isEmpty)
        #expect(world.sessions.checks == 1)
        try world.answer("Ada")
        let parts = try world.received().components(separatedBy: "\r\n\r\n")
        #expect(parts.count == 2)
        #expect(parts[0].hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(parts[0].contains("\r\nContent-Length: \(parts[1].utf8.count)\r\n"))
        #expect(parts[1].contains(#""name":"Ada""#))
        #expect(world.channel.isActive)
    }

    @Test("Answers leave in the order of their requests, whoever answers first, check or router")
    func order() throws {
        let world = try World()
        try world.send(Self.check + Self.check + Self.other + Self.check)
        #expect(world.sessions.checks == 1)
        try world.answer("First")
        #expect(try world.received().contains("First"))
        #expect(world.sessions.checks == 1)
        #expect(world.behind.targets.isEmpty)
        try world.answer("Second")
        #expect(try world.received().contains("Second"))
        // The third is the router's; the fourth came while it was not answered, so it is the router's as well.
        #expect(world.behind.targets == ["/healthz", "/v1/session"])
        #expect(world.sessions.checks == 0)
        world.behind.answer("Third")
        world.behind.answer("Fourth")
        let rest = try world.received()
        #expect(
            rest.range(of: "Third")?.lowerBound ?? rest.endIndex < rest.range(of: "Fourth")?.lowerBound
                ?? rest.startIndex
        )
        try world.send(Self.check)
        #expect(world.sessions.checks == 1)
    }

    @Test("Rubbish behind a check waits until the check is answered; so does the end of what the peer says")
    func rubbish() throws {
        let world = try World()
        try world.send(Self.check)
        world.channel.pipeline.fireErrorCaught(HTTPParserError.invalidMethod)
        world.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(world.behind.errors == 0)
        #expect(!world.behind.isInputClosed)
        try world.answer("Ada")
        #expect(try world.received().contains("Ada"))
        #expect(world.behind.errors == 1)
        #expect(world.behind.isInputClosed)
    }

    @Test(
        "Whatever is more than a plain check goes through the router",
        arguments: [
            ("GET", "/v1/session?max_age=60", "", "1.1"), ("HEAD", "/v1/session", "", "1.1"),
            ("GET", "/v1/session/", "", "1.1"), ("DELETE", "/v1/session", "", "1.1"),
            ("GET", "/v1/session", "", "1.0"), ("GET", "/v1/session", "Connection: close", "1.1"),
            ("GET", "/v1/session", "Proxy-Connection: close", "1.1"),
            ("GET", "/v1/session", "connection: Upgrade", "1.1"), ("GET", "/v1/session", "Content-Length: 0", "1.1"),
            ("GET", "/v1/session", "Transfer-Encoding: chunked", "1.1"),
            ("GET", "/v1/session", "Expect: 100-continue", "1.1"),
            ("GET", "/v1/session", "Authorization: Bearer \(token)", "1.1"),
        ]
    )
    func router(method: String, target: String, field: String, version: String) throws {
        let world = try World()
        let line = field.isEmpty ? "" : field + "\r\n"
        try world.send(
            "\(method) \(target) HTTP/\(version)\r\nHost: a\r\nAuthorization: Bearer \(Self.token)\r\n\(line)\r\n"
        )
        #expect(world.sessions.checks == 0)
        #expect(world.behind.targets == [target])
    }

    @Test(
        "F01 a bearer goes before the cookie, two cookies are none, and nothing well-formed is the router's to refuse"
    )
    func presented() throws {
        let other = SessionToken.generate().reveal()
        for (fields, isChecked) in [
            ("Cookie: a=b; __Host-latchkey=\(Self.token)", true),
            ("Authorization: Bearer junk\r\nCookie: __Host-latchkey=\(Self.token)", false),
            ("Cookie: __Host-latchkey=\(Self.token); __Host-latchkey=\(other)", false),
            ("Cookie: __Host-latchkey=\(Self.token)\r\nCookie: __Host-latchkey=\(other)", false),
            ("X: y", false),
        ] {
            let world = try World()
            try world.send("GET /v1/session HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")
            #expect(world.sessions.checks == (isChecked ? 1 : 0), "\(fields)")
            #expect(world.behind.targets.count == (isChecked ? 0 : 1), "\(fields)")
        }
    }

    @Test("No session is 401 and no database is 503, as problems, and the connection goes on")
    func refusals() throws {
        let world = try World()
        try world.send(Self.check)
        world.sessions.answerFirst(.success(nil))
        let nobody = try world.received()
        #expect(nobody.hasPrefix("HTTP/1.1 401 "))
        #expect(nobody.contains("\r\nWWW-Authenticate: Bearer\r\n"))
        #expect(nobody.contains(#""code":"unauthenticated""#))
        try world.send(Self.check)
        world.sessions.answerFirst(.failure(.unavailable))
        let away = try world.received()
        #expect(away.hasPrefix("HTTP/1.1 503 "))
        #expect(away.contains("\r\nRetry-After: "))
        #expect(world.channel.isActive)
    }

    @Test("A peer that leaves while its check is under way gets nothing; that there was an answer is written down")
    func leaving() throws {
        let world = try World()
        try world.send(Self.check)
        _ = try world.channel.finish(acceptAlreadyClosed: true)
        world.sessions.answerFirst(.failure(.unavailable))
        #expect(try world.received().isEmpty)
        #expect(world.connection.log.statuses == ["503"])
    }

    @Test("A node that stops answers the check that is under way, and closes behind it")
    func stopping() throws {
        let world = try World()
        try world.send(Self.check)
        world.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(world.channel.isActive)
        try world.answer("Ada")
        let answer = try world.received()
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains("Ada"))
        #expect(!world.channel.isActive)
    }

    @Test(
        "A peer that wants no more answers is told that this is the last, and nothing behind its request is looked at",
        arguments: ["GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /healthz HTTP/1.0\r\n\r\n"]
    )
    func last(request: String) throws {
        let world = try World()
        try world.send(Self.other + request + Self.other + Self.check)
        #expect(world.behind.targets == ["/healthz", "/healthz"])
        #expect(world.behind.ends == 2)
        world.behind.answer("First")
        #expect(try !world.received().contains("Connection: close"))
        #expect(world.channel.isActive)
        world.behind.answer("Second")
        let answer = try world.received()
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("Second"))
        #expect(world.sessions.checks == 0)
        #expect(!world.channel.isActive)
    }

    @Test("What comes behind the last request gets no answer, and takes none from those before it")
    func behindTheLast() throws {
        let world = try World()
        try world.send(Self.check + "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nrubbish")
        try world.answer("First")
        #expect(try world.received().contains("First"))
        #expect(world.behind.targets == ["/healthz"])
        #expect(world.behind.errors == 0)
        world.behind.answer("Second")
        #expect(try world.received().hasSuffix("Second"))
        #expect(!world.channel.isActive)
    }

    @Test("A peer that does not read its answers is the router's, which waits until it does")
    func unread() throws {
        let world = try World()
        world.channel.isWritable = false
        try world.send(Self.check + Self.check)
        #expect(world.sessions.checks == 0)
        #expect(world.behind.targets == ["/v1/session", "/v1/session"])
    }

    @Test("A peer that is idle is let go, and one whose check takes long is not")
    func idle() throws {
        let waiting = try World()
        try waiting.send(Self.check)
        waiting.channel.embeddedEventLoop.advanceTime(by: .seconds(120))
        #expect(waiting.channel.isActive)
        let silent = try World()
        silent.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(silent.channel.isActive)
        silent.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!silent.channel.isActive)
    }
}
