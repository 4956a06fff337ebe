-- How many sessions one user has at a time, and what the operator keeps about a user.

-- As many as its user may have, this one included; null for any number.
alter table sessions add column sessions_allowed integer check (sessions_allowed >= 1);

-- One more ends the one that was unused for longest. Here and not in the statements that begin sessions: a statement sees only
-- what was committed when it began, so that of many sign-ins at once none would see another's session.
create function sessions_within_limit() returns trigger language plpgsql as $$
begin
    perform 1 from users where id = new.user_id for no key update;
    with surplus as (
        select id from sessions
        where user_id = new.user_id and id <> new.id and client_id is null and not awaits_second_factor
        order by (expires_at > now() and last_seen_at + idle_timeout > now()) desc, last_seen_at desc, id desc
        offset new.sessions_allowed - 1
    ), ended as (
        delete from sessions where id in (select id from surplus)
        returning user_id, expires_at > now() and last_seen_at + idle_timeout > now() as was_live
    )
    insert into account_events (id, user_id, kind)
    select gen_random_uuid(), user_id, 'session_limit_reached' from ended where was_live limit 1;
    return null;
end
$$;
create trigger sessions_begun after insert on sessions for each row
    when (new.sessions_allowed is not null and not new.awaits_second_factor) execute function sessions_within_limit();
-- A session that waited for its second step counts from when it opens.
create trigger sessions_opened after update of awaits_second_factor on sessions for each row
    when (new.sessions_allowed is not null and old.awaits_second_factor and not new.awaits_second_factor)
    execute function sessions_within_limit();

-- JSON objects, byte for byte as an administrator wrote them: what whoever may ask about a session sees, and what stays with
-- administrators. Nothing that a user can reach writes either (L-12).
alter table users
    add column public_metadata  text not null default '{}' check (octet_length(public_metadata) <= 4096),
    add column private_metadata text not null default '{}' check (octet_length(private_metadata) <= 16384);

-- The administrator who did it; null for the account's owner.
alter table account_events add column author text check (char_length(author) <= 64);
