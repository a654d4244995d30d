-- What is paused and what is limited now: {"paused": [{"platform", "paused_at", "paused_by", "reason"}, ...],
-- "limited": [{"platform", "per_minute", "set_at", "set_by"}, ...]}, by name. platform "*" is everything.
create or replace function post_queue.controls()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'paused', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'platform', p.platform, 'paused_at', p.paused_at, 'paused_by', p.paused_by, 'reason', p.reason
          )
          order by p.platform
        )
        from post_queue.pauses p
        where p.resumed_at is null
      ),
      '[]'
    ),
    'limited', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'platform', l.platform, 'per_minute', l.per_minute, 'set_at', l.set_at, 'set_by', l.set_by
          )
          order by l.platform
        )
        from post_queue.limits l
        where l.per_minute is not null
      ),
      '[]'
    )
  )
$$;

revoke execute on function post_queue.controls() from public, anon, authenticated;
grant execute on function post_queue.controls() to service_role;
