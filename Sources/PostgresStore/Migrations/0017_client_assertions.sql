-- Assertions with which apps have proven themselves (RFC 7523): each is good once, on whichever node.
create table client_assertions (
    -- SHA-256 of the app's id, a NUL and `jti`.
    id_hash    bytea primary key check (octet_length(id_hash) = 32),
    -- After this it is refused for its age.
    expires_at timestamptz not null
);
create index client_assertions_expires on client_assertions (expires_at);
