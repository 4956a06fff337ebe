import Accounts
public import Mail
import Postgres

public import struct Foundation.UUID

extension PostgresStore: CaughtMailStore {
    /// Keeps a mail, once however often it is sent, and drops all but the latest two hundred.
    public func keep(_ message: MIMEMessage) async throws(MailFailure) {
        try await onCaughtMails(
            """
            insert into caught_mails (id, recipient, subject, text_body, html_body)
            values (\(message.id), \(message.recipient.description), \(message.subject), \(message.text), \(message.html))
            on conflict (id) do nothing
            """
        )
        try await onCaughtMails(
            """
            delete from caught_mails where (caught_at, id) < (
                select caught_at, id from caught_mails order by caught_at desc, id desc offset 199 limit 1)
            """
        )
    }

    /// The latest first.
    public func latest(limit: Int) async throws(MailFailure) -> [CaughtMail] {
        try await read(
            """
            select id, caught_at, recipient, subject, text_body, html_body
            from caught_mails order by caught_at desc, id desc limit \(limit)
            """
        )
    }

    /// One mail; nil when it is not there any more.
    public func message(_ id: UUID) async throws(MailFailure) -> CaughtMail? {
        try await read(
            """
            select id, caught_at, recipient, subject, text_body, html_body from caught_mails where id = \(id)
            """
        ).first
    }

    private func read(_ statement: SQL) async throws(MailFailure) -> [CaughtMail] {
        do {
            return try await onCaughtMails(statement).map { row throws(PostgresFailure) in
                CaughtMail(
                    id: try row.decode(UUID.self, at: 0),
                    at: Instant(microseconds: try row.decode(Timestamp.self, at: 1).microseconds),
                    to: try row.decode(String.self, at: 2),
                    subject: try row.decode(String.self, at: 3),
                    text: try row.decode(String.self, at: 4),
                    html: try row.decode(String.self, at: 5)
                )
            }
        } catch let failure as MailFailure {
            throw failure
        } catch {
            throw .temporary("database_unexpected_result")
        }
    }

    @discardableResult
    private func onCaughtMails(_ statement: SQL) async throws(MailFailure) -> Rows {
        do {
            return try await client.query(statement)
        } catch {
            throw .temporary("database_\(translate(error).rawValue)")
        }
    }
}
