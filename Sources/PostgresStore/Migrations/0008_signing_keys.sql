-- The keys that sign what Latchkey issues as an OpenID Provider: next, current and previous of each algorithm.

create table signing_keys (
    -- RFC 7638 thumbprint of the public half.
    kid                text primary key check (kid ~ '^[A-Za-z0-9_-]{43}$'),
    algorithm          text not null check (algorithm in ('ES256', 'RS256')),
    -- The public half as a JWK.
    public_key         text not null check (octet_length(public_key) <= 4096),
    -- Sealed for this kid. Removed when the key stops signing: nobody needs it then.
    sealed_private_key bytea check (octet_length(sealed_private_key) <= 8192),
    published_at       timestamptz not null,
    signs_since        timestamptz,
    signed_until       timestamptz,
    -- Seconds: the longest validity that any node may give to what it signs with this key. Never lowered.
    longest_lifetime   bigint not null check (longest_lifetime between 1 and 1000000000),
    check (signed_until is null or signs_since is not null),
    check ((signed_until is null) = (sealed_private_key is not null))
);

-- One next and one current key of each algorithm, whoever makes them.
create unique index signing_keys_one_next on signing_keys (algorithm) where signs_since is null;
create unique index signing_keys_one_current on signing_keys (algorithm)
    where signs_since is not null and signed_until is null;
