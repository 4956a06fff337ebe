-- Whether there is anything to end is asked first: nearly every sign-in is of somebody with room left, and for them asking costs
-- less than setting up a statement that ends sessions and none of them. The user's row is locked before, as it was, so that two
-- sign-ins at one moment see each other.
create or replace function sessions_within_limit() returns trigger language plpgsql as $$
begin
    perform 1 from users where id = new.user_id for no key update;
    if not exists (
        select from sessions
        where user_id = new.user_id and id <> new.id and not awaits_second_factor
          and client_id is not distinct from new.client_id and (client_id is null or sessions_allowed is not null)
        offset new.sessions_allowed - 1
    ) then
        return null;
    end if;
    with surplus as (
        select id from sessions
        where user_id = new.user_id and id <> new.id and not awaits_second_factor
          and client_id is not distinct from new.client_id and (client_id is null or sessions_allowed is not null)
        order by (expires_at > now() and last_seen_at + idle_timeout > now()) desc, last_seen_at desc, id desc
        offset new.sessions_allowed - 1
    ), ended as (
        delete from sessions where id in (select id from surplus)
        returning user_id, client_id is null and expires_at > now() and last_seen_at + idle_timeout > now() as was_live
    )
    insert into account_events (id, user_id, kind)
    select gen_random_uuid(), user_id, 'session_limit_reached' from ended where was_live limit 1;
    return null;
end
$$;
