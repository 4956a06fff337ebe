-- After a copy of the filled database: the known sessions look just used, and the tables that every request reads are in memory.
\set ON_ERROR_STOP on
set client_min_messages = warning;
update sessions s set last_seen_at = now() from bench_tokens t where s.token_hash = t.token_hash;
create extension if not exists pg_prewarm;
-- What every request needs comes last: if not everything fits, the first to go is what came first.
select sum(pg_prewarm(name::regclass))
from unnest(array['federated_identities', 'sessions', 'user_emails', 'users', 'federated_identities_issuer_subject',
                  'user_emails_one_primary', 'users_pkey', 'sessions_token_hash']) name;
checkpoint;
