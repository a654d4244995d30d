-- What happened over time: posted, failed, retried and the time to post, a bucket.
--
--   range_seconds   how far back, 3600 (an hour) to 7776000 (90 days)
--   bucket_seconds  60 or more, a whole number of minutes; below 3600 only for a range of up to two days
--   platform        one platform; null: all
--
-- Gives {"platform", "bucket_seconds", "buckets": [{"starts_at", "posted", "failed", "retried", "seconds_to_post_p50",
-- "seconds_to_post_p95"}, ...], "missing_from"}, oldest first, empty buckets left out; missing_from as in
-- post_queue.recent_figures. Read from post_queue.figures, and from the history
-- and the tries for the minutes that are not rolled up yet, of which it reads the last 15.
create or replace function public.post_queue_series(
  range_seconds integer, bucket_seconds integer, platform text default null
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_variable
declare
  wanted constant text := coalesce(platform, '');
  bucket constant interval := make_interval(secs => bucket_seconds);
  first timestamptz;
  fine_from timestamptz;
  rolled_up_to timestamptz;
  fresh_from timestamptz;
  buckets jsonb;
begin
  if range_seconds is null or range_seconds not between 3600 and 7776000
    or bucket_seconds is null or bucket_seconds < 60 or bucket_seconds % 60 <> 0
    or bucket_seconds < 3600 and range_seconds > 172800
    or range_seconds / bucket_seconds > 3000
  then
    raise exception 'post_queue_series needs a range_seconds from 3600 to 7776000 and bucket_seconds that fit it'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: nothing would seem to have happened.
  if row_security_active('public.multiplatform_post_history') then
    raise exception 'row-level security hides the history from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  first := date_bin(bucket, now() - make_interval(secs => range_seconds), 'epoch') + bucket;
  select max(f.starts_at) + interval '1 minute' into rolled_up_to
  from post_queue.figures f where f.width_seconds = 60 and f.platform = '';
  fresh_from := greatest(coalesce(rolled_up_to, '-infinity'), date_trunc('minute', now() - interval '15 minutes'));
  -- Hours where they are enough, and minutes for what they do not cover.
  fine_from := case when bucket_seconds % 3600 = 0 then date_trunc('hour', fresh_from) else first end;

  select coalesce(jsonb_agg(
    jsonb_build_object(
      'starts_at', summed.starts_at,
      'posted', summed.posted,
      'failed', summed.failed,
      'retried', summed.retried,
      'seconds_to_post_p50', post_queue.percentile(summed.times, 0.5),
      'seconds_to_post_p95', post_queue.percentile(summed.times, 0.95)
    )
    order by summed.starts_at
  ), '[]')
  into buckets
  from (
    select
      date_bin(bucket, figures.starts_at, 'epoch') as starts_at, sum(figures.posted) as posted,
      sum(figures.failed) as failed, sum(figures.retried) as retried, post_queue.sum_times(figures.times) as times
    from (
      select f.starts_at, f.posted, f.failed, f.retried, f.times
      from post_queue.figures f
      where f.width_seconds = 3600 and f.platform = wanted and f.starts_at >= first and f.starts_at < fine_from
      union all
      select f.starts_at, f.posted, f.failed, f.retried, f.times
      from post_queue.figures f
      where f.width_seconds = 60 and f.platform = wanted and f.starts_at >= greatest(first, fine_from)
      union all
      select m.starts_at, m.posted, m.failed, m.retried, m.times
      from post_queue.happened(
        fresh_from, date_trunc('minute', now()) + interval '1 minute', interval '1 minute'
      ) as m
      where m.platform = wanted and m.starts_at >= first
    ) as figures
    group by 1
  ) as summed
  where summed.posted + summed.failed + summed.retried > 0;

  return jsonb_build_object(
    'platform', platform, 'bucket_seconds', bucket_seconds, 'buckets', buckets,
    'missing_from', case when rolled_up_to < fresh_from then rolled_up_to end
  );
end
$$;

revoke execute on function public.post_queue_series(integer, integer, text) from public, anon, authenticated;
grant execute on function public.post_queue_series(integer, integer, text) to service_role;
