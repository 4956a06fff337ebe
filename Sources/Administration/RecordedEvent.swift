public import Accounts
public import JSON

public import struct Foundation.UUID

/// Something that apps are told about an account, as it was written in the transaction that made it true.
public struct RecordedEvent: Sendable, Hashable {
    /// Its place: what a reader asks to go on after. Never given out twice, but readers do not meet them in this order.
    public let sequence: Int64
    /// Its id, by which a reader knows an event it has had before.
    public let id: UUID
    /// What happened: `user.merged` and so on.
    public let kind: String
    /// About whom and what; its members are those of the kind.
    public let payload: JSONValue
    /// When.
    public let happenedAt: Instant

    /// Creates an event read from its row.
    public init(sequence: Int64, id: UUID, kind: String, payload: JSONValue, happenedAt: Instant) {
        self.sequence = sequence
        self.id = id
        self.kind = kind
        self.payload = payload
        self.happenedAt = happenedAt
    }

    /// For programs.
    public var json: JSONValue {
        [
            "sequence": .number(JSONNumber(sequence)), "id": .string(id.uuidString.lowercased()), "kind": .string(kind),
            "happened_at": .string(happenedAt.text), "payload": payload,
        ]
    }
}

/// Some events, in the order in which every reader meets them.
public struct EventPage: Sendable, Hashable {
    /// Largest page.
    public static let limit = 1000

    /// The events.
    public let events: [RecordedEvent]
    /// Where to go on: the last one's sequence, or what was asked for where there is nothing new.
    public let next: Int64

    /// Creates a page.
    public init(_ events: [RecordedEvent], after: Int64) {
        self.events = events
        next = events.last?.sequence ?? after
    }

    /// For programs.
    public var json: JSONValue {
        ["events": .array(events.map(\.json)), "next": .number(JSONNumber(next))]
    }
}

/// What apps are told.
public protocol EventLog: Sendable {
    /// Events that come after one that was read; from the oldest there is with 0. Nil when that one is not there any more.
    ///
    /// No reader ever skips one: an event is shown only when none can appear before it any more. So one whose transaction is
    /// still open keeps back what was written since that transaction began.
    /// - Parameter limit: at most this many.
    func events(after sequence: Int64, limit: Int) async throws(StoreFailure) -> EventPage?
}
