-- The first thousand people get a password, the second thousand are social only, the third thousand have one and are disabled.
\set ON_ERROR_STOP on
delete from throttles;
delete from passwords;
insert into passwords (user_id, hash, meets_single_factor)
select e.user_id, :'hash', true
from generate_series(1, 3000) n join user_emails e on e.address = 'person' || n || '@people.example'
where n not between 1001 and 2000;
update users set disabled_at = now() where id in (
    select e.user_id
    from generate_series(2001, 3000) n join user_emails e on e.address = 'person' || n || '@people.example'
);
vacuum (analyze) passwords;
