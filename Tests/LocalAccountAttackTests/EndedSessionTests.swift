import Postgres
import TestSupport
import Testing

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
        let change = try await stack.database.transaction { transaction in
            _ = try await transaction.query("select from users where id = \(user)::uuid for update")
            let change = Task {
                try await browser.post("/account/password", form: [("new_password", LocalPerson.freshPassword())])
            }
            _ = try await eventually("the change to wait for the lock") { () -> Bool? in
                let waiting = try await stack.database.query(
                    """
                    select from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock' and query like '%for update of u%'
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
