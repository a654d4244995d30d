-- A part of post_queue_check: among the next 1,000 due items, platforms that are unknown; among the next 200, for each of which
-- the original's other items are read, items that repeat what is posted or queued already. Each item is posted once; the same
-- original queued twice for one platform makes two posts.
create or replace function post_queue.check_items()
returns table (level text, what text, follows text, advice text)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  -- Other findings say so, where the caller may not look, or where to look would be to sort all that is queued.
  if not has_table_privilege('public.multiplatform_post_queue', 'SELECT')
    or to_regclass('public.multiplatform_post_queue_due_idx') is null
  then
    return;
  end if;

  return query
  with unknown as (
    select left(due.target_platform, 40) as platform, count(*) as items
    from (
      select q.target_platform
      from public.multiplatform_post_queue q
      where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
      order by greatest(q.scheduled_for, q.queued_at), q.id
      limit 1000
    ) as due
    where due.target_platform <> all (enum_range(null::public.platform_cluster)::text[])
    group by due.target_platform
    order by items desc, platform
  )
  select
    'warning',
    format('Of the next 1,000 due items %s for unknown platforms: %s%s.',
      case sum(unknown.items) when 1 then '1 is' else sum(unknown.items) || ' are' end,
      (select string_agg(format('%s (%s)', first.platform, first.items), ', ')
       from (select u.platform, u.items from unknown u limit 5) as first),
      case when count(*) > 5 then format(' and %s more', count(*) - 5) else '' end),
    'They fail at once, and no retry helps.',
    'Correct their target_platform, or add the platform: docs/operations.md, Adding a platform.'
  from unknown
  having count(*) > 0;

  return query
  with due as materialized (
    select q.id, q.original_post_id, q.target_platform
    from public.multiplatform_post_queue q
    where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
    order by greatest(q.scheduled_for, q.queued_at), q.id
    limit 200
  ),
  repeating as (
    select due.original_post_id
    from due
    where exists (
      select
      from (
        select same.id, same.target_platform, same.status
        from public.multiplatform_post_queue same
        where same.original_post_id = due.original_post_id
        -- One original may have any number of items.
        limit 100
      ) as other
      where other.target_platform = due.target_platform
        and other.id <> due.id
        and other.status in ('posted', 'processing', 'queued')
    )
  )
  select
    'note',
    format('Of the next 200 due items %s what is posted or queued already, such as those of the original %s.',
      case count(*) when 1 then '1 repeats' else count(*) || ' repeat' end, min(repeating.original_post_id::text)),
    'Each item is posted: the platform gets the same original more than once.',
    'Cancel those that are too many.'
  from repeating
  having count(*) > 0;
end
$$;

revoke execute on function post_queue.check_items() from public, anon, authenticated;
grant execute on function post_queue.check_items() to service_role;
