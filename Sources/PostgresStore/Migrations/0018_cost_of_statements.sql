-- The same rules, at less cost for each sign-in and each token. A check of a table is read from the catalog as text and planned
-- again by every statement that writes a row, and is looked at for columns the statement leaves alone; a type's rule is kept ready
-- and looked at only where a value is given. Where a rule is about one column, the column's type has it from now on.

-- In the order in which sign-ins and tokens lock them, and at once: one that took them as it comes to them would hold sessions while
-- it waits for a table that a sign-in holds, which waits for sessions.
lock table users, federated_identities, sign_in_transactions, known_devices, authorization_codes, refresh_tokens, access_tokens,
    sessions, jobs in access exclusive mode;

create domain sha256_hash as bytea;
create domain user_agent_text as text;
create domain network_text as text;
create domain display_name_text as text;
create domain public_metadata_text as text;
create domain private_metadata_text as text;
create domain app_id_text as text;
create domain session_limit as integer;
create domain nonce_text as text;
create domain code_challenge_text as text;

-- A column's type does not change under a trigger that looks at it: these come back below, as they were.
drop trigger sessions_begun on sessions;
drop trigger sessions_opened on sessions;
drop trigger sessions_of_browser_ended on sessions;
drop trigger sessions_of_clients on sessions;

-- While the types have no rule yet, no table is written anew for them. Sessions are read once, because the index of apps' sessions
-- has a condition on client_id and is made again: about a second for three million.
alter table sessions
    alter column token_hash type sha256_hash,
    alter column user_agent type user_agent_text,
    alter column network type network_text,
    alter column client_id type app_id_text,
    alter column sessions_allowed type session_limit,
    drop constraint sessions_token_hash_check,
    drop constraint sessions_user_agent_check,
    drop constraint sessions_network_check,
    drop constraint sessions_client_id_check,
    drop constraint sessions_sessions_allowed_check,
    -- What is about several columns is one check instead of three.
    drop constraint sessions_authenticated,
    drop constraint sessions_parent_is_for_apps,
    drop constraint sessions_of_apps_wait_for_nothing,
    -- A browser's session says when the person proved who they are, and stands under no other; an app's waits for nothing.
    add constraint sessions_kinds check (
        case when client_id is null then authenticated_at is not null and parent_id is null else not awaits_second_factor end)
        not valid;
create trigger sessions_begun after insert on sessions for each row
    when (new.sessions_allowed is not null and not new.awaits_second_factor) execute function sessions_within_limit();
create trigger sessions_opened after update of awaits_second_factor on sessions for each row
    when (new.sessions_allowed is not null and old.awaits_second_factor and not new.awaits_second_factor)
    execute function sessions_within_limit();
create trigger sessions_of_browser_ended after delete on sessions for each row
    -- A sign-in whose second step never came ended the session before it, so time is not what ended that one.
    when (old.client_id is null
          and (old.awaits_second_factor or old.expires_at > now() and old.last_seen_at + old.idle_timeout > now()))
    execute function sessions_tell_outliving();
create trigger sessions_of_clients before insert on sessions for each row
    when (new.client_id is not null) execute function client_was_not_removed();
alter table users
    alter column display_name type display_name_text,
    alter column public_metadata type public_metadata_text,
    alter column private_metadata type private_metadata_text,
    drop constraint users_display_name_check,
    drop constraint users_public_metadata_check,
    drop constraint users_private_metadata_check;
alter table sign_in_transactions
    alter column state_hash type sha256_hash,
    alter column browser_hash type sha256_hash,
    alter column session_hash type sha256_hash,
    drop constraint sign_in_transactions_state_hash_check,
    drop constraint sign_in_transactions_browser_hash_check,
    drop constraint sign_in_transactions_session_hash_check;
alter table known_devices
    alter column token_hash type sha256_hash,
    drop constraint known_devices_token_hash_check;
alter table authorization_codes
    alter column code_hash type sha256_hash,
    alter column nonce type nonce_text,
    alter column code_challenge type code_challenge_text,
    drop constraint authorization_codes_code_hash_check,
    drop constraint authorization_codes_nonce_check,
    drop constraint authorization_codes_code_challenge_check;
alter table refresh_tokens
    alter column token_hash type sha256_hash,
    alter column successor_hash type sha256_hash,
    drop constraint refresh_tokens_token_hash_check,
    drop constraint refresh_tokens_successor_hash_check,
    drop constraint refresh_tokens_used,
    add constraint refresh_tokens_used check ((used_at is null) = (successor_hash is null)) not valid;
alter table access_tokens
    alter column token_hash type sha256_hash,
    drop constraint access_tokens_token_hash_check;

-- Not valid: what is there has kept the same rules until now, so it is not read again while everybody waits.
alter domain sha256_hash add constraint sha256_hash_check check (octet_length(value) = 32) not valid;
alter domain user_agent_text add constraint user_agent_text_check check (char_length(value) <= 256) not valid;
alter domain network_text add constraint network_text_check check (char_length(value) <= 64) not valid;
alter domain display_name_text add constraint display_name_text_check check (char_length(value) between 1 and 200) not valid;
alter domain public_metadata_text add constraint public_metadata_text_check check (octet_length(value) <= 4096) not valid;
alter domain private_metadata_text add constraint private_metadata_text_check check (octet_length(value) <= 16384) not valid;
alter domain app_id_text add constraint app_id_text_check check (char_length(value) between 1 and 64) not valid;
alter domain session_limit add constraint session_limit_check check (value >= 1) not valid;
alter domain nonce_text add constraint nonce_text_check check (char_length(value) <= 512) not valid;
alter domain code_challenge_text add constraint code_challenge_text_check check (char_length(value) = 43) not valid;

-- Which session a code made is only for ending that one when the code comes again, and a session's id is never given out twice:
-- what it names may be gone. Without a reference and an index, redeeming a code writes its row in place.
alter table authorization_codes drop constraint authorization_codes_grant_id_fkey;
drop index authorization_codes_grant;

-- Room in each page, so that what is updated most stays in its page and no index is written.
alter table users set (fillfactor = 90);
alter table federated_identities set (fillfactor = 90);
alter table sessions set (fillfactor = 90);
alter table authorization_codes set (fillfactor = 50);

-- Ending a session looks for sign-ins that were begun in it: nearly none is.
create index sign_in_transactions_user on sign_in_transactions (user_id) where user_id is not null;
create index sign_in_transactions_session on sign_in_transactions (session_id) where session_id is not null;

-- Nobody is woken by a statement that stores no job. Postgres sends what a transaction says twice once.
drop trigger jobs_added on jobs;
create or replace function jobs_notify() returns trigger language plpgsql as $$
begin
    perform pg_notify('latchkey_jobs', new.queue);
    return null;
end
$$;
create trigger jobs_added after insert on jobs for each row execute function jobs_notify();
