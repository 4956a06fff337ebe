-- Apps that asked for it are told when a person's session with them ends (OpenID Connect Back-Channel Logout 1.0).

alter table sessions
    -- An app's session: whether the app is told of its end.
    add column logout_notice boolean not null default false,
    -- An app's session that outlives signing out: the browser's session it was granted in, whose end the app is told of as well.
    -- Nothing hangs on the row it names, which may be long gone.
    add column told_of uuid;
create index sessions_told_of on sessions (told_of) where told_of is not null;

-- Here and not in the statements that end sessions: whatever ends one, for whatever reason and by whichever path, the notice is
-- stored with it or not at all. The kind is the app's id, so that an app that is slow keeps up nobody else's notices.
create function sessions_tell_app() returns trigger language plpgsql as $$
begin
    insert into jobs (id, queue, kind, payload)
    values (gen_random_uuid(), 'logout', old.client_id, json_build_object('sid', old.id, 'sub', old.user_id));
    return null;
end
$$;
-- Time ends a session without a word: whoever lets it run out signs out of nothing.
create trigger sessions_of_app_ended after delete on sessions for each row
    when (old.logout_notice and old.expires_at > now() and old.last_seen_at + old.idle_timeout > now()) execute function sessions_tell_app();

-- What ended in the same statement is not there any more and has its own notice, so each is told of once.
create function sessions_tell_outliving() returns trigger language plpgsql as $$
begin
    insert into jobs (id, queue, kind, payload)
    select gen_random_uuid(), 'logout', client_id, json_build_object('sid', id, 'sub', user_id)
    from sessions
    where told_of = old.id and logout_notice and expires_at > now() and last_seen_at + idle_timeout > now();
    return null;
end
$$;
create trigger sessions_of_browser_ended after delete on sessions for each row
    -- A sign-in whose second step never came ended the session before it, so time is not what ended that one.
    when (old.client_id is null
          and (old.awaits_second_factor or old.expires_at > now() and old.last_seen_at + old.idle_timeout > now()))
    execute function sessions_tell_outliving();
