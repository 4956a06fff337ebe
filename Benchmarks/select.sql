\set number random(1, :rows)
select s.id, s.user_id, s.methods, s.provider, s.created_at, s.authenticated_at, s.expires_at,
       least(s.last_seen_at + s.idle_timeout, s.expires_at), s.last_seen_at, now(),
       u.display_name, u.roles, e.address, e.verified_at is not null, s.identity_id
from sessions s
join users u on u.id = s.user_id
left join user_emails e on e.user_id = s.user_id and e.is_primary
where s.token_hash = sha256(int8send(:number)) and s.expires_at > now()
  and s.last_seen_at + s.idle_timeout > now() and u.disabled_at is null and not s.awaits_second_factor;
