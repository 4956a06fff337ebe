-- The data of dev/bench plan: :users people with a proven address, half of them at gmail.com, a third linked at Google, and
-- :decisions decisions of the last thirty days. Made by Postgres itself, in a database of its own.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set session_replication_role = replica;
set synchronous_commit = off;

insert into users (id, display_name, created_at, last_sign_in_at)
select (lpad(to_hex(1577836800000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid, 'Person ' || n,
       now() - interval '3 years', now() - (n % 900) * interval '1 day'
from generate_series(1::bigint, :users) n;

insert into user_emails (user_id, address, verified_at, is_primary)
select (lpad(to_hex(1577836800000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
       'person' || n || case when n % 2 = 0 then '@gmail.com' else '@people' || n % 50 || '.example' end, now(), true
from generate_series(1::bigint, :users) n;

insert into federated_identities (id, user_id, provider, issuer, subject)
select gen_random_uuid(),
       (lpad(to_hex(1577836800000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid, 'google',
       'https://accounts.google.com', n::text
from generate_series(1::bigint, :users, 3) n;

insert into linking_decisions (id, decided_at, provider, issuer, subject_hash, facts, domain, policy, policy_version, rule,
                               outcome, reason)
select (lpad(to_hex(1767225600000 + n), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
       now() - interval '29 days' + n * (interval '28 days' / :decisions),
       (array['google', 'github', 'oidc-example'])[1 + n % 3], 'https://issuer.example', sha256(int8send(n)),
       'intent=sign_in session=none identity=' || (array['other', 'unknown'])[1 + n % 2] || ' email='
           || (array['authoritative', 'verified', 'unverified'])[1 + n % 3] || ' account='
           || (array['none', 'verified', 'unverified', 'verified'])[1 + n % 4] || ' recycled=no privileged=no dormant=no',
       'people' || n % 50 || '.example', repeat('0', 64), 1, '', 'sign_in', 'identity_known'
from generate_series(1::bigint, :decisions) n;
create table bench_data (label text not null);
insert into bench_data values (:'label');
vacuum (analyze) users, user_emails, federated_identities, linking_decisions;
