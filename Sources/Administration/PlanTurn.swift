import Synchronization

/// Plans that a request waits for: one at a time, and none for longer than a request may take. A plan reads the whole database, and
/// whoever asks again because the answer is slow must not make it slower. The command, which has a process of its own, is not held.
public final class PlanTurn: Sendable {
    /// How long a request may wait for a plan.
    public static let usualLimit: Duration = .seconds(120)
    private let limit: Duration
    private let isTaken = Mutex(false)

    /// Creates a turn.
    public init(limit: Duration = usualLimit) { self.limit = limit }

    /// Makes a plan, unless one is being made.
    ///
    /// - Throws: ``PolicyFailure/planRunning``, ``PolicyFailure/planTooLong(seconds:)``, or what `plan` throws.
    public func callAsFunction<Value: Sendable>(
        _ plan: @escaping @Sendable () async throws(PolicyFailure) -> Value
    ) async throws(PolicyFailure) -> Value {
        let isMine = isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
        guard isMine else { throw .planRunning }
        defer { isTaken.withLock { $0 = false } }
        let made = await withTaskGroup(of: Result<Value, PolicyFailure>?.self) {
            (group) -> Result<Value, PolicyFailure>? in
            group.addTask {
                do throws(PolicyFailure) {
                    return .success(try await plan())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { [limit] in
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            // Whichever is left ends at once: a plan looks between its bites whether it is still wanted. One that has just been
            // carried out all the same is not called given up.
            group.cancelAll()
            if first == nil, case .success(let value) = await group.next() ?? nil { return .success(value) }
            return first
        }
        switch made {
        case .success(let value): return value
        case .failure(let failure): throw failure
        case nil: throw .planTooLong(seconds: Int(limit.components.seconds))
        }
    }
}
