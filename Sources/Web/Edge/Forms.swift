import HTTPTypes
import Hummingbird
import NIOCore
import OAuth
import Synchronization

/// Reads form bodies: one media type, capped in size and in time, every parameter at most once.
struct Forms: Sendable {
    let maximumBytes: Int
    let timeout: Duration

    /// The form; empty when there is no body.
    func read(_ request: Request) async throws -> FormParameters {
        let body = try await bytes(request)
        guard !body.isEmpty else { return try FormURLEncoded.parse("") }
        guard Self.mediaType(request) == "application/x-www-form-urlencoded" else {
            throw Refusal.unsupportedMediaType
        }
        do {
            return try FormURLEncoded.parse(body)
        } catch {
            throw Refusal.malformed
        }
    }

    /// The form as the query of a GET. It came from another site, so without the cookie; the browser is asked to come again.
    func query(_ request: Request) async throws -> String {
        let form = try await read(request)
        let query = FormURLEncoded.encode(form.names.compactMap { name in form[name].map { (name: name, value: $0) } })
        guard query.utf8.count <= 12_000 else { throw Refusal.tooLarge }
        return query
    }

    /// The raw body, for parameters that are parked unread.
    func text(_ request: Request) async throws -> String {
        guard let text = String(validating: try await bytes(request), as: UTF8.self) else { throw Refusal.malformed }
        return text
    }

    /// What the body is said to be (RFC 9110 §8.3.1), in lower case and without parameters.
    static func mediaType(_ request: Request) -> String? {
        request.headers[.contentType].map { value in
            let type = value.utf8.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != UInt8(ascii: " ") }
            let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
            return String(decoding: type.map { capitals.contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
    }

    private func bytes(_ request: Request) async throws -> [UInt8] {
        let limit = maximumBytes
        let timeout = timeout
        let buffer = try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            let isRead = OnceRead()
            group.addTaskAtOnce {
                defer { isRead.note() }
                var request = request
                do {
                    return try await request.collectBody(upTo: limit)
                } catch {
                    if error is NIOTooManyBytesError || error is HTTPError || error is CancellationError { throw error }
                    // Broken chunks, or a body that ended before it was whole: the sender's fault, and no alarm of ours.
                    throw Refusal.malformed
                }
            }
            // A body that drips in holds a connection, never a handler for ever. Nearly every body came along with its head and is
            // read by now: then there is nothing to wait for, and a clock would cost more than all the rest of this.
            if !isRead.isNoted {
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let buffer = first else { throw Refusal.timedOut }
            return buffer
        }
        return Array(buffer.readableBytesView)
    }
}

/// Whether a body has been read.
private final class OnceRead: Sendable {
    private let isRead = Atomic(false)

    var isNoted: Bool { isRead.load(ordering: .acquiring) }

    func note() { isRead.store(true, ordering: .releasing) }
}

extension ThrowingTaskGroup {
    /// Starts a task on the calling thread, which goes on here when the task has to wait for something for the first time.
    fileprivate mutating func addTaskAtOnce(
        _ operation: @escaping @isolated(any) @Sendable () async throws(Failure) -> ChildTaskResult
    ) where Failure == any Error {
        if #available(macOS 26, *) {
            addImmediateTask(operation: operation)
        } else {
            addTask(operation: operation)
        }
    }
}
