-- Signing in with what a provider gave somebody outside of a browser (RFC 8693).

-- Nonces that apps asked for, each good for one ID token.
create table exchange_nonces (
    -- SHA-256 of the nonce.
    nonce_hash bytea primary key check (octet_length(nonce_hash) = 32),
    client_id  text not null check (char_length(client_id) between 1 and 64),
    -- The provider whose token it has to come back in; null for any.
    provider   text,
    expires_at timestamptz not null
);
create index exchange_nonces_expires on exchange_nonces (expires_at);

-- ID tokens that were accepted: none is accepted twice, and this constraint decides.
create table exchanged_tokens (
    issuer     text not null,
    -- SHA-256 of the token without its signature.
    token_hash bytea not null check (octet_length(token_hash) = 32),
    -- When the token itself is over, tolerances included.
    expires_at timestamptz not null,
    primary key (issuer, token_hash)
);
create index exchanged_tokens_expires on exchanged_tokens (expires_at);

-- Nobody is asked for a second step where there is no browser: such a session does not begin at all.
alter table sessions add constraint sessions_of_apps_wait_for_nothing check (not awaits_second_factor or client_id is null);

-- Null: nothing says when the person proved who they are. Never an answer to "recently enough".
alter table sessions
    alter column authenticated_at drop not null,
    add constraint sessions_authenticated check (authenticated_at is not null or client_id is not null);

-- An app's sessions that began with an exchange have a number of their own, beside the browsers' and every other app's: they are
-- the ones of an app that have a limit. An app gets new ones without anybody looking on, so they must not pile up.
create or replace function sessions_within_limit() returns trigger language plpgsql as $$
begin
    perform 1 from users where id = new.user_id for no key update;
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
