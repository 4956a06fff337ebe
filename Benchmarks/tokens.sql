-- What dev/bench tokens uses up: codes and refresh tokens, once each, and access tokens. bench_single(kind, number, token_hash)
-- holds the hashes of those that the load program knows; as many again, of known form, are for pgbench.
-- :singles is how many of each, :challenge the S256 challenge of every code.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set session_replication_role = replica;
set synchronous_commit = off;
truncate authorization_codes, refresh_tokens, access_tokens;

create temporary table bench_parents as
select row_number() over () as n, id, user_id, identity_id from sessions limit :singles;
create unique index on bench_parents (n);
create temporary table bench_tokens_of as
select kind, number, token_hash, gen_random_uuid() as grant_id,
       1 + number % (select count(*) from bench_parents) as parent
from bench_single
union all
select kind, number, sha256((kind || number)::bytea), gen_random_uuid(), 1 + number % (select count(*) from bench_parents)
from (values ('code'), ('refresh'), ('access')) kinds (kind), generate_series(1, :singles) number;

insert into authorization_codes (code_hash, client_id, redirect_uri, user_id, session_id, scope, nonce, code_challenge, expires_at)
select t.token_hash, 'bench', 'https://bench.example/callback', p.user_id, p.id, '{openid,email}', 'n', :'challenge',
       now() + interval '1 day'
from bench_tokens_of t join bench_parents p on p.n = t.parent where t.kind = 'code';

insert into sessions (id, token_hash, user_id, identity_id, methods, provider, authenticated_at, idle_timeout, expires_at,
                      user_agent, network, client_id, scope)
select t.grant_id, sha256(uuid_send(t.grant_id)), p.user_id, p.identity_id, '{fed}', 'google', now(), interval '14 days',
       now() + interval '90 days', 'bench-load', '127.0.0.0/24', 'bench', '{openid,email,offline_access}'
from bench_tokens_of t join bench_parents p on p.n = t.parent where t.kind in ('refresh', 'access');
insert into refresh_tokens (token_hash, session_id) select token_hash, grant_id from bench_tokens_of where kind = 'refresh';
insert into access_tokens (token_hash, session_id, scope, expires_at)
select token_hash, grant_id, '{openid,email}', now() + interval '1 day' from bench_tokens_of where kind = 'access';
vacuum (analyze) authorization_codes, refresh_tokens, access_tokens, sessions;
checkpoint;
