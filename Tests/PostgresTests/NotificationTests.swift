import Foundation
import Testing

@testable import Postgres

@Suite("LISTEN and NOTIFY", .serialized, .enabled(if: TestDatabase.isThere), .database, .timeLimit(.minutes(20)))
struct NotificationTests {
    @Test("subscribers hear their own channels, with odd names and payloads") func delivery() async throws {
        try await TestDatabase.withClient { client async throws in
            let odd = "Od\"d; select 1 --"
            var first = client.notifications(channels: ["plain", odd]).makeAsyncIterator()
            #expect(await first.next() == .linkRegained)
            var second = client.notifications(channels: ["other"]).makeAsyncIterator()
            #expect(await second.next() == .linkRegained)
            try await client.query("select pg_notify(\("plain"), \("it's 🏳️‍🌈"))")
            try await client.query("select pg_notify('other', 'for the second')")
            try await client.query("select pg_notify(\(odd), '')")
            #expect(await first.next() == .notification(channel: "plain", payload: "it's 🏳️‍🌈"))
            #expect(await first.next() == .notification(channel: odd, payload: ""))
            #expect(await second.next() == .notification(channel: "other", payload: "for the second"))
        }
    }

    @Test("a notification of a transaction comes when it commits, not before") func transactional() async throws {
        try await TestDatabase.withClient { client async throws in
            var events = client.notifications(channels: ["tx"]).makeAsyncIterator()
            #expect(await events.next() == .linkRegained)
            _ = try? await client.transaction { transaction async throws in
                try await transaction.query("select pg_notify('tx', 'rolled back')")
                throw CancellationError()
            }
            try await client.transaction { transaction async throws in
                try await transaction.query("select pg_notify('tx', 'committed')")
            }
            #expect(await events.next() == .notification(channel: "tx", payload: "committed"))
        }
    }

    @Test("a lost link is told, and when it is back") func lostLink() async throws {
        try await TestDatabase.withClient({ $0.applicationName = "listening" }) { client async throws in
            var events = client.notifications(channels: ["news"]).makeAsyncIterator()
            #expect(await events.next() == .linkRegained)
            try await TestDatabase.withClient { killer async throws in
                try await killer.query(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = 'listening' and query like 'LISTEN%'
                    """
                )
            }
            #expect(await events.next() == .linkLost)
            #expect(await events.next() == .linkRegained)
            try await client.query("select pg_notify('news', 'again')")
            #expect(await events.next() == .notification(channel: "news", payload: "again"))
        }
    }

    @Test("a subscriber that is too slow is told that it missed something") func overflow() async throws {
        try await TestDatabase.withClient { client async throws in
            var slow = client.notifications(channels: ["flood"]).makeAsyncIterator()
            #expect(await slow.next() == .linkRegained)
            var probe = client.notifications(channels: ["done"]).makeAsyncIterator()
            #expect(await probe.next() == .linkRegained)
            try await client.query("select pg_notify('flood', g::text) from generate_series(1, 3000) g")
            try await client.query("select pg_notify('done', '')")
            #expect(await probe.next() == .notification(channel: "done", payload: ""))
            var count = 0
            while let event = await slow.next(), event != .overflowed { count += 1 }
            #expect(count == 1024)
            try await client.query("select pg_notify('flood', 'after')")
            #expect(await slow.next() == .notification(channel: "flood", payload: "after"))
        }
    }

    @Test("the stream ends with the client") func end() async throws {
        let stream = try await TestDatabase.withClient { client async throws in
            let stream = client.notifications(channels: ["end"])
            var events = stream.makeAsyncIterator()
            #expect(await events.next() == .linkRegained)
            return stream
        }
        for await _ in stream {}
    }

    @Test("nobody left to listen: the connection is closed") func unsubscribe() async throws {
        try await TestDatabase.withClient { client async throws in
            try await eventually { client.statistics.connections == 5 }
            let task = Task { for await _ in client.notifications(channels: ["a"]) {} }
            try await eventually { client.statistics.connections == 6 }
            task.cancel()
            await task.value
            try await eventually { client.statistics.connections == 5 }
        }
    }
}
