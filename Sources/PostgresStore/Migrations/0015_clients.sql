-- Apps that administrators register, beside those in files.

create table clients (
    id         text primary key check (char_length(id) between 1 and 64),
    -- The members of an app's file in JSON; secrets only as SHA-256. Null when the app was removed: the row stays, so that nobody
    -- who has not heard of it yet can give the app anything, and so that versions are never given out twice.
    definition text check (octet_length(definition) <= 65536),
    version    bigint not null default 1 check (version >= 1),
    -- A node's file describes an app of this id. From then on the row is nobody's app, also when the file is gone, until the app is
    -- registered anew; and a row of an app that was removed refuses that of the file nothing.
    in_file    boolean not null default false,
    created_at timestamptz not null default now(),
    created_by text not null check (char_length(created_by) between 1 and 64),
    changed_at timestamptz not null default now(),
    changed_by text not null check (char_length(changed_by) between 1 and 64)
);

create index sessions_client on sessions (client_id) where client_id is not null;

-- As a reference would, for apps that have a row: whoever removes an app waits for what is being given to it, and ends it; what
-- comes after that fails.
create function client_was_not_removed() returns trigger language plpgsql as $$
declare
    was_removed boolean;
begin
    select definition is null and not in_file into was_removed from clients where id = new.client_id for key share;
    if was_removed then
        raise exception 'the app was removed' using errcode = 'foreign_key_violation';
    end if;
    return new;
end
$$;
create trigger sessions_of_clients before insert on sessions for each row
    when (new.client_id is not null) execute function client_was_not_removed();
create trigger codes_of_clients before insert on authorization_codes for each row
    execute function client_was_not_removed();
create trigger consents_of_clients before insert or update on consents for each row
    execute function client_was_not_removed();
