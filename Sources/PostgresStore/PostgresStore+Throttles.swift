public import Accounts
import Postgres

extension PostgresStore: ThrottleStore {
    /// One statement for all keys, in one order, so that two nodes never wait for each other in a circle.
    public func take(_ keys: [ThrottleKey]) async throws(StoreFailure) -> ThrottleVerdict {
        guard !keys.isEmpty else { return .admitted }
        do {
            let row = try await client.query(
                """
                with wanted (key, step, period) as (\(Self.keys(keys))), \(Self.takingThrottles)
                select \(Self.throttleOutcome)
                """
            ).one()
            return try Self.verdict(row, at: 0)
        } catch {
            throw translate(error)
        }
    }

    /// Rows of key, step and period.
    static func keys(_ keys: [ThrottleKey]) -> SQL {
        // Two attempts of one request under one key would be two changes of one row in one statement.
        var seen: Set<TokenHash> = []
        let rows = keys.filter { seen.insert($0.hash).inserted }.map { key -> SQL in
            let period = key.rule.period.seconds
            return """
                select \(key.hash.bytes), make_interval(secs => \(period / Double(key.rule.limit))),
                       make_interval(secs => \(period))
                """
        }
        return SQL.concatenating(rows, separator: " union all ")
    }

    /// Relations after `wanted (key, step, period)`: `late` are the keys that are used up; `taken` the ones counted now, all of
    /// them or, if any is late, none. The rows are locked before they are judged: an attempt that waited for another's commit
    /// reads what that one left, so that one stopped by one key never counts under the next. Only keys that nobody has used
    /// yet have no row to lock; more first attempts at one moment than a key allows may count too often, never too rarely.
    static let takingThrottles: SQL = """
        hopeless as materialized (
            -- Whatever is used up stays so until time passes: whoever only has to be told waits for no lock and writes nothing.
            select max(t.whole_at + w.step - w.period - now()) as wait
            from wanted w join throttles t using (key) where t.whole_at + w.step > now() + w.period
        ), standing as materialized (
            select key, whole_at from throttles
            where key in (select key from wanted) and (select wait from hopeless) is null order by key for update
        ), late as (
            select coalesce((select wait from hopeless), max(t.whole_at + w.step - w.period - now())) as wait
            from wanted w join standing t using (key) where t.whole_at + w.step > now() + w.period
        ), taken as (
            insert into throttles (key, whole_at, period)
            select key, now() + step, period from wanted where (select wait from late) is null order by key
            on conflict (key) do update
            set whole_at = greatest(throttles.whole_at, now()) + (excluded.whole_at - now()), period = excluded.period
            where greatest(throttles.whole_at, now()) + (excluded.whole_at - now()) <= now() + excluded.period
            returning key
        )
        """

    /// Whether all were taken, and how long to wait if not.
    static let throttleOutcome: SQL = """
        (select count(*) from taken) = (select count(*) from wanted),
        coalesce((select ceil(extract(epoch from wait))::bigint from late), 1)
        """

    static func verdict(_ row: Row, at column: Int) throws(PostgresFailure) -> ThrottleVerdict {
        guard try !row.decode(Bool.self, at: column) else { return .admitted }
        return .wait(seconds: Int(clamping: max(1, try row.decode(Int64.self, at: column + 1))))
    }
}
