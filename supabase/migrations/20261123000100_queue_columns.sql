-- What the queue needs beyond production's tables: columns, indexes, row-level security, the closed trigger loop.
--
-- On a table of many millions of rows build the indexes beforehand with CREATE INDEX CONCURRENTLY under the names below
-- (docs/operations.md): a migration runs in a transaction, where only the blocking form is allowed.

alter table public.multiplatform_post_queue
  add column if not exists claim_id uuid,
  add column if not exists rescue_count integer not null default 0;

comment on column public.multiplatform_post_queue.claim_id is
  'The run that took the item last. Kept when the item is settled, so that a repeated settle answers the same.';
comment on column public.multiplatform_post_queue.rescue_count is
  'How often the item was freed because its worker was gone.';

alter table public.content_posts
  add column if not exists is_crosspost boolean not null default false,
  add column if not exists original_post_id uuid,
  add column if not exists watermark_enabled boolean not null default false,
  add column if not exists queue_item_id uuid;

comment on column public.content_posts.queue_item_id is
  'The queue item that made this cross-post. Unique: a second wall against a double post.';

-- The claim reads from the front of this index and stops after one batch, however long the queue is.
create index if not exists multiplatform_post_queue_due_idx
  on public.multiplatform_post_queue (coalesce(scheduled_for, queued_at), id)
  where status = 'queued';

-- Rescue, reset and the stuck count. Holds only what is in hand, so it stays tiny.
create index if not exists multiplatform_post_queue_processing_idx
  on public.multiplatform_post_queue (coalesce(processing_started_at, '-infinity'::timestamptz))
  where status = 'processing';

-- A repeated claim finds its items.
create index if not exists multiplatform_post_queue_claim_idx
  on public.multiplatform_post_queue (claim_id)
  where claim_id is not null;

-- Failures of the last hour and day.
create index if not exists multiplatform_post_queue_failed_idx
  on public.multiplatform_post_queue (failed_at)
  where status = 'failed';

-- Posts of the last hour.
create index if not exists multiplatform_post_history_posted_at_idx
  on public.multiplatform_post_history (posted_at);

create unique index if not exists content_posts_queue_item_id_key
  on public.content_posts (queue_item_id)
  where queue_item_id is not null;

-- A cascading delete looks these up; without an index it reads the whole table.
do $$
declare
  reference record;
begin
  for reference in
    select *
    from (values
      ('content_posts', 'creator_id'),
      ('multiplatform_post_queue', 'original_post_id'),
      ('multiplatform_post_queue', 'creator_id'),
      ('multiplatform_post_history', 'original_post_id'),
      ('multiplatform_post_history', 'creator_id')
    ) as wanted (table_name, column_name)
    -- Production may have one under another name: any index that begins with the column serves.
    where not exists (
      select
      from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = format('public.%I', wanted.table_name)::regclass
        and i.indpred is null
        and a.attname = wanted.column_name
    )
  loop
    execute format(
      'create index if not exists %I on public.%I (%I)',
      reference.table_name || '_' || reference.column_name || '_idx', reference.table_name, reference.column_name
    );
  end loop;
end
$$;

-- A creator sees what is theirs and queues what is theirs; the worker's service role passes these by. Tables that have
-- policies of their own keep them.
do $$
declare
  owned text;
begin
  foreach owned in array array[
    'multiplatform_post_queue', 'multiplatform_post_history', 'creator_multiplatform_settings'
  ] loop
    execute format('alter table public.%I enable row level security', owned);
    if not exists (select from pg_policy where polrelid = format('public.%I', owned)::regclass) then
      execute format(
        'create policy %I on public.%I for select to authenticated using (
           creator_id in (select id from public.creators where user_id = auth.uid()))',
        owned || '_own_select', owned
      );
      if owned = 'multiplatform_post_queue' then
        -- The original must be the creator's own as well: see the refusals in post_queue_settle.
        execute format(
          'create policy %I on public.%I for insert to authenticated with check (
             creator_id in (select id from public.creators where user_id = auth.uid())
             and creator_id = (select p.creator_id from public.content_posts p where p.id = %I.original_post_id))',
          owned || '_own_insert', owned, owned
        );
      end if;
    end if;
  end loop;
end
$$;

-- A cross-post queues nothing: without this every cross-post would queue further ones, without end. The function behind
-- production's trigger stays the one that is there, and so does a trigger that somebody has given another form:
-- post_queue_skip_crossposts closes the loop whatever it is called. This one spares each cross-post its work.
do $$
declare
  trigger_function text;
begin
  select t.tgfoid::regprocedure::text
  into trigger_function
  from pg_trigger t
  where t.tgrelid = 'public.content_posts'::regclass
    and t.tgname = 'trigger_post_created_multiplatform'
    -- After an insert, for each row, and nothing more.
    and t.tgtype = 5
    and t.tgqual is null
    and t.tgnargs = 0
    and t.tgconstraint = 0
    and t.tgnewtable is null
    and t.tgenabled = 'O';

  if found then
    execute format(
      'create or replace trigger trigger_post_created_multiplatform
         after insert on public.content_posts
         for each row when (not new.is_crosspost) execute function %s',
      trigger_function
    );
  end if;
end
$$;
