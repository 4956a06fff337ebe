public import struct Foundation.UUID

/// A job that this node alone works on until its lease runs out.
public struct ClaimedJob: Sendable, Hashable {
    /// What to do.
    public let job: Job
    /// Which attempt this is since the job was stored or revived, from 1.
    public let attempt: Int
    /// Which claim of the job this is, ever. Whatever is said about a job holds only under the claim it was worked on:
    /// a node that was away for longer than its lease cannot undo what its successor does.
    public let claim: Int64

    /// Creates a claimed job.
    public init(job: Job, attempt: Int, claim: Int64) {
        self.job = job
        self.attempt = attempt
        self.claim = claim
    }
}

/// A job that nobody tries any more, kept for an operator: the dead letter.
public struct DeadJob: Sendable, Hashable {
    /// Its id.
    public let id: UUID
    /// Its queue.
    public let queue: String
    /// Its kind.
    public let kind: String
    /// How often it was tried.
    public let attempts: Int
    /// Why the last attempt failed, a stable code.
    public let error: String
    /// How long ago it was given up, by the database's clock.
    public let age: Duration

    /// Creates a dead job.
    public init(id: UUID, queue: String, kind: String, attempts: Int, error: String, age: Duration) {
        self.id = id
        self.queue = queue
        self.kind = kind
        self.attempts = attempts
        self.error = error
        self.age = age
    }
}

/// How full a queue is.
public struct QueueDepth: Sendable, Hashable {
    /// Jobs not done yet, those being worked on included.
    public let waiting: Int
    /// Dead letters.
    public let dead: Int

    /// Creates a depth.
    public init(waiting: Int, dead: Int) {
        self.waiting = waiting
        self.dead = dead
    }
}
