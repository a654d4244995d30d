-- Whether a text has a creator's id in it, or a name, in capitals or not. A name is not looked for within ids.
create or replace function post_queue.tells_of(told text, creator_id uuid, name text)
returns boolean
language sql
immutable
parallel safe
security invoker
as $$
  select coalesce(
    strpos(lower(told), creator_id::text) > 0
      or name <> ''
        and strpos(lower(regexp_replace(told, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}', '', 'g')), lower(name)) > 0,
    false
  )
$$;

revoke execute on function post_queue.tells_of(text, uuid, text) from public, anon, authenticated;
grant execute on function post_queue.tells_of(text, uuid, text) to service_role;
