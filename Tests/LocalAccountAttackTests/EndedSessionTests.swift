import Postgres
import Synchronization
import TestSupport
import Testing

/// What a request was answered, once it was.
private final class Answered: Sendable {
    let answer = Mutex<String?>(nil)
}

/// A change that waits for its account's lock while whoever holds it ends every session.
@Suite("Changes behind the end of every session", .enabled(if: Stack.isAvailable))
struct EndedSessionTests {
    @Test("H06 G15 a first password that waited behind the end of every session is not set", arguments: [true, false])
    func waiting(_ ends: Bool) async throws {
        let stack = try await Installation.roomy()
        let account = try await ProviderAccount.opened(at: stack, email: LocalPerson.freshAddress("gmail.com"))
        let browser = try await account.signedIn()
        let user = try #require(
            try await stack.text("select user_id::text from user_emails where address = \(account.email)")
        )
        let early = Answered()
        let change = try await stack.database.transaction { transaction in
            _ = try await transaction.query("select from users where id = \(user)::uuid for update")
            let change = Task {
                let answer = try await browser.post(
                    "/account/password",
                    form: [("new_password", LocalPerson.freshPassword())]
                )
                early.answer.withLock { $0 = "\(answer.status) \(answer.sentence)" }
                return answer
            }
            // Whoever waits for this very transaction; asked from within, because one that says nothing for long is ended.
            _ = try await eventually("the change to wait for the lock") { () -> Bool? in
                if let answer = early.answer.withLock({ $0 }) { throw NeverHappened(description: "a wait: \(answer)") }
                let waiting = try await transaction.query(
                    """
                    select from pg_locks
                    where locktype = 'transactionid' and transactionid = pg_current_xact_id()::xid and not granted
                    """
                )
                return waiting.first == nil ? nil : true
            }
            if ends { _ = try await transaction.query("delete from sessions where user_id = \(user)::uuid") }
            return change
        }
        let answer = try await change.value
        let passwords = try await stack.count("select count(*) from passwords where user_id = \(user)::uuid")
        if ends {
            #expect(answer.status == 409 && passwords == 0)
        } else {
            #expect(answer.status == 303 && passwords == 1, "control: a session that lives")
        }
    }
}
