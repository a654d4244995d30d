-- The platforms that a claim may take items for, each with how many at most, or null where it is not limited. Paused ones
-- are not among them, nor limited ones that have had their share.
--
-- A limit is a clock that runs ahead: each post moves the platform's next_at on by 60 / per_minute seconds, and nothing is
-- taken while next_at lies in the future. What was not used stays good for ten seconds, the usual interval of polling, so
-- that a poll finds what came in since the one before, and no more.
--
-- It locks the limits' rows, so that only this claim spends them (see post_queue_spend). A limit whose row is locked lets
-- nothing through.
create or replace function public.post_queue_open_platforms(out platforms text[], out quotas integer[])
language plpgsql
security invoker
set search_path = ''
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
begin
  select array_agg(known.platform)
  into platforms
  from unnest(enum_range(null::public.platform_cluster)::text[]) as known (platform)
  where known.platform not in (select p.platform from public.post_queue_pauses p where p.resumed_at is null);

  if exists (select from public.post_queue_limits l where l.per_minute is not null) then
    with limited as materialized (
      select
        l.platform,
        case
          when l.next_at <= now() then
            1 + floor(extract(epoch from least(now() - l.next_at, interval '10 seconds')) * l.per_minute / 60)::integer
          else 0
        end as quota
      from public.post_queue_limits l
      where l.per_minute is not null
      for update skip locked
    )
    select array_agg(known.platform), array_agg(limited.quota)
    into platforms, quotas
    from unnest(platforms) as known (platform)
    left join limited on limited.platform = known.platform
    where limited.quota > 0
      or known.platform not in (select l.platform from public.post_queue_limits l where l.per_minute is not null);
  end if;
end
$$;

revoke execute on function public.post_queue_open_platforms() from public, anon, authenticated;
grant execute on function public.post_queue_open_platforms() to service_role;
