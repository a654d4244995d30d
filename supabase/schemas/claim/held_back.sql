-- What an operator holds back of what a claim may take, and how much of the rest.
--
-- Gives the platforms that nothing may be taken of: those that are paused ('*' stands for everything) and those that have
-- had their share; and the limited ones that still may go, each with how many items at most. limited and quotas are null
-- where there is none.
--
-- A limit is a clock that runs ahead: each post moves the platform's next_at on by 60 / per_minute seconds, and nothing is
-- taken while next_at lies in the future. What was not used stays good for ten seconds, the usual interval of polling, so
-- that a poll finds what came in since the one before, and no more.
--
-- It locks the rows of the limits that may go, so that only this claim spends them (see post_queue.spend). A limit whose
-- row is locked lets nothing through.
create or replace function post_queue.held_back(out held_back text[], out limited text[], out quotas integer[])
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
begin
  select array_agg(may_go.platform), array_agg(may_go.quota)
  into limited, quotas
  from (
    select
      l.platform,
      1 + floor(
        extract(epoch from least(now() - post_queue.next_moment(l.next_at, l.per_minute), interval '10 seconds'))
          * l.per_minute / 60
      )::integer as quota
    from post_queue.limits l
    where l.per_minute is not null and post_queue.next_moment(l.next_at, l.per_minute) <= now()
    for update skip locked
  ) as may_go;

  held_back := array(
    select p.platform
    from post_queue.pauses p
    where p.resumed_at is null
    union all
    select l.platform
    from post_queue.limits l
    where l.per_minute is not null and l.platform <> all (coalesce(limited, '{}'))
  );
end
$$;

revoke execute on function post_queue.held_back() from public, anon, authenticated;
grant execute on function post_queue.held_back() to service_role;
