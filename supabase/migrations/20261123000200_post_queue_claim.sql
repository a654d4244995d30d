-- Takes the next batch of due items for one run.
--
--   claim_id       chosen by the caller, new for each run
--   batch_size     1 to 1000
--   lease_seconds  1 or more; a claim older than this belongs to a worker that is gone
--
-- Gives {"items": [...], "rescued": n, "given_up": n}: the items under the claim, oldest due first, each with what the
-- app needs to decide and to log; how many items of dead workers were freed; how many of those were given up.
-- Captions, hashtags and addresses stay in the database: they may be megabytes, and one such item must not be able to
-- make the answer too large for all the others.
--
-- Called again with the same claim_id it returns what is still in hand under it and takes no more, so a caller that
-- lost the answer calls again.
--
-- Plans that do not change with statistics: every table is read by an index in its order or by a list of keys or
-- addresses, and what was read is joined by hashing. Left to itself the planner reads and hashes the whole queue for a
-- large batch. Costs mean nothing then, and must not set off the JIT compiler.
--
-- json, not jsonb: the text is written once, where jsonb builds a tree first. It was jsonb, and the type of an answer
-- cannot be replaced.
drop function if exists public.post_queue_claim(uuid, integer, integer);
create or replace function public.post_queue_claim(claim_id uuid, batch_size integer, lease_seconds integer)
returns json
language plpgsql
security invoker
set search_path = ''
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
  items json;
  -- Once a call: for each item it would cost a fifth of the claim.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[];
begin
  if this_claim is null
    or batch_size is null or batch_size not between 1 and 1000
    or lease_seconds is null or lease_seconds < 1
  then
    raise exception
      'post_queue_claim needs a claim_id, a batch_size from 1 to 1000 and a lease_seconds of at least 1'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: nothing would seem due, and originals would seem gone.
  if row_security_active('public.multiplatform_post_queue')
    or row_security_active('public.content_posts')
    or row_security_active('public.creators')
  then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  -- A repetition that overtakes the first call waits here until that call has ended.
  perform pg_advisory_xact_lock(hashtextextended(this_claim::text, 0));

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

  -- Settled items count: a copy of the call that arrives late, when the batch is done, must take nothing, because
  -- nobody would work on what it took.
  if not exists (select from public.multiplatform_post_queue q where q.claim_id = this_claim) then

    -- Rows in processing with no start time belong to no worker of ours.
    if exists (
      select
      from public.multiplatform_post_queue q
      where q.status = 'processing'
        and coalesce(q.processing_started_at, '-infinity'::timestamptz) < now() - make_interval(secs => lease_seconds)
    ) then
      begin
        -- See post_queue_settle_outcomes for what may be waited for here.
        perform set_config('lock_timeout', '100ms', true);
        with expired as (
          select
            q.ctid as address,
            q.id,
            q.original_post_id,
            q.creator_id,
            -- Any value may stand in the row, and one that overflows would stop every claim.
            least(greatest(q.rescue_count, 0), 2147483646) + 1 as rescue_count,
            q.rescue_count >= least(greatest(q.max_retries, 0), 20) as hopeless
          from public.multiplatform_post_queue q
          where q.status = 'processing'
            and coalesce(q.processing_started_at, '-infinity'::timestamptz)
              < now() - make_interval(secs => lease_seconds)
          order by coalesce(q.processing_started_at, '-infinity'::timestamptz)
          -- So many at a time keep the claim short.
          limit 1000
          for update skip locked
        ),
        -- What is freed here may be taken below. A row that is updated twice in one transaction has its foreign keys
        -- checked again, and the check would wait for whoever deletes its original or creator, who waits for our rows.
        original as materialized (
          select p.id
          from public.content_posts p
          where p.id = any (array(select distinct expired.original_post_id from expired))
          for key share skip locked
        ),
        creator as materialized (
          select c.id
          from public.creators c
          where c.id = any (array(select distinct expired.creator_id from expired))
          for key share skip locked
        ),
        freed as (
          update public.multiplatform_post_queue q
          set
            status = case when e.hopeless then 'failed' else 'queued' end::public.platform_post_status,
            failed_at = case when e.hopeless then now() else q.failed_at end,
            error_message = case
              when e.hopeless then format('worker stopped %s times while processing', e.rescue_count)
              else q.error_message
            end,
            rescue_count = e.rescue_count,
            processing_started_at = null,
            claim_id = null,
            updated_at = now()
          from expired e
          where q.id = e.id
            and q.ctid = any (array(select expired.address from expired))
            and (
              e.hopeless
              or e.original_post_id in (select original.id from original)
                and e.creator_id in (select creator.id from creator)
            )
          returning e.hopeless
        )
        select count(*) filter (where not hopeless), count(*) filter (where hopeless)
        into rescued, given_up
        from freed;
        perform set_config('lock_timeout', usual_lock_timeout, true);
      exception
        -- Nothing is freed then; the next claim tries again.
        when lock_not_available then null;
      end;
    end if;

    -- By their address in the table: they are locked, so they stay there.
    update public.multiplatform_post_queue q
    set status = 'processing', processing_started_at = now(), claim_id = this_claim, updated_at = now()
    where q.ctid = any (
      array(
        select due.ctid
        from public.multiplatform_post_queue due
        where due.status = 'queued'
          and coalesce(due.scheduled_for, due.queued_at) <= now()
        order by coalesce(due.scheduled_for, due.queued_at), due.id
        limit batch_size
        for update skip locked
      )
    );
  end if;

  with taken as materialized (
    select
      q.id, q.creator_id, q.original_post_id, left(q.target_platform, 100) as target_platform,
      q.target_platform = any (platforms) as platform_known, q.modified_title, q.add_platform_watermark,
      q.retry_count, q.max_retries, coalesce(q.scheduled_for, q.queued_at) as due_at
    from public.multiplatform_post_queue q
    -- As text, the status lures no planner to the index of all that is in hand, which may be a million items.
    where q.claim_id = this_claim and q.status::text = 'processing'
  ),
  -- A post is queued for several platforms at once, so its items share one original.
  original as materialized (
    select
      o.id,
      json_build_object(
        'creator_id', o.creator_id,
        'title', o.title,
        'status', o.status,
        'moderation_status', o.moderation_status,
        'is_deleted', o.deleted_at is not null,
        'is_crosspost', o.is_crosspost
      ) as json
    from public.content_posts o
    where o.id = any (array(select distinct taken.original_post_id from taken))
  )
  select coalesce(
    json_agg(
      json_build_object(
        'id', taken.id,
        'creator_id', taken.creator_id,
        'target_platform', taken.target_platform,
        'platform_known', taken.platform_known,
        'modified_title', taken.modified_title,
        'add_platform_watermark', taken.add_platform_watermark,
        'retry_count', taken.retry_count,
        'max_retries', taken.max_retries,
        'original', original.json
      )
      order by taken.due_at, taken.id
    ),
    '[]'::json
  )
  into items
  from taken
  left join original on original.id = taken.original_post_id;

  return json_build_object('items', items, 'rescued', rescued, 'given_up', given_up);
end
$$;

revoke execute on function public.post_queue_claim(uuid, integer, integer) from public, anon, authenticated;
grant execute on function public.post_queue_claim(uuid, integer, integer) to service_role;
