public import Accounts
public import Administration
import JSON
import Postgres

import struct Foundation.UUID

extension PostgresStore: EventLog {
    /// In the order of the transactions that wrote them, and of those only what is older than every transaction that is still
    /// open. A sequence alone would not do: of two transactions, the one with the smaller sequence may commit last, and whoever
    /// has read the other one by then would never see it.
    public func events(after sequence: Int64, limit: Int) async throws(StoreFailure) -> EventPage? {
        let place: SQL =
            sequence == 0
            ? "true"
            : """
            (transaction, sequence) > (select c.transaction, c.sequence from app_events c where c.sequence = \(sequence))
            """
        do {
            let answers = try await client.atomically([
                "select \(sequence == 0) or exists (select from app_events where sequence = \(sequence))",
                """
                select sequence, id, kind, payload::text, happened_at from app_events
                where transaction < pg_snapshot_xmin(pg_current_snapshot()) and \(place)
                order by transaction, sequence limit \(limit)
                """,
            ])
            guard try answers[0].one().decode(Bool.self, at: 0) else { return nil }
            let events = try answers[1].decodeAll { (row) throws(PostgresFailure) in
                let payload = try row.decode(String.self, at: 3)
                return RecordedEvent(
                    sequence: try row.decode(Int64.self, at: 0),
                    id: try row.decode(UUID.self, at: 1),
                    kind: try row.decode(String.self, at: 2),
                    // What the statement above made with json_build_object.
                    payload: (try? JSONValue.parse(Array(payload.utf8))) ?? .null,
                    happenedAt: Instant(try row.decode(Timestamp.self, at: 4))
                )
            }
            return EventPage(events, after: sequence)
        } catch {
            throw translate(error)
        }
    }
}
