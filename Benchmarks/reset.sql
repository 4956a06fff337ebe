-- Takes away what earlier runs have left, and makes the known sessions look just used.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set session_replication_role = replica;
delete from sessions where created_at > '2020-01-02';
delete from federated_identities where linked_at > '2020-01-02';
delete from user_emails where created_at > '2020-01-02';
delete from users where created_at > '2020-01-02';
truncate sign_in_transactions, parked_callbacks, linking_decisions, bench_commits, throttles, known_devices, jobs,
    account_events, pending_registrations, registration_tokens, proofs, email_changes, caught_mails;
update sessions s set last_seen_at = now() from bench_tokens t where s.token_hash = t.token_hash;
vacuum (analyze) users;
vacuum (analyze) user_emails;
vacuum (analyze) federated_identities;
vacuum (analyze) sessions;
checkpoint;
