import Accounts
import Foundation
import Mail
import PostgresStore
import Testing

@Suite("Caught mails", .enabled(if: TestDatabase.isThere), .timeLimit(.minutes(20)))
struct CaughtMailTests {
    @Test("mails are kept once each, the latest two hundred")
    func keeping() async throws {
        try await TestDatabase.with { conninfo in
            try await TestDatabase.withStore(conninfo) { store, _ in
                let address = try #require(EmailAddress("ada@example.org"))
                let transport = CatchingTransport(store: store)
                var ids: [UUID] = []
                for number in 0..<203 {
                    ids.append(UUID())
                    let message = MIMEMessage(
                        id: ids[number],
                        sender: Mailer.Sender(address: address, name: "Example"),
                        recipient: address,
                        subject: "Mail \(number)",
                        text: "text",
                        html: "<p>html</p>",
                        unixTime: 0,
                        host: "localhost"
                    )
                    try await transport.send(message)
                    if number == 202 { try await transport.send(message) }
                }
                let latest = try await store.latest(limit: 1000)
                #expect(latest.count == 200)
                #expect(latest.first?.subject == "Mail 202" && latest.last?.subject == "Mail 3")
                #expect(latest.first?.to == "ada@example.org" && latest.first?.html == "<p>html</p>")
                #expect(try await store.message(ids[202])?.text == "text")
                #expect(try await store.message(ids[0]) == nil)
            }
        }
    }
}
