public import JSON

public import struct Foundation.UUID

/// Work that has to happen after a change was committed, and exactly because it was: a mail, a webhook. Stored in the same
/// transaction as the change.
public struct Job: Sendable, Hashable {
    /// Fresh UUIDv7; also the stable part of what is sent (a mail's Message-ID), so that a repetition can be recognised.
    public let id: UUID
    /// Which runner takes it: `mail`, later `webhook`.
    public let queue: String
    /// What to do, a stable snake_case word.
    public let kind: String
    /// What the handler needs: ids and addresses, never a token or a password.
    public let payload: JSONValue

    /// Creates a job.
    public init(id: UUID, queue: String, kind: String, payload: JSONValue) {
        self.id = id
        self.queue = queue
        self.kind = kind
        self.payload = payload
    }
}
