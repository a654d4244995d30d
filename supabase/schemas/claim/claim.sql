-- Takes the next batch of due items for one run.
--
--   claim_id       chosen by the caller, new for each run
--   batch_size     up to 1000; 0: take nothing, and tell only what is still in hand
--   lease_seconds  1 or more; a claim older than this belongs to a worker that is gone; null: such claims are not looked for
--   fair           whether creators take turns; where they do not, the oldest due go first
--
-- What is paused is not taken, and of what is limited no more than its share (post_queue_pause, post_queue_limit).
--
-- Gives {"items": [...], "rescued": n, "given_up": n}: what the claim has in hand (see post_queue.in_hand); how many
-- items of dead workers were freed; how many of those were given up.
--
-- Called again with the same claim_id it returns what is still in hand under it and takes no more, so a caller that
-- lost the answer calls again, and one that takes up what was left unfinished asks with a batch_size of 0.
--
-- Plans that do not change with statistics, here and in what it calls: every table is read by an index in its order or
-- by a list of keys or places, and what was read is joined by hashing. Left to itself the planner reads and hashes the
-- whole queue for a large batch. Costs mean nothing then, and must not set off the JIT compiler.
create or replace function public.post_queue_claim(
  claim_id uuid, batch_size integer, lease_seconds integer, fair boolean default false
)
returns json
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  usual_lock_timeout constant text := current_setting('lock_timeout');
  rescued integer := 0;
  given_up integer := 0;
  taken uuid[];
  found record;
  items json;
  is_behind boolean;
  first_due_at timestamptz;
  first_id uuid;
  front_looked_at timestamptz;
  front_took interval;
begin
  if this_claim is null
    or batch_size is null or batch_size not between 0 and 1000
    or lease_seconds < 1
  then
    raise exception
      'post_queue_claim needs a claim_id, a batch_size from 0 to 1000 and a lease_seconds of at least 1'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: nothing would seem due, and originals would seem gone.
  if row_security_active('public.multiplatform_post_queue')
    or row_security_active('public.content_posts')
    or row_security_active('public.creators')
    or row_security_active('post_queue.pauses')
  then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  -- A repetition that overtakes the first call waits here until that call has ended.
  perform pg_advisory_xact_lock(hashtextextended(this_claim::text, 0));

  -- A copy of the call that arrives late, when the batch is done, takes nothing: nobody would work on what it took.
  select c.item_ids into taken from post_queue.claims c where c.claim_id = this_claim;
  if batch_size = 0 or taken is not null then
    return json_build_object(
      'items', post_queue.in_hand(this_claim, coalesce(taken, '{}')), 'rescued', 0, 'given_up', 0
    );
  end if;

  -- One claim at a time. Skipping locked rows already keeps two claims apart, but a claim whose snapshot is older locks
  -- the rows that another has just taken, finds them taken, and keeps them locked to its end: a settle would find its
  -- own rows locked. Where somebody holds a claim open, go on beside it after a second.
  begin
    perform set_config('lock_timeout', '1s', true);
    perform pg_advisory_xact_lock(hashtextextended('post_queue_claim', 0));
    perform set_config('lock_timeout', usual_lock_timeout, true);
  exception
    when lock_not_available then null;
  end;

  -- In the order of the index of what is in hand: an index of the status alone holds all that was ever in hand, until a vacuum.
  if lease_seconds is not null and (
    select true
    from public.multiplatform_post_queue q
    where q.status = 'processing'
      and coalesce(q.processing_started_at, '-infinity'::timestamptz) < now() - make_interval(secs => lease_seconds)
    order by coalesce(q.processing_started_at, '-infinity'::timestamptz)
    limit 1
  ) then
    select rescue.rescued, rescue.given_up
    into rescued, given_up
    from post_queue.rescue(lease_seconds) as rescue;
  end if;

  -- What was taken leaves its entries at the front of the index until a vacuum removes them, and none can while a session
  -- holds an older snapshot. Where passing them takes long, a claim begins at the item that an earlier one began with. It
  -- looks at the front after ten times as long, 10 seconds at most, and at once where it is not full; what has come before
  -- that item waits for that. Few dead rows are passed each time, so that what is taken depends on no clock.
  select c.first_due_at, c.first_id, c.front_looked_at, c.front_took
  into first_due_at, first_id, front_looked_at, front_took
  from post_queue.claims c
  order by c.claimed_at desc
  limit 1;
  is_behind := first_id is not null
    and front_looked_at
      between clock_timestamp() - 10 * least(front_took, interval '1 second') and clock_timestamp()
    and pg_stat_get_dead_tuples('public.multiplatform_post_queue'::regclass) >= 2000;

  if fair
    or exists (select from post_queue.pauses p where p.resumed_at is null)
    or exists (select from post_queue.limits l where l.per_minute is not null)
  then
    found := post_queue.take_chosen(this_claim, batch_size, fair, case when is_behind then first_due_at end, first_id);
    taken := found.taken;
    first_due_at := coalesce(found.first_due_at, first_due_at);
    first_id := coalesce(found.first_id, first_id);
    if found.front_took is not null then
      front_looked_at := clock_timestamp();
      front_took := found.front_took;
    end if;
  else
    taken := '{}';
    if is_behind then
      found := post_queue.take(this_claim, batch_size, first_due_at, first_id);
      taken := found.taken;
      items := found.items;
      first_due_at := found.first_due_at;
      first_id := found.first_id;
    end if;
    if cardinality(taken) < batch_size then
      found := post_queue.take(this_claim, batch_size - cardinality(taken));
      -- What two statements took is read again below.
      items := case when found.taken = '{}' then items when taken = '{}' then found.items end;
      taken := taken || found.taken;
      first_due_at := coalesce(found.first_due_at, first_due_at);
      first_id := coalesce(found.first_id, first_id);
      front_looked_at := clock_timestamp();
      front_took := found.search_took;
    end if;
  end if;
  if taken = '{}' and found.suppressed > 0 then
    raise exception
      'no item can be taken: a trigger on multiplatform_post_queue suppresses the update of the % oldest due items',
      found.suppressed
      using errcode = 'triggered_action_exception';
  end if;
  if taken = '{}' then
    return json_build_object('items', '[]'::json, 'rescued', rescued, 'given_up', given_up);
  end if;

  -- After one that is not full the next may as well begin at the front, where it would go on.
  insert into post_queue.claims (claim_id, item_ids, first_due_at, first_id, front_looked_at, front_took)
  values (
    this_claim, taken, first_due_at, first_id, case when cardinality(taken) = batch_size then front_looked_at end, front_took
  );
  if items is null then
    items := post_queue.in_hand(this_claim, taken);
  end if;
  return json_build_object('items', items, 'rescued', rescued, 'given_up', given_up);
end
$$;

revoke execute on function public.post_queue_claim(uuid, integer, integer, boolean) from public, anon, authenticated;
grant execute on function public.post_queue_claim(uuid, integer, integer, boolean) to service_role;
