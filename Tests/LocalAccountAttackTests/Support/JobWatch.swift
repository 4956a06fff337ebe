import Postgres
import Synchronization
import TestSupport

/// What a stack's jobs are: every one is written down when it is stored, and those that a test names can be kept waiting, as a
/// dead mail server keeps them.
enum JobWatch {
    private static let watched = Mutex<[String: Task<Void, any Error>]>([:])

    /// Begins to watch; from the second time on it only waits until the first has.
    static func begin(_ stack: Stack) async throws {
        let task = watched.withLock { tasks in
            let task = tasks[stack.conninfo] ?? Task { try await stack.database.runScript(script) }
            tasks[stack.conninfo] = task
            return task
        }
        try await task.value
    }

    private static let script = """
        create table test_held (needle text not null);
        create table test_jobs (id uuid, kind text, payload text);
        create table test_registrations (id uuid, address text);
        create function test_watch() returns trigger language plpgsql as $$
        begin
            insert into test_jobs values (new.id, new.kind, new.payload::text);
            if exists (select from test_held where position(needle in new.payload::text) > 0) then
                new.due_at := now() + interval '1 hour';
            end if;
            return new;
        end
        $$;
        create trigger test_watch before insert on jobs for each row execute function test_watch();
        create function test_registered() returns trigger language plpgsql as $$
        begin
            insert into test_registrations values (new.id, new.address);
            return new;
        end
        $$;
        create trigger test_registered before insert on pending_registrations
            for each row execute function test_registered();
        """
}

extension Stack {
    /// Keeps jobs waiting whose payload contains a text, from now on: everybody's, so the stack has to be the test's own.
    func hold(_ needle: String) async throws {
        try await JobWatch.begin(self)
        _ = try await database.query("insert into test_held values (\(needle))")
    }

    /// Lets them go on.
    func release(_ needle: String) async throws {
        _ = try await database.query("delete from test_held where needle = \(needle)")
        _ = try await database.query("update jobs set due_at = now() where position(\(needle) in payload::text) > 0")
        _ = try await database.query("select pg_notify('latchkey_jobs', 'mail')")
    }

    /// Kinds of the jobs that were ever stored for an address, its sign-ups included.
    func jobKinds(for address: String) async throws -> [String] {
        try await database.query(
            """
            select kind from test_jobs j where position(\(address) in payload) > 0 or exists (
                select from test_registrations r where r.address = \(address) and position(r.id::text in j.payload) > 0
            ) order by id
            """
        ).map { (row) throws(PostgresFailure) in try row.decode(String.self, at: 0) }
    }
}
