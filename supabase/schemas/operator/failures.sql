-- The failed items by cause: what fails most right now first, then the cause that failed last.
--
--   since  only failures from then on; null: all
--
-- Gives {"causes": [{"cause", "count", "is_exact", "last_ten_minutes", "last_ten_minutes_is_exact", "first_failed_at",
-- "last_failed_at", "is_final", "platforms", "creators", "example", "example_item_id", "line"}, ...], "line_from",
-- "line_bucket_seconds", "is_whole"}.
--
-- "last_ten_minutes", of this minute and the nine before it, is how many tries ended as failed, from the figures that were rolled
-- up, and how many items failed since then; of these it counts 5,000 in all causes at most, and is else the least that it is.
-- "count" is of those that are failed still: exact to 10,000, but of all causes together no more than 20,000 are counted, an even
-- share each and what is left over for those that have more; beyond that the least that it is. "line" is how many tries ended as
-- failed in each of 24 parts of the time since then, or of the last day, from the figures that were rolled up, and exact; what came
-- since the last roll-up is not in it.
-- Platforms, creators and is_final are those of a cause's newest items, 200 at most and 2,500 of all causes; the example is its
-- newest. "is_final": each of them failed at once, with retries left, so no retry of the same mends it. Of more than 100 causes
-- those are left out that failed longest ago, and "is_whole" says so.
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
  parts constant integer := 24;
  most constant integer := 10000;
  first constant timestamptz := coalesce(since, '-infinity');
  lately_from constant timestamptz := greatest(first, date_trunc('minute', now() - interval '9 minutes'));
  fresh_from timestamptz;
  line_from timestamptz;
  bucket interval;
  width integer;
  all_causes text[];
  causes text[];
  lately bigint[];
  lately_is_exact boolean[];
  counts bigint[];
  few constant integer := 100;
  many integer;
  left_over integer := 20000;
  share integer;
  even integer;
  number bigint;
  lines jsonb;
  answer jsonb;
begin
  -- Row-level security hides rows without a word: nothing would seem to have failed.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  -- From one cause to the next through the index, however many items each has; and those of the newest failures, which are
  -- among them however many causes there are.
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
    where step.place < 500
  ),
  newest as (
    select q.error_message
    from public.multiplatform_post_queue q
    where q.status = 'failed'
    order by coalesce(q.failed_at, q.queued_at) desc, q.id desc
    limit 200
  )
  select array_agg(found.cause)
  into all_causes
  from (select step.cause from step union select public.error_cause(newest.error_message) from newest) as found;

  -- What is rolled up is added up; what came since is counted, in all up to a number that those with many share evenly.
  select greatest(lately_from, max(f.starts_at) + interval '1 minute')
  into fresh_from
  from post_queue.figures f
  where f.width_seconds = 60 and f.platform = '' and f.starts_at <= now();
  select
    array_agg(counted.cause order by counted.lately desc, counted.last_failed_at desc, counted.cause),
    array_agg(counted.lately order by counted.lately desc, counted.last_failed_at desc, counted.cause),
    array_agg(counted.lately_is_exact order by counted.lately desc, counted.last_failed_at desc, counted.cause)
  into causes, lately, lately_is_exact
  from (
    select
      fresh.cause,
      fresh.last_failed_at,
      coalesce(rolled_up.failed, 0) + case when fresh.is_many then more.number else fresh.number end as lately,
      not fresh.is_many or more.number <= share_of.number as lately_is_exact
    from (
      select
        each.cause, last.failed_at as last_failed_at, bounded.number, bounded.number > few as is_many,
        count(*) filter (where bounded.number > few) over () as many
      from unnest(all_causes) as each (cause)
      cross join lateral (
        select coalesce(q.failed_at, q.queued_at) as failed_at
        from public.multiplatform_post_queue q
        where q.status = 'failed' and public.error_cause(q.error_message) = each.cause
          and coalesce(q.failed_at, q.queued_at) >= first
        order by coalesce(q.failed_at, q.queued_at) desc, q.id desc
        limit 1
      ) as last
      cross join lateral (
        select count(*) as number
        from (
          select
          from public.multiplatform_post_queue q
          where q.status = 'failed' and public.error_cause(q.error_message) = each.cause
            and coalesce(q.failed_at, q.queued_at) >= fresh_from
            and last.failed_at >= fresh_from
          limit few + 1
        ) as within
      ) as bounded
    ) as fresh
    cross join lateral (select 5000 / greatest(1, fresh.many) as number) as share_of
    cross join lateral (
      select count(*) as number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'failed' and public.error_cause(q.error_message) = fresh.cause
          and coalesce(q.failed_at, q.queued_at) >= fresh_from
          and fresh.is_many
        limit share_of.number + 1
      ) as within
    ) as more
    left join (
      select f.cause, sum(f.failed) as failed
      from post_queue.cause_figures f
      where f.width_seconds = 60 and f.starts_at >= lately_from and f.starts_at < fresh_from
      group by f.cause
    ) as rolled_up on rolled_up.cause = fresh.cause
  ) as counted;

  counts := array_fill(-1::bigint, array[least(coalesce(cardinality(causes), 0), 100)]);
  even := most / greatest(1, cardinality(counts));

  -- An even share each; those that have more share what is left over, where that is more. Negative: there are more.
  for round in 1..2 loop
    many := (select count(*) from unnest(counts) as counted (number) where counted.number < 0);
    for place in 1 .. cardinality(counts) loop
      continue when counts[place] >= 0;
      share := case when round = 1 then even else least(most, left_over / many) end;
      exit when round = 2 and share <= even;
      select count(*)
      into number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'failed' and public.error_cause(q.error_message) = causes[place]
          and coalesce(q.failed_at, q.queued_at) >= first
        limit share + 1
      ) as bounded;
      counts[place] := case when number > share then -share::bigint else number end;
      left_over := left_over - abs(counts[place]);
      many := many - 1;
    end loop;
  end loop;

  line_from := greatest(coalesce(since, now() - interval '1 day'), now() - interval '30 days');
  bucket := make_interval(secs => greatest(60, ceil(extract(epoch from now() - line_from) / parts / 60) * 60));
  width := case when bucket < interval '15 minutes' then 60 else 3600 end;
  if width = 3600 then
    bucket := make_interval(secs => ceil(extract(epoch from bucket) / 3600) * 3600);
  end if;
  line_from := date_bin(bucket, now(), 'epoch') - (parts - 1) * bucket;
  select jsonb_object_agg(summed.cause, summed.line)
  into lines
  from (
    select each.cause, jsonb_agg(coalesce(made.failed, 0) order by part.number) as line
    from unnest(causes[1:100]) as each (cause)
    cross join generate_series(0, parts - 1) as part (number)
    left join (
      select f.cause, date_bin(bucket, f.starts_at, line_from) as starts_at, sum(f.failed) as failed
      from post_queue.cause_figures f
      where f.starts_at >= line_from
        -- Of the hour that goes on there are minutes alone.
        and (f.width_seconds = width or width = 3600 and f.width_seconds = 60 and f.starts_at >= (
          select coalesce(max(hours.starts_at) + interval '1 hour', line_from)
          from post_queue.figures hours
          where hours.width_seconds = 3600 and hours.platform = ''
        ))
      group by 1, 2
    ) as made on made.cause = each.cause and made.starts_at = line_from + part.number * bucket
    group by each.cause
  ) as summed;

  select coalesce(jsonb_agg(group_row.json order by group_row.place), '[]')
  into answer
  from (
    select
      place,
      jsonb_build_object(
        'cause', cause,
        'count', abs(counts[place]),
        'is_exact', counts[place] >= 0,
        'last_ten_minutes', lately[place],
        'last_ten_minutes_is_exact', lately_is_exact[place],
        'first_failed_at', post_queue.moment(oldest.failed_at),
        'last_failed_at', post_queue.moment(newest.last_failed_at),
        'is_final', newest.is_final,
        'platforms', newest.platforms,
        'creators', newest.creators,
        'example', newest.example,
        'example_item_id', newest.example_item_id,
        'line', lines -> cause
      ) as json
    from unnest(causes[1:100]) with ordinality as listed (cause, place)
    cross join lateral (
      select coalesce(q.failed_at, q.queued_at) as failed_at
      from public.multiplatform_post_queue q
      where q.status = 'failed' and public.error_cause(q.error_message) = cause
        and coalesce(q.failed_at, q.queued_at) >= first
      order by coalesce(q.failed_at, q.queued_at), q.id
      limit 1
    ) as oldest
    cross join lateral (
      select
        max(bounded.failed_at) as last_failed_at,
        bool_and(bounded.retry_count < bounded.max_retries and bounded.rescue_count < bounded.max_retries) as is_final,
        to_jsonb((array_agg(distinct left(bounded.target_platform, 100)))[1:50]) as platforms,
        count(distinct bounded.creator_id) as creators,
        (array_agg(left(bounded.error_message, 1000) order by bounded.failed_at desc, bounded.id desc))[1] as example,
        (array_agg(bounded.id order by bounded.failed_at desc, bounded.id desc))[1] as example_item_id
      from (
        select q.id, q.target_platform, q.creator_id, q.error_message, coalesce(q.failed_at, q.queued_at) as failed_at,
          q.retry_count, q.max_retries, q.rescue_count
        from public.multiplatform_post_queue q
        where q.status = 'failed' and public.error_cause(q.error_message) = cause
          and coalesce(q.failed_at, q.queued_at) >= first
        order by coalesce(q.failed_at, q.queued_at) desc, q.id desc
        limit least(200, 2500 / greatest(1, cardinality(counts)))
      ) as bounded
    ) as newest
  ) as group_row;

  return jsonb_build_object(
    'causes', answer, 'is_whole', coalesce(cardinality(causes), 0) <= 100 and coalesce(cardinality(all_causes), 0) < 500,
    'line_from', line_from, 'line_bucket_seconds', extract(epoch from bucket)::integer
  );
end
$$;

revoke execute on function public.post_queue_failures(timestamptz) from public, anon, authenticated;
grant execute on function public.post_queue_failures(timestamptz) to service_role;
