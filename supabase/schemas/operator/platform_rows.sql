-- The platforms of the overview, each with what is known of it. One that is paused by itself or limited is among them, whatever
-- else there is of it.
--
--   due, failed           as post_queue.due_by_platform gives it
--   in_hand               how many items, by platform
--   at_most               how many in hand were looked at: where it is as many in all, there may be more of each
--   day                   what happened in the last day, by platform (see post_queue.recent_figures)
--   controls              what is held back (see post_queue.controls)
create or replace function post_queue.platform_rows(
  due jsonb, in_hand jsonb, failed jsonb, at_most integer, day jsonb, controls jsonb
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  paused constant jsonb := (
    select coalesce(jsonb_object_agg(pause ->> 'platform', true), '{}') from jsonb_array_elements(controls -> 'paused') as pause
  );
  limits constant jsonb := (
    select coalesce(jsonb_object_agg(one ->> 'platform', one -> 'per_minute'), '{}')
    from jsonb_array_elements(controls -> 'limited') as one
  );
  exactly_none constant jsonb := post_queue.bounded(0, 1);
  precision_in_hand constant text := post_queue.bounded(
    (select sum(value::bigint) from jsonb_each_text(in_hand)), at_most) ->> 'precision';
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'platform', names.platform,
        'due', coalesce(due -> names.platform, exactly_none),
        'in_hand', jsonb_build_object('count', coalesce((in_hand ->> names.platform)::bigint, 0), 'precision', precision_in_hand),
        'failed', coalesce(failed -> names.platform, exactly_none),
        'posted_last_day', coalesce((day -> names.platform ->> 'posted')::bigint, 0),
        'failed_last_day', coalesce((day -> names.platform ->> 'failed')::bigint, 0),
        'retried_last_day', coalesce((day -> names.platform ->> 'retried')::bigint, 0),
        'is_known', names.platform = any (enum_range(null::public.platform_cluster)::text[]),
        'is_paused', paused ?| array[names.platform, '*'],
        'per_minute', limits -> names.platform
      )
      order by names.platform
    ), '[]')
    from (
      -- Whoever queues an item writes the platform: so many names are enough.
      select keys.platform
      from (
        select jsonb_object_keys(due) as platform
        union select jsonb_object_keys(in_hand)
        union select jsonb_object_keys(failed)
        union select jsonb_object_keys(day)
        union select jsonb_object_keys(paused - '*')
        union select jsonb_object_keys(limits)
      ) as keys
      order by keys.platform
      limit 200
    ) as names
  );
end
$$;

revoke execute on function post_queue.platform_rows(jsonb, jsonb, jsonb, integer, jsonb, jsonb) from public, anon, authenticated;
grant execute on function post_queue.platform_rows(jsonb, jsonb, jsonb, integer, jsonb, jsonb) to service_role;
