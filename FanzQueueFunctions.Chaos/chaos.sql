-- What the chaos run adds to its database: the story of every item, and a record of every step that a row took, kept
-- by triggers in the transaction that took it. What did not commit left no record, and what committed cannot lose it.

create schema chaos;

-- What the driver queued, in the transaction that queued it.
create table chaos.item (
  id uuid primary key,
  kind text not null,
  -- What its error must say, as a LIKE pattern; null: it is to be posted.
  refusal text,
  -- How many times the database refuses its post, in a way that may pass, and with which SQLSTATE.
  failures integer not null,
  sqlstate text not null
);

-- "at" is the transaction's time, as now() is in the functions; "actor" is "chaos" for the driver's own deeds.
create table chaos.queue_step (
  n bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  actor text not null default current_setting('application_name'),
  op text not null,
  item_id uuid not null,
  old public.multiplatform_post_queue,
  new public.multiplatform_post_queue
);
create index on chaos.queue_step (item_id, n);

create table chaos.post_step (
  n bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  actor text not null default current_setting('application_name'),
  op text not null,
  post_id uuid not null,
  old public.content_posts,
  new public.content_posts
);
create index on chaos.post_step (post_id, n);

create table chaos.history_step (
  n bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  actor text not null default current_setting('application_name'),
  op text not null,
  old public.multiplatform_post_history,
  new public.multiplatform_post_history
);

-- What a change of an operator's wrote down, and in which transaction.
create table chaos.action_step (
  xid xid8 primary key default pg_current_xact_id(),
  idempotency_key text not null,
  verb text not null,
  filter jsonb not null
);

create function chaos.keep_action_step() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into chaos.action_step (idempotency_key, verb, filter) values (new.idempotency_key, new.verb, new.filter);
  return null;
end
$$;

create function chaos.keep_queue_step() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into chaos.queue_step (op, item_id, old, new) values (tg_op, coalesce(new.id, old.id), old, new);
  return null;
end
$$;

create function chaos.keep_post_step() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into chaos.post_step (op, post_id, old, new) values (tg_op, coalesce(new.id, old.id), old, new);
  return null;
end
$$;

create function chaos.keep_history_step() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into chaos.history_step (op, old, new) values (tg_op, old, new);
  return null;
end
$$;

-- Originals as the driver writes them: the columns that this repository knows, null where it says nothing.
create function chaos.add_posts(posts jsonb) returns void language plpgsql as $$
begin
  execute format(
    'insert into public.content_posts (%1$s) select %1$s from jsonb_populate_recordset(null::public.content_posts, $1)',
    array_to_string(post_queue.known_columns(), ', ')
  ) using posts;
end
$$;

create trigger chaos_keeps after insert or update or delete on public.multiplatform_post_queue
  for each row execute function chaos.keep_queue_step();
create trigger chaos_keeps after insert or update or delete on public.content_posts
  for each row execute function chaos.keep_post_step();
create trigger chaos_keeps after insert or update or delete on public.multiplatform_post_history
  for each row execute function chaos.keep_history_step();
create trigger chaos_keeps after insert or update on post_queue.actions
  for each row execute function chaos.keep_action_step();

-- What was paused and limited, and when that ended.
create table chaos.pause_step (
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  id uuid not null,
  platform text not null,
  is_end boolean not null
);

create table chaos.limit_step (
  n bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null default now(),
  platform text not null,
  per_minute integer
);

create function chaos.keep_pause_step() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into chaos.pause_step (id, platform, is_end) values (new.id, new.platform, new.resumed_at is not null);
  return null;
end
$$;

create function chaos.keep_limit_step() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into chaos.limit_step (platform, per_minute) values (new.platform, new.per_minute);
  return null;
end
$$;

create trigger chaos_keeps_pause after insert or update of resumed_at on post_queue.pauses
  for each row execute function chaos.keep_pause_step();
create trigger chaos_keeps_limit after insert or update of per_minute on post_queue.limits
  for each row execute function chaos.keep_limit_step();

-- Failures that may pass, one that cannot, and an insertion that takes too long.
create function chaos.refuse() returns trigger language plpgsql security definer set search_path = '' as $$
declare
  code text;
begin
  -- Longer than any time limit.
  if exists (select from chaos.item i where i.id = new.queue_item_id and i.kind = 'takes a minute') then
    perform pg_sleep(60);
  end if;
  select i.sqlstate
  into code
  from chaos.item i
  join public.multiplatform_post_queue q on q.id = i.id
  where i.id = new.queue_item_id and q.retry_count < i.failures;
  if found then
    raise exception 'the storm refuses this post' using errcode = code;
  end if;
  return new;
end
$$;

create trigger chaos_refuses before insert on public.content_posts
  for each row when (new.is_crosspost and new.queue_item_id is not null) execute function chaos.refuse();

alter table public.content_posts
  add constraint chaos_refuses_title check (not is_crosspost or title is distinct from 'a title that is refused');

-- A trigger of somebody's that keeps rows as they are: some for whoever works the queue, some for everybody once they are in
-- processing.
create table chaos.suppressed (
  item_id uuid primary key
);

-- One row once the storm is over.
create table chaos.calm (
  at timestamptz not null default now()
);

create function chaos.suppress() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if not exists (select from chaos.calm) and (
    current_setting('application_name') <> 'chaos' and exists (select from chaos.suppressed s where s.item_id = new.id)
    or old.status = 'processing' and exists (select from chaos.item i where i.id = new.id and i.kind = 'kept in processing')
  ) then
    return null;
  end if;
  return new;
end
$$;

create trigger chaos_suppresses before update on public.multiplatform_post_queue
  for each row execute function chaos.suppress();

-- Every step of an item, named after what the queue knows; one that it does not know is "unknown".
create view chaos.step as
select
  s.*,
  case
    when op = 'INSERT' and (new).status = 'queued' then 'queued'
    when op = 'DELETE' and actor = 'chaos' then 'deleted'
    when verb in ('retry', 'cancel', 'prune') then
      case
        when verb = 'prune' and op = 'DELETE' and (old).status in ('posted', 'failed', 'cancelled') then 'pruned'
        when (new).claim_id is not null or (new).processing_started_at is not null then 'unknown'
        when verb = 'cancel' and (old).status in ('queued', 'processing', 'failed') and (new).status = 'cancelled'
          then 'cancelled'
        when verb = 'retry' and (old).status in ('failed', 'cancelled') and (new).retry_count = 0
          and (new).rescue_count = 0 and (new).error_message is null
          then case (new).status when 'queued' then 'retried by verb' when 'posted' then 'marked posted' else 'unknown' end
        else 'unknown'
      end
    when (old).status = 'queued' and (new).status = 'processing' and (new).claim_id is not null
      then case actor when 'chaos' then 'forged' else 'claimed' end
    when (old).status = 'processing' and same_claim then
      case
        when (new).status = 'posted' and (new).retry_count = (old).retry_count then 'posted'
        when (new).status = 'failed' and (new).retry_count = (old).retry_count then 'failed'
        when (new).status = 'queued' and (new).retry_count = greatest((old).retry_count, 0) + 1 then 'retried'
        when actor = 'chaos' and (new).status = 'processing' then 'aged'
        -- The document's UPDATE: it leaves the claim and clears the start time.
        when actor = 'chaos' and (new).status = 'queued' and (new).processing_started_at is null then 'reset by hand'
        else 'unknown'
      end
    when (old).status = 'processing' and (new).claim_id is null and (new).retry_count = (old).retry_count then
      case
        when (new).status = 'queued' and (new).rescue_count = (old).rescue_count + 1 then 'rescued'
        when (new).status = 'failed' and (new).rescue_count = (old).rescue_count + 1 then 'given up'
        when (new).status = 'queued' and (new).rescue_count = (old).rescue_count then 'reset'
        else 'unknown'
      end
    when actor <> 'chaos' then 'unknown'
    when (old).status = 'queued' and (new).status = 'queued' then 'moved'
    when (old).status in ('posted', 'failed') and (new).status = 'queued' then 'queued again'
    when (old).status in ('posted', 'failed', 'cancelled') and (new).status = (old).status then 'aged'
    else 'unknown'
  end as step
from (
  select
    queue_step.*, action_step.verb, action_step.filter,
    (old).claim_id is not distinct from (new).claim_id and (old).claim_id is not null as same_claim
  from chaos.queue_step
  left join chaos.action_step using (xid)
) as s;

-- Every cross-post that was ever made, beside the original as it was queued and the item as it was settled.
create view chaos.crosspost as
select
  made.n,
  made.xid,
  made.at,
  made.post_id,
  made.new as post,
  original.new as original,
  item.new as item
from chaos.post_step made
left join chaos.post_step original on original.post_id = (made.new).original_post_id and original.op = 'INSERT'
left join lateral (
  select s.new
  from chaos.queue_step s
  where s.item_id = (made.new).queue_item_id and s.xid = made.xid and (s.new).status = 'posted'
  order by s.n
  limit 1
) as item on true
where made.op = 'INSERT' and (made.new).is_crosspost and made.actor <> 'chaos';

-- How every item ended, beside what its story says.
create view chaos.fate as
select
  i.id,
  i.kind,
  i.refusal,
  i.failures,
  coalesce(q.status::text, 'gone') as fate,
  q.error_message,
  q.retry_count,
  q.rescue_count,
  least(greatest(coalesce(q.max_retries, 0), 0), 20) as retries_allowed,
  q.scheduled_for,
  deeds.deleted,
  deeds.cancelled,
  deeds.queued_again,
  -- Its original was hidden while it was queued, in a way that this error names.
  exists (
    select
    from chaos.post_step hidden
    where hidden.post_id = q.original_post_id
      and hidden.actor = 'chaos'
      and hidden.op = 'UPDATE'
      and q.error_message = case
        when (hidden.new).deleted_at is not null then 'The original post is deleted.'
        when (hidden.new).status in ('deleted', 'archived', 'private')
          then format('The original post is %s.', (hidden.new).status)
        else 'The original post was rejected by moderation.'
      end
  ) as hidden
from chaos.item i
left join public.multiplatform_post_queue q on q.id = i.id
cross join lateral (
  select
    bool_or(step in ('deleted', 'pruned')) as deleted,
    (array_agg(step order by n desc) filter (where step in ('cancelled', 'retried by verb', 'marked posted')))[1]
      = 'cancelled' as cancelled,
    bool_or(step = 'queued again') as queued_again
  from chaos.step
  where step.item_id = i.id
) as deeds;
