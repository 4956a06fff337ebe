import HTTPTypes
import Hummingbird
import NIOCore
import OAuth

/// Reads form bodies: one media type, capped in size and in time, every parameter at most once.
struct Forms: Sendable {
    let maximumBytes: Int
    let timeout: Duration

    /// The form; empty when there is no body.
    func read(_ request: Request) async throws -> FormParameters {
        let body = try await bytes(request)
        guard !body.isEmpty else { return try FormURLEncoded.parse("") }
        let type = request.headers[.contentType].map { $0.prefix { $0 != ";" }.lowercased() }
        guard type?.filter({ $0 != " " }) == "application/x-www-form-urlencoded" else {
            throw Refusal.unsupportedMediaType
        }
        guard let text = String(validating: body, as: UTF8.self) else { throw Refusal.malformed }
        do {
            return try FormURLEncoded.parse(text)
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

    private func bytes(_ request: Request) async throws -> [UInt8] {
        var request = request
        let limit = maximumBytes
        let timeout = timeout
        let buffer = try await withThrowingTaskGroup(of: ByteBuffer?.self) { [request] group in
            group.addTask {
                var request = request
                do {
                    return try await request.collectBody(upTo: limit)
                } catch {
                    if error is NIOTooManyBytesError || error is HTTPError || error is CancellationError { throw error }
                    // Broken chunks, or a body that ended before it was whole: the sender's fault, and no alarm of ours.
                    throw Refusal.malformed
                }
            }
            // A body that drips in holds a connection, never a handler for ever.
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let buffer = first else { throw Refusal.timedOut }
            return buffer
        }
        request.body = .init(buffer: buffer)
        return Array(buffer.readableBytesView)
    }
}
