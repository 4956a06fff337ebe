insert into bench_commits (token_hash, user_id, expires_at)
values (sha256(uuid_send(gen_random_uuid())), gen_random_uuid(), now() + interval '30 days');
