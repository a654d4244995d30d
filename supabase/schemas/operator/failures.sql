-- The failed items by cause, the newest cause first.
--
--   since  only failures from then on; null: all
--
-- Gives {"causes": [{"cause", "count", "is_exact", "first_failed_at", "last_failed_at", "platforms", "creators", "example",
-- "example_item_id"}, ...], "is_whole"}. A count is exact up to a limit, of 20,000 items for all causes together and at
-- least 200 for each, and beyond it the limit; platforms and creators are those of a cause's newest 200 items, the
-- example is its newest. Of more than 100 causes the rest is left out, and "is_whole" says so.
create or replace function public.post_queue_failures(since timestamptz default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
as $$
declare
  causes text[];
  at_most integer;
  answer jsonb;
begin
  -- Row-level security hides rows without a word: nothing would seem to have failed.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  -- From one cause to the next through the index, however many items each has.
  with recursive step as (
    (
      select public.error_cause(q.error_message) as cause, 1 as place
      from public.multiplatform_post_queue q
      where q.status = 'failed'
      order by public.error_cause(q.error_message)
      limit 1
    )
    union all
    select next.cause, step.place + 1
    from step
    cross join lateral (
      select public.error_cause(q.error_message) as cause
      from public.multiplatform_post_queue q
      where q.status = 'failed' and public.error_cause(q.error_message) > step.cause
      order by public.error_cause(q.error_message)
      limit 1
    ) as next
    where step.place <= 100
  )
  select array_agg(step.cause) into causes from step;

  at_most := greatest(200, 20000 / greatest(cardinality(causes), 1));

  select coalesce(jsonb_agg(group_row.json order by group_row.last_failed_at desc, group_row.json ->> 'cause'), '[]')
  into answer
  from (
    select
      newest.last_failed_at,
      jsonb_build_object(
        'cause', cause,
        'count', least(counted.number, at_most),
        'is_exact', counted.number <= at_most,
        'first_failed_at', post_queue.moment(oldest.failed_at),
        'last_failed_at', post_queue.moment(newest.last_failed_at),
        'platforms', newest.platforms,
        'creators', newest.creators,
        'example', newest.example,
        'example_item_id', newest.example_item_id
      ) as json
    from unnest(causes[1:100]) as cause
    cross join lateral (
      select count(*) as number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'failed' and public.error_cause(q.error_message) = cause
          and coalesce(q.failed_at, q.queued_at) >= coalesce(since, '-infinity')
        limit at_most + 1
      ) as bounded
    ) as counted
    cross join lateral (
      select coalesce(q.failed_at, q.queued_at) as failed_at
      from public.multiplatform_post_queue q
      where q.status = 'failed' and public.error_cause(q.error_message) = cause
        and coalesce(q.failed_at, q.queued_at) >= coalesce(since, '-infinity')
      order by coalesce(q.failed_at, q.queued_at), q.id
      limit 1
    ) as oldest
    cross join lateral (
      select
        max(bounded.failed_at) as last_failed_at,
        to_jsonb((array_agg(distinct left(bounded.target_platform, 100)))[1:50]) as platforms,
        count(distinct bounded.creator_id) as creators,
        (array_agg(left(bounded.error_message, 1000) order by bounded.failed_at desc, bounded.id desc))[1] as example,
        (array_agg(bounded.id order by bounded.failed_at desc, bounded.id desc))[1] as example_item_id
      from (
        select q.id, q.target_platform, q.creator_id, q.error_message, coalesce(q.failed_at, q.queued_at) as failed_at
        from public.multiplatform_post_queue q
        where q.status = 'failed' and public.error_cause(q.error_message) = cause
          and coalesce(q.failed_at, q.queued_at) >= coalesce(since, '-infinity')
        order by coalesce(q.failed_at, q.queued_at) desc, q.id desc
        limit 200
      ) as bounded
    ) as newest
  ) as group_row;

  return jsonb_build_object('causes', answer, 'is_whole', coalesce(cardinality(causes), 0) <= 100);
end
$$;

revoke execute on function public.post_queue_failures(timestamptz) from public, anon, authenticated;
grant execute on function public.post_queue_failures(timestamptz) to service_role;
