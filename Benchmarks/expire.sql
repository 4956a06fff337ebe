-- Lets :share of 256 of the sessions run out, all over the table, but none that the load program asks for.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set session_replication_role = replica;
set synchronous_commit = off;
update sessions s set expires_at = now() - interval '1 hour'
where get_byte(token_hash, 0) < :share and not exists (select from bench_tokens t where t.token_hash = s.token_hash);
vacuum (analyze) sessions;
checkpoint;
