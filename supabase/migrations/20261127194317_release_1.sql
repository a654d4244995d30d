-- Made by ./dev migration release_1 from supabase/schemas. Do not edit it: change what stands there, and make it again.
-- It belongs to version 1.0.0 of the app.
--
-- One transaction, so that no worker meets half of it. It may run twice.
select pg_catalog.set_config('check_function_bodies', 'off', false);

-- schemas/tables/10_platforms.sql

-- Every platform that the app serves, as a value of platform_cluster. PostgreSQL does not let a new enum value be used
-- in the transaction that adds it: nothing else of a release may.

alter type public.platform_cluster add value if not exists 'fanzlab';
alter type public.platform_cluster add value if not exists 'boyfanz';
alter type public.platform_cluster add value if not exists 'girlfanz';
alter type public.platform_cluster add value if not exists 'daddyfanz';
alter type public.platform_cluster add value if not exists 'pupfanz';
alter type public.platform_cluster add value if not exists 'taboofanz';
alter type public.platform_cluster add value if not exists 'transfanz';
alter type public.platform_cluster add value if not exists 'cougarfanz';
alter type public.platform_cluster add value if not exists 'fanzcock';
alter type public.platform_cluster add value if not exists 'gayfanz';
alter type public.platform_cluster add value if not exists 'bearfanz';
alter type public.platform_cluster add value if not exists 'guyz';
alter type public.platform_cluster add value if not exists 'dlbroz';
alter type public.platform_cluster add value if not exists 'brofanz';
alter type public.platform_cluster add value if not exists 'femmefanz';
alter type public.platform_cluster add value if not exists 'southernfanz';
alter type public.platform_cluster add value if not exists 'fanzuncut';
alter type public.platform_cluster add value if not exists 'fanzdiscreet';
alter type public.platform_cluster add value if not exists 'milffanz';
alter type public.platform_cluster add value if not exists 'dilffanz';
alter type public.platform_cluster add value if not exists 'femdomfanz';
alter type public.platform_cluster add value if not exists 'gothfanz';
alter type public.platform_cluster add value if not exists 'jockfanz';
alter type public.platform_cluster add value if not exists 'nerdfanz';
alter type public.platform_cluster add value if not exists 'twinkfanz';
alter type public.platform_cluster add value if not exists 'eboyfanz';
alter type public.platform_cluster add value if not exists 'egirlfanz';
alter type public.platform_cluster add value if not exists 'fanztube';
alter type public.platform_cluster add value if not exists 'fanzelitetube';
alter type public.platform_cluster add value if not exists 'fanzclips';
alter type public.platform_cluster add value if not exists 'fanzreels';
alter type public.platform_cluster add value if not exists 'fanzstories';
alter type public.platform_cluster add value if not exists 'fanzlive';
alter type public.platform_cluster add value if not exists 'fanzradio';
alter type public.platform_cluster add value if not exists 'fanzmusic';
alter type public.platform_cluster add value if not exists 'fanzgaming';
alter type public.platform_cluster add value if not exists 'fanzevents';
alter type public.platform_cluster add value if not exists 'fanzgroups';
alter type public.platform_cluster add value if not exists 'fanzmeet';
alter type public.platform_cluster add value if not exists 'fanzuniverse';
alter type public.platform_cluster add value if not exists 'fanzclubcentral';
alter type public.platform_cluster add value if not exists 'fanzlink';
alter type public.platform_cluster add value if not exists 'fanzmarket';
alter type public.platform_cluster add value if not exists 'fanzshop';
alter type public.platform_cluster add value if not exists 'fanzauction';
alter type public.platform_cluster add value if not exists 'fanzeducation';
alter type public.platform_cluster add value if not exists 'fanzstudio';
alter type public.platform_cluster add value if not exists 'fanzsocial';
alter type public.platform_cluster add value if not exists 'starzcards';
alter type public.platform_cluster add value if not exists 'outlawz';

-- schemas/tables/20_post_queue.sql

-- The schema of what is the app's alone: its tables, and the functions that only its own functions call. Supabase's REST
-- API does not serve it, and signed-in users cannot look into it.
create schema if not exists post_queue;

revoke all on schema post_queue from public, anon, authenticated;
grant usage on schema post_queue to service_role;

-- schemas/tables/30_verdict.sql

-- What is decided for an item, on its way from one step of the settle to the next. The row is named by its table and its
-- place there (ctid), because in another partition of the queue another row stands at the same place.
do $$
begin
  if to_regtype('post_queue.verdict') is null then
    create type post_queue.verdict as (
      item_id uuid,
      item_table oid,
      item_address tid,
      original_post_id uuid,
      cluster text,
      outcome text,
      error text,
      post_id uuid,
      post_exists boolean,
      retry_at timestamptz,
      time_to_post_seconds integer
    );
  end if;
end
$$;

-- schemas/tables/90_tries.sql

-- What befell an item: one row for each try that did not post it, written in the transaction that ended the try. No foreign
-- key: the queue may be partitioned (docs/scale.md). A trigger takes the tries of a deleted item away.
create table if not exists post_queue.tries (
  id uuid primary key,
  item_id uuid not null,
  claim_id uuid,
  target_platform text not null,
  tried_at timestamptz not null default now(),
  started_at timestamptz,
  -- retried, failed, rescued, or given_up: failed because its workers stopped too often.
  outcome text not null,
  error text,
  retry_at timestamptz
);

create index if not exists tries_item_idx on post_queue.tries (item_id, tried_at);

-- The figures of a minute.
create index if not exists tries_tried_at_idx on post_queue.tries (tried_at);

alter table post_queue.tries enable row level security;
revoke all on post_queue.tries from anon, authenticated;
grant select, insert, update, delete on post_queue.tries to service_role;

-- schemas/tables/91_pauses.sql

-- Which platforms are paused, since when, by whom and why: a row where resumed_at is null. Rows that ended stay, so the
-- table is also the record of what was paused before. platform '*' stands for everything.
--
-- post_queue_pause and post_queue_resume write it; the claim reads it.
create table if not exists post_queue.pauses (
  id uuid primary key,
  platform text not null,
  paused_at timestamptz not null default now(),
  paused_by text not null,
  reason text,
  resumed_at timestamptz,
  resumed_by text
);

-- What every claim looks at. Empty where nothing is paused, so the look reads one page.
create unique index if not exists pauses_open_key
  on post_queue.pauses (platform)
  where resumed_at is null;

alter table post_queue.pauses enable row level security;
revoke all on post_queue.pauses from anon, authenticated;
grant select, insert, update, delete on post_queue.pauses to service_role;

-- schemas/tables/92_limits.sql

-- How many posts a minute a platform may get, set when and by whom. A limit that was taken off leaves its row, without
-- per_minute.
--
-- post_queue_limit writes it. The claim reads it and moves next_at: the moment from which the platform's next post may
-- be taken, each post being 60 / per_minute seconds after the one before.
create table if not exists post_queue.limits (
  platform text primary key,
  per_minute integer check (per_minute between 1 and 60000),
  set_at timestamptz not null default now(),
  set_by text not null,
  next_at timestamptz not null default now()
);

-- What every claim looks at. Empty where nothing is limited. next_at is not in it, so moving it rewrites no index.
create unique index if not exists limits_set_key
  on post_queue.limits (platform)
  where per_minute is not null;

alter table post_queue.limits enable row level security;
revoke all on post_queue.limits from anon, authenticated;
grant select, insert, update, delete on post_queue.limits to service_role;

-- schemas/tables/93_turns.sql

-- Whose turn it was last, where creators take turns (Queue__Fair): one row, from the first such claim on.
-- The claim goes on behind this creator.
create table if not exists post_queue.turns (
  is_only boolean primary key default true check (is_only),
  creator_id uuid not null
);

alter table post_queue.turns enable row level security;
revoke all on post_queue.turns from anon, authenticated;
grant select, insert, update, delete on post_queue.turns to service_role;

-- schemas/tables/94_actions.sql

-- Who did what: one row for each change that an operator, or the pruning timer, asked for. Written in the transactions of
-- the change itself, portion by portion, so that it never says more or less than what happened.
create table if not exists post_queue.actions (
  id uuid primary key,
  idempotency_key text not null unique,
  verb text not null,
  actor text not null,
  reason text,
  filter jsonb not null default '{}',
  -- Null for a change that is not one of items, such as a pause.
  item_limit integer,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished boolean not null default false,
  portions integer not null default 0,
  meant bigint not null default 0,
  done bigint not null default 0,
  marked_posted bigint not null default 0,
  left_alone jsonb not null default '{}',
  after_key timestamptz,
  after_id uuid
);

comment on column post_queue.actions.meant is 'Items that the filter or the ids named, as far as it has gone.';
comment on column post_queue.actions.left_alone is 'How many were left, by reason.';
comment on column post_queue.actions.after_id is 'Where the next portion goes on.';

-- The newest of one verb or one actor are found by walking the primary key, which is in the order of time.
-- What is old enough to be pruned is found by this.
create index if not exists actions_updated_idx on post_queue.actions (updated_at);

alter table post_queue.actions enable row level security;
revoke all on post_queue.actions from anon, authenticated;
grant select, insert, update, delete on post_queue.actions to service_role;

-- schemas/tables/95_figures.sql

-- What happened in each minute of the last days and each hour of the last months, by platform, with '' for all of them:
-- written by post_queue_roll_up from the history and the tries, so that 90 days are a quick read whatever their number of
-- posts.
create table if not exists post_queue.figures (
  width_seconds integer not null,
  platform text not null,
  starts_at timestamptz not null,
  posted bigint not null,
  failed bigint not null,
  retried bigint not null,
  -- How many posts took how long, by the bins of post_queue.time_bin, the first of them at 1.
  times bigint[] not null default '{}',
  primary key (width_seconds, platform, starts_at)
);

alter table post_queue.figures enable row level security;
revoke all on post_queue.figures from anon, authenticated;
grant select, insert, update, delete on post_queue.figures to service_role;

-- schemas/tables/96_changed_items.sql

-- Which items a change of an operator's cancelled, queued again or brought back, and what they were before: so that it can be told of an
-- item, and taken back. Kept as long as the record of the change.
create table if not exists post_queue.changed_items (
  action_id uuid not null references post_queue.actions (id) on delete cascade,
  item_id uuid not null,
  status_before public.platform_post_status not null,
  -- The item's updated_at as the change left it: whoever touches the item later leaves another.
  changed_at timestamptz not null,
  primary key (action_id, item_id)
);

create index if not exists changed_items_item_idx on post_queue.changed_items (item_id, changed_at);

alter table post_queue.changed_items enable row level security;
revoke all on post_queue.changed_items from anon, authenticated;
grant select, insert, update, delete on post_queue.changed_items to service_role;

-- How many more items matched than the change's limit let it take, as post_queue.bounded says it; null where it took all.
alter table post_queue.actions add column if not exists beyond_limit jsonb;

-- schemas/tables/96_workers.sql

-- The workers, each as it last told of itself (post_queue_report): every process that asks can see whether anybody works.
create table if not exists post_queue.workers (
  id uuid primary key,
  name text not null,
  started_at timestamptz not null,
  reported_at timestamptz not null,
  completed_at timestamptz,
  posted_at timestamptz,
  is_late boolean not null,
  failed_runs integer not null,
  unsettled integer not null,
  error text,
  error_at timestamptz
);

comment on column post_queue.workers.id is 'Of one process; another start is another worker.';
comment on column post_queue.workers.completed_at is 'Its last run that the database did not fail.';
comment on column post_queue.workers.is_late is 'Whether three times of its schedule had passed without a run.';
comment on column post_queue.workers.failed_runs is 'The runs in a row that failed.';
comment on column post_queue.workers.unsettled is 'The items that it holds and could not settle.';
comment on column post_queue.workers.error is 'What went wrong last.';

alter table post_queue.workers enable row level security;
revoke all on post_queue.workers from anon, authenticated;
grant select, insert, update, delete on post_queue.workers to service_role;

-- schemas/tables/97_cause_figures.sql

-- How many tries ended as failed in each minute of the last days and each hour of the last months, by cause (see error_cause):
-- written by post_queue_roll_up, beside post_queue.figures.
create table if not exists post_queue.cause_figures (
  width_seconds integer not null,
  starts_at timestamptz not null,
  cause text not null,
  failed bigint not null,
  primary key (width_seconds, starts_at, cause)
);

alter table post_queue.cause_figures enable row level security;
revoke all on post_queue.cause_figures from anon, authenticated;
grant select, insert, update, delete on post_queue.cause_figures to service_role;

-- schemas/tables/97_claims.sql

-- What each claim took: one row a batch. A claim that is called again finds its items here, and takes no more, also when they
-- are settled already. An index of claim_id on the queue would say the same and cost each item two entries.
--
-- post_queue.forget_claims deletes what is over.
create table if not exists post_queue.claims (
  claim_id uuid primary key,
  claimed_at timestamptz not null default now(),
  item_ids uuid[] not null,
  -- The oldest item that it took by age, or an earlier claim where it took none so: the next one may begin there. See
  -- post_queue_claim.
  first_due_at timestamptz,
  first_id uuid,
  -- When the queue was last looked at from its front, by this claim or an earlier one, null: the next one is to, and how long
  -- that took.
  front_looked_at timestamptz,
  front_took interval
);

create index if not exists claims_claimed_at_idx on post_queue.claims (claimed_at);

alter table post_queue.claims enable row level security;
revoke all on post_queue.claims from anon, authenticated;
grant select, insert, update, delete on post_queue.claims to service_role;

-- schemas/check/check.sql

-- Checks the database against what the queue needs of it. Changes nothing, and is quick on tables of any size: it reads the
-- catalogs, and of the queue at most 1,000 due items.
--
--   needed_version  the version of these functions that the caller needs (post_queue_version)
--
-- Gives [{"level", "what", "follows", "advice"}, ...], worst first: what is so, what follows, what to do. The levels:
--   error    no item can be posted
--   warning  it works, but not well or not safely
--   note     it works; an operator should know
--   ok       looked at, and as it should be
create or replace function public.post_queue_check(needed_version integer default 0)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $$
  with finding as (
    select
      'version' as part,
      'error' as level,
      'The SQL functions are older than this app.' as what,
      format('They serve the app %s. This one refuses to run.', post_queue.serves()) as follows,
      format('Apply the migrations in supabase/migrations (the database has version %s, this app needs version %s).',
        public.post_queue_version(), needed_version) as advice
    where needed_version > public.post_queue_version()
    union all select 'objects', f.* from post_queue.check_objects() as f
    union all select 'security', f.* from post_queue.check_security() as f
    union all select 'columns', f.* from post_queue.check_columns() as f
    union all select 'unique indexes', f.* from post_queue.check_unique_indexes() as f
    union all select 'triggers', f.* from post_queue.check_triggers() as f
    union all select 'items', f.* from post_queue.check_items() as f
    union all select 'indexes', f.* from post_queue.check_indexes() as f
    union all select 'needless indexes', f.* from post_queue.check_needless_indexes() as f
    union all select 'creators', f.* from post_queue.check_creators() as f
    union all select 'settings', f.* from post_queue.check_settings() as f
    union all select 'tables', f.* from post_queue.check_tables() as f
    union all select 'ids', f.* from post_queue.check_ids() as f
    union all select 'guards', f.* from post_queue.check_guards() as f
  ),
  fine (part, what) as (
    values
      (
        'version',
        format('The SQL functions are of version %s, for apps %s.', public.post_queue_version(), post_queue.serves())
      ),
      ('objects', 'All that the migrations made is there, and open to nobody else.'),
      ('security', format('The role %s sees and may do all that the queue needs.', current_user)),
      ('columns', 'Every column of content_posts is copied to a cross-post.'),
      ('unique indexes', 'No unique index on content_posts keeps cross-posts out.'),
      ('triggers', 'No trigger on content_posts queues items for cross-posts.'),
      ('items', 'The next due items are for known platforms, and repeat nothing.'),
      ('indexes', 'All indexes that the queue needs are there.'),
      ('needless indexes', 'No index costs each item something and serves nothing.'),
      ('creators', 'No creator may write what is the worker''s alone.'),
      ('settings', 'statement_timeout and autovacuum are as they should be.')
  )
  select jsonb_agg(
    jsonb_strip_nulls(to_jsonb(told) - 'part')
    order by
      array_position(array['error', 'warning', 'note', 'ok'], level),
      array_position(
        array[
          'version', 'objects', 'security', 'columns', 'unique indexes', 'triggers', 'items', 'indexes', 'needless indexes', 'creators',
          'settings', 'tables', 'ids', 'guards'
        ],
        part
      ),
      what, follows, advice
  )
  from (
    select part, level, what, follows, advice
    from finding
    union all
    select fine.part, 'ok', fine.what, null, null
    from fine
    where not exists (select from finding where finding.part = fine.part)
      -- Without this index they were not looked at (post_queue.check_items).
      and (fine.part <> 'items' or to_regclass('public.multiplatform_post_queue_due_idx') is not null)
  ) as told
$$;

revoke execute on function public.post_queue_check(integer) from public, anon, authenticated;
grant execute on function public.post_queue_check(integer) to service_role;

-- schemas/check/check_columns.sql

-- A part of post_queue_check: columns of content_posts that a cross-post does not get from its original, and why
-- (post_queue_columns).
create or replace function post_queue.check_columns()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    case when c.is_required and not filled.by_trigger then 'error' else 'note' end,
    case
      when c.is_required
        then format('content_posts.%I is unique (%s), must not be null and has no default.', c.column_name,
          regexp_replace(c.index_name, '^public\.', ''))
      else format('content_posts.%I is not copied to a cross-post: it is %s.', c.column_name,
        case c.reason
          when 'generated' then 'generated'
          when 'identity' then 'an identity column'
          when 'sequence' then 'numbered by a sequence'
          else format('unique (%s)', regexp_replace(c.index_name, '^public\.', ''))
        end)
    end,
    case
      when c.is_required and filled.by_trigger then 'Every item fails that no BEFORE INSERT trigger gives a value to.'
      when c.is_required then 'Every item fails.'
      when c.reason = 'generated' then 'The database computes it.'
      when c.reason in ('identity', 'sequence') then 'A cross-post gets a number of its own.'
      when a.atthasdef or t.typdefault is not null then 'A cross-post gets its default.'
      else 'It is null in a cross-post, unless a BEFORE INSERT trigger fills it.'
    end,
    case
      when c.is_required and not filled.by_trigger
        then 'Give the column a default, or fill it in a BEFORE INSERT trigger.'
    end
  from public.post_queue_columns() as c
  join pg_catalog.pg_attribute a
    on a.attrelid = 'public.content_posts'::regclass and a.attname = c.column_name and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  cross join (
    select exists (
      select
      from pg_catalog.pg_trigger g
      where g.tgrelid = 'public.content_posts'::regclass
        and not g.tgisinternal
        and g.tgenabled <> 'D'
        -- For each row (1), before (2) INSERT (4).
        and g.tgtype & 7 = 7
    ) as by_trigger
  ) as filled
  where not c.copied

  union all

  select
    'note',
    format('content_posts.content_type has a default, %s.', pg_get_expr(d.adbin, d.adrelid)),
    'A post of an insert that leaves it out is of that type, whatever its file is. A cross-post has its original''s type.',
    null
  from pg_catalog.pg_attrdef d
  join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
  where d.adrelid = 'public.content_posts'::regclass and a.attname = 'content_type'
$$;

revoke execute on function post_queue.check_columns() from public, anon, authenticated;
grant execute on function post_queue.check_columns() to service_role;

-- schemas/check/check_creators.sql

-- A part of post_queue_check: columns that are the worker's alone and that a creator may write, through the API that
-- creators use (the roles anon and authenticated). What a policy's expression permits is not judged.
create or replace function post_queue.check_creators()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  with writable as (
    select
      workers.table_name,
      r.rolname as role_name,
      p.privilege,
      string_agg(workers.column_name, ', ' order by workers.place) as columns
    from (values
      (1, 'multiplatform_post_queue', 'status'),
      (2, 'multiplatform_post_queue', 'claim_id'),
      (3, 'multiplatform_post_queue', 'processing_started_at'),
      (4, 'multiplatform_post_queue', 'target_post_id'),
      (5, 'multiplatform_post_queue', 'retry_count'),
      (6, 'multiplatform_post_queue', 'rescue_count'),
      (7, 'content_posts', 'queue_item_id'),
      (8, 'content_posts', 'is_crosspost'),
      (9, 'content_posts', 'original_post_id')
    ) as workers (place, table_name, column_name)
    join pg_catalog.pg_class t on t.oid = to_regclass('public.' || workers.table_name)
    join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attname = workers.column_name and not a.attisdropped
    join pg_catalog.pg_roles r on r.rolname in ('anon', 'authenticated')
    cross join (values ('INSERT', 'a'), ('UPDATE', 'w')) as p (privilege, command)
    where has_column_privilege(r.oid, t.oid, a.attnum, p.privilege)
      -- The guard refuses it, whatever is granted.
      and not exists (
        select
        from pg_catalog.pg_trigger g
        where g.tgrelid = t.oid and g.tgname = 'post_queue_guard' and g.tgenabled in ('O', 'A')
      )
      and (
        not t.relrowsecurity
        or r.rolbypassrls
        or exists (
          select
          from pg_catalog.pg_policy y
          where y.polrelid = t.oid
            and y.polpermissive
            and y.polcmd in (p.command::"char", '*')
            and coalesce(pg_get_expr(coalesce(y.polwithcheck, y.polqual), t.oid), '') <> 'false'
            -- 0 stands for everybody.
            and exists (
              select from unnest(y.polroles) as member where member = 0 or pg_has_role(r.oid, member, 'USAGE')
            )
        )
      )
    group by workers.table_name, r.rolname, p.privilege
  )
  select
    case privilege when 'UPDATE' then 'warning' else 'note' end,
    format('The %s %s may %s %s of %s.', case count(*) when 1 then 'role' else 'roles' end,
      string_agg(role_name, ' and ' order by role_name), lower(privilege), columns, table_name),
    case table_name
      when 'content_posts' then 'A creator may pass off a post as a cross-post or as the post of a queue item.'
      else 'A creator may undo, repeat or take away what a worker does with their items.'
    end,
    'Turn the guard on: docs/operations.md, What creators may write.'
  from writable
  group by table_name, privilege, columns
  order by privilege desc, table_name
$$;

revoke execute on function post_queue.check_creators() from public, anon, authenticated;
grant execute on function post_queue.check_creators() to service_role;

-- schemas/check/check_guards.sql

-- A part of post_queue_check: the guards of what is the worker's alone.
create or replace function post_queue.check_guards()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'note',
    format('The guard of %s is off.', guarded.name),
    'What creators may write there is up to grants and policies.',
    'select post_queue_guard(true), or, where the trigger is gone, apply supabase/schemas/bindings/40_guards.sql.'
  from (values ('content_posts'), ('multiplatform_post_queue')) as guarded (name)
  where not exists (
    select
    from pg_trigger t
    where t.tgrelid = to_regclass('public.' || guarded.name) and t.tgname = 'post_queue_guard' and t.tgenabled in ('O', 'A')
  )
  order by guarded.name
$$;

revoke execute on function post_queue.check_guards() from public, anon, authenticated;
grant execute on function post_queue.check_guards() to service_role;

-- schemas/check/check_ids.sql

-- A part of post_queue_check: ids in the order of time.
create or replace function post_queue.check_ids()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'note',
    format(
      'The id of %s has %s.', t.oid::regclass,
      coalesce('the default ' || pg_get_expr(d.adbin, d.adrelid), 'no default')
    ),
    'Where that is random, the index entries of rows that come together lie apart, which costs most of a settle once the ' ||
      'indexes are larger than memory.',
    format('Where nothing depends on it: alter table %s alter column id set default public.uuid_v7().', t.oid::regclass)
  from pg_class t
  join pg_attribute a on a.attrelid = t.oid and a.attname = 'id'
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where t.oid in ('public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass)
    -- Not by its text: to print that, PostgreSQL waits for whoever holds the table.
    and not exists (
      select
      from pg_depend p
      where p.classid = 'pg_attrdef'::regclass and p.objid = d.oid and p.refobjid = 'public.uuid_v7()'::regprocedure
    )
  order by t.relname
$$;

revoke execute on function post_queue.check_ids() from public, anon, authenticated;
grant execute on function post_queue.check_ids() to service_role;

-- schemas/check/check_indexes.sql

-- A part of post_queue_check: indexes that the functions need and that are missing or invalid.
create or replace function post_queue.check_indexes()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select 'warning', format('The index %s is missing.', missing.name), missing.follows, format('Run: %s.', replace(missing.beforehand, E'\n', ' '))
  from post_queue.missing_indexes() as missing
  where missing.broken is null

  union all

  select
    'warning',
    format('The index %s is invalid: its build was interrupted.', c.relname),
    'No query uses it, and each write to its table pays for it.',
    format(
      'Run: drop index concurrently %s. Then: %s.', c.oid::regclass, coalesce(missing.beforehand, 'build it again, if it is needed')
    )
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  left join post_queue.missing_indexes() as missing on missing.broken is not null and c.oid = to_regclass(missing.broken)
  where i.indrelid in (
      'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
      'public.content_posts'::regclass, 'public.creators'::regclass
    )
    and not i.indisvalid
$$;

revoke execute on function post_queue.check_indexes() from public, anon, authenticated;
grant execute on function post_queue.check_indexes() to service_role;

-- schemas/check/check_items.sql

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

-- schemas/check/check_needless_indexes.sql

-- A part of post_queue_check: indexes that are not this app's, that nothing of it reads, and that each item pays for. An
-- item's row is written three times, and each time gets an entry in every index of the queue whose condition it meets.
create or replace function post_queue.check_needless_indexes()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $$
  with written as (
    select
      i.indexrelid, i.indrelid, i.indisunique, i.indkey::text || ' ' as columns, i.indclass::text || ' ' as classes,
      i.indcollation::text || ' ' as collations, i.indoption::text || ' ' as options,
      pg_get_expr(i.indexprs, i.indrelid) as expressions, pg_get_expr(i.indpred, i.indrelid) as predicate,
      (
        select array_agg(a.attname::text)
        from pg_catalog.pg_attribute a
        where a.attrelid = i.indrelid and a.attnum = any (i.indkey::smallint[])
      ) as column_names,
      c.relname in (
        select needed.name from post_queue.needed_indexes() as needed where needed.served_by is null
      ) as is_ours
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
    where i.indrelid in (
        to_regclass('public.multiplatform_post_queue'), to_regclass('public.multiplatform_post_history'),
        to_regclass('public.content_posts')
      )
      and i.indisvalid
      -- Columns that an index only includes are there for somebody's query.
      and i.indnatts = i.indnkeyatts
  ),
  needless as (
    select
      w.indexrelid,
      w.indrelid,
      (
        -- One that answers all that this one answers; of two that are alike the older one stays.
        select other.indexrelid
        from written other
        where other.indrelid = w.indrelid
          and other.indexrelid <> w.indexrelid
          and starts_with(other.columns, w.columns)
          and starts_with(other.classes, w.classes)
          and starts_with(other.collations, w.collations)
          and starts_with(other.options, w.options)
          and other.expressions is not distinct from w.expressions
          and other.predicate is not distinct from w.predicate
          and (other.columns <> w.columns or other.is_ours or other.indisunique or other.indexrelid < w.indexrelid)
        order by other.indexrelid
        limit 1
      ) as covered_by,
      -- The partial indexes of the app answer these better: they hold what is open, and not all that was ever posted.
      w.indrelid = to_regclass('public.multiplatform_post_queue')
        and w.expressions is null
        and w.column_names <@ array[
          'status', 'scheduled_for', 'queued_at', 'processing_started_at', 'failed_at', 'claim_id'
        ] as is_superseded,
      -- In which of an item's three versions it has an entry; null where its condition says more than the status.
      case
        when w.predicate is null then array['queued', 'claimed', 'settled']
        when w.predicate ~ '^\(status = (ANY \(ARRAY\[)?(''[a-z]+''::[a-z_.]+(, )?)+\]?\)?\)$' then array(
          select version.name
          from (values (1, 'queued', 'queued'), (2, 'processing', 'claimed'), (3, 'posted', 'settled')) as version (place, status, name)
          where strpos(w.predicate, quote_literal(version.status)) > 0
          order by version.place
        )
      end as versions
    from written w
    where not w.is_ours and not w.indisunique
  )
  select
    'note',
    case
      when n.covered_by is null
        then format('The index %s on %s is read by nothing of this app, which has indexes of its own for what is open.',
          index.relname, indexed.relname)
      else format('The index %s on %s answers nothing that %s does not.', index.relname, indexed.relname, cover.relname)
    end,
    case
      when indexed.relname <> 'multiplatform_post_queue' then 'Each item makes an entry in it.'
      when n.versions is null then 'Each item makes up to three entries in it, as its condition holds.'
      else (
        array[
          'An item that is posted makes no entry in it.',
          'Each item makes one entry in it: when ' || n.versions[1] || '.',
          'Each item makes two entries in it: when ' || n.versions[1] || ' and ' || n.versions[2] || '.',
          'Each item makes three entries in it: when queued, claimed and settled.'
        ]
      )[1 + cardinality(n.versions)]
    end,
    format('If no query of yours needs it: drop index concurrently %s.', index.oid::regclass)
  from needless n
  join pg_catalog.pg_class index on index.oid = n.indexrelid
  join pg_catalog.pg_class indexed on indexed.oid = n.indrelid
  left join pg_catalog.pg_class cover on cover.oid = n.covered_by
  where n.covered_by is not null or n.is_superseded
  order by indexed.relname, index.relname
$$;

revoke execute on function post_queue.check_needless_indexes() from public, anon, authenticated;
grant execute on function post_queue.check_needless_indexes() to service_role;

-- schemas/check/check_objects.sql

-- A part of post_queue_check: what the release is made of (post_queue.objects, which the migration wrote) and that is missing,
-- changed, off, or open to others.
create or replace function post_queue.check_objects()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
-- So names are written in full, as the migration wrote them.
set search_path = pg_catalog, pg_temp
as $$
  with needed as (
    select
      object ->> 0 as kind, object ->> 1 as name, object ->> 2 as digest,
      -- A case, because what is no function's name is an error to it.
      case object ->> 0 when 'function' then to_regprocedure(object ->> 1) end as function
    from jsonb_array_elements(post_queue.objects()) as object
  )
  select
    'error',
    format('The function %s is missing.', needed.name),
    'Whatever calls it fails.',
    'Apply the newest file in supabase/migrations again: it makes all functions anew.'
  from needed
  where needed.kind = 'function' and needed.function is null

  union all

  select
    'warning',
    format('The function %s is not what the migration made.', needed.name),
    'What this app promises was tried with the one of its release.',
    'Apply the newest file in supabase/migrations again: it makes all functions anew.'
  from needed
  join pg_proc p on p.oid = needed.function
  where post_queue.digest(p) <> needed.digest

  union all

  select
    'warning',
    format('The trigger %s is missing or disabled.', needed.name),
    case split_part(needed.name, ' on ', 1)
      when 'post_queue_wake' then 'Items are found by polling alone.'
      else 'What was tried of a deleted item stays for ever.'
    end,
    'Create it again, or enable it: supabase/schemas/bindings/30_triggers.sql.'
  from needed
  where needed.kind = 'trigger'
    and not exists (
      select
      from pg_trigger t
      where t.tgenabled in ('O', 'A') and t.tgname || ' on ' || t.tgrelid::regclass = needed.name
    )

  union all

  select
    'warning',
    format('The foreign key %s is missing.', needed.name),
    'Rows stay behind that belong to nothing any more.',
    'Add it again, as NOT VALID first and then VALIDATE CONSTRAINT where the table is large.'
  from needed
  where needed.kind = 'foreign key'
    and not exists (
      select
      from pg_constraint c
      where c.contype = 'f' and c.conname || ' on ' || c.conrelid::regclass = needed.name
    )

  union all

  select
    'warning',
    format('Row-level security is off for %s.', needed.name),
    'Whoever was granted the table sees and writes everybody''s rows.',
    format('Run: alter table %s enable row level security.', needed.name)
  from needed
  join pg_class c on c.oid = case needed.kind when 'row-level security' then to_regclass(needed.name) end
  where not c.relrowsecurity

  union all

  select
    'warning',
    format('%s may call the function %s.', strangers.name, needed.name),
    'What only the worker and its operators may do is open to others.',
    format('Run: revoke execute on function %s from public, anon, authenticated.', needed.name)
  from needed
  join pg_proc p on p.oid = needed.function
  cross join lateral (
    select string_agg(distinct coalesce(r.rolname, 'everybody'), ' and ') as name
    from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as granted
    left join pg_roles r on r.oid = granted.grantee
    where granted.privilege_type = 'EXECUTE' and (granted.grantee = 0 or r.rolname in ('anon', 'authenticated'))
  ) as strangers
  where strangers.name is not null
    -- The defaults of ids and what an index of production's reads: whoever writes the tables needs them.
    and needed.name not in ('public.uuid_v7()', 'public.error_cause(text)')

  union all

  select
    'warning',
    format('%s may create objects in the schema public.', strangers.name),
    'Whoever creates objects there can have them run by those who name things without a schema.',
    format('Run: revoke create on schema public from %s.', case strangers.name when 'everybody' then 'public' else strangers.name end)
  from pg_namespace n
  cross join lateral (
    select distinct coalesce(r.rolname, 'everybody') as name
    from aclexplode(n.nspacl) as granted
    left join pg_roles r on r.oid = granted.grantee
    where granted.privilege_type = 'CREATE' and (granted.grantee = 0 or r.rolname in ('anon', 'authenticated'))
  ) as strangers
  where n.nspname = 'public'
$$;

revoke execute on function post_queue.check_objects() from public, anon, authenticated;
grant execute on function post_queue.check_objects() to service_role;

-- schemas/check/check_security.sql

-- A part of post_queue_check: what keeps the caller from its work. With any of the errors no item can be posted.
create or replace function post_queue.check_security()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'error',
    format('Row-level security hides %s from the role %s.', needed.name, current_user),
    'Every claim is refused: to this role the queue would look empty.',
    'Use the service_role key, or a role that has BYPASSRLS and was granted service_role.'
  from (values
    ('creators'), ('content_posts'), ('multiplatform_post_queue'), ('multiplatform_post_history')
  ) as needed (name)
  where row_security_active('public.' || needed.name)

  union all

  select
    'error',
    format('The role %s lacks %s on %s.', current_user, string_agg(needed.privilege, ' and '), needed.name),
    'Every claim or every post is refused.',
    format('Run: grant %s on public.%s to service_role.', lower(string_agg(needed.privilege, ', ')), needed.name)
  from (values
    ('creators', 'SELECT'), ('creators', 'UPDATE'),
    ('content_posts', 'SELECT'), ('content_posts', 'INSERT'), ('content_posts', 'UPDATE'),
    ('multiplatform_post_queue', 'SELECT'), ('multiplatform_post_queue', 'UPDATE'),
    ('multiplatform_post_history', 'SELECT'), ('multiplatform_post_history', 'INSERT')
  ) as needed (name, privilege)
  where not has_any_column_privilege('public.' || needed.name, needed.privilege)
  group by needed.name

  union all

  select
    'note',
    format('The role %s lacks DELETE on %s.', current_user, needed.name),
    'Nothing can be pruned there: the Prune timer and queue prune fail.',
    format('Run: grant delete on public.%s to service_role.', needed.name)
  from (values ('multiplatform_post_queue'), ('multiplatform_post_history')) as needed (name)
  where not has_table_privilege('public.' || needed.name, 'DELETE')

  union all

  select
    'error',
    format('The role %s lacks USAGE on the sequence %s.', current_user, s.relname),
    format('Every item fails: content_posts.%I gets its number from it.', c.column_name),
    format('Run: grant usage on sequence %s to service_role.', s.oid::regclass)
  from public.post_queue_columns() as c
  join pg_catalog.pg_attribute a
    on a.attrelid = 'public.content_posts'::regclass and a.attname = c.column_name and not a.attisdropped
  join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  join pg_catalog.pg_depend p on p.classid = 'pg_catalog.pg_attrdef'::regclass and p.objid = d.oid
  join pg_catalog.pg_class s on s.oid = p.refobjid and p.refclassid = 'pg_catalog.pg_class'::regclass
  where c.reason = 'sequence'
    -- A case, because the function raises an error for what is no sequence.
    and case when s.relkind = 'S' then not has_sequence_privilege(s.oid, 'USAGE, UPDATE') end
$$;

revoke execute on function post_queue.check_security() from public, anon, authenticated;
grant execute on function post_queue.check_security() to service_role;

-- schemas/check/check_settings.sql

-- A part of post_queue_check: settings of the server, the roles and the tables.
create or replace function post_queue.check_settings()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  -- A large batch on a busy database takes seconds.
  select
    'warning',
    format('statement_timeout is %s for the role %s.', current_setting('statement_timeout'), current_user),
    'A batch that takes longer is undone, and tried again from the beginning.',
    format('Run: alter role %I set statement_timeout = ''30s''.', current_user)
  where current_setting('statement_timeout')::interval > interval '0'
    and current_setting('statement_timeout')::interval < interval '10s'

  union all

  -- The REST API logs in as authenticator and then takes on service_role, with that role's settings.
  select
    'note',
    format('Over the REST API statement_timeout is %s, a setting of the role %s.', timeout.text, timeout.role_name),
    'A batch that takes longer there is undone, and tried again from the beginning.',
    'Run: alter role service_role set statement_timeout = ''30s''; notify pgrst, ''reload config''.'
  from (
    select
      r.rolname as role_name,
      o.option_value as text,
      -- A number alone is milliseconds.
      (o.option_value || case when o.option_value ~ '^\d+$' then 'ms' else '' end)::interval as time
    from pg_catalog.pg_db_role_setting s
    join pg_catalog.pg_roles r on r.oid = s.setrole
    cross join pg_options_to_table(s.setconfig) as o
    where r.rolname in ('authenticator', 'service_role')
      and s.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
      and o.option_name = 'statement_timeout'
    order by r.rolname desc, s.setdatabase desc
    limit 1
  ) as timeout
  where timeout.time > interval '0' and timeout.time < interval '10s'

  union all

  select
    'warning',
    'session_replication_role is replica.',
    'No trigger runs and no foreign key is checked: nothing is guarded, and a cross-post may queue others without end.',
    format('Run: alter role %I reset session_replication_role, or the same of the database.', current_user)
  where current_setting('session_replication_role') = 'replica'

  union all

  -- Of the server and the role, not of this transaction: the REST API may call what changes nothing in a read-only one. No
  -- error, because it may pass: a worker that starts meanwhile must not end.
  select
    'warning',
    case when pg_is_in_recovery() then 'The server is a standby.' else 'default_transaction_read_only is on.' end,
    'The database takes no changes: nothing is queued and nothing is posted.',
    case
      when pg_is_in_recovery() then 'Use the address of the primary.'
      else 'A platform sets it where a disk quota is used up: make room there. Otherwise reset it for the server, the database or the role.'
    end
  where pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on'

  union all

  select
    'note',
    format('max_prepared_transactions is %s.', current_setting('max_prepared_transactions')),
    'No hints are sent, because a transaction that notifies could not be prepared: items are found by polling.',
    'Set it to 0 where nothing uses PREPARE TRANSACTION.'
  where current_setting('max_prepared_transactions') <> '0'

  union all

  select
    'warning',
    'Autovacuum is off on this server.',
    'Each item leaves dead rows behind: the queue grows and claims become slower without end.',
    'Set autovacuum and track_counts to on.'
  where current_setting('autovacuum') = 'off' or current_setting('track_counts') = 'off'

  union all

  select
    'warning',
    format('Autovacuum is off for the table %s.', c.relname),
    'Each item leaves dead rows behind: the table grows and claims become slower without end.',
    format('Run: alter table %s reset (autovacuum_enabled).', c.oid::regclass)
  from pg_catalog.pg_class c
  cross join pg_options_to_table(c.reloptions) as o
  where c.oid in (
      'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
      'public.content_posts'::regclass
    )
    and o.option_name = 'autovacuum_enabled'
    and not o.option_value::boolean
$$;

revoke execute on function post_queue.check_settings() from public, anon, authenticated;
grant execute on function post_queue.check_settings() to service_role;

-- schemas/check/check_tables.sql

-- A part of post_queue_check: tables of the queue that are partitioned.
create or replace function post_queue.check_tables()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'note',
    format('%s is partitioned by %s, in %s.', c.relname, pg_get_partkeydef(c.oid),
      case parts.count when 1 then '1 part' else parts.count || ' parts' end),
    case c.relname
      when 'multiplatform_post_queue' then 'Each claim looks into every part: its cost grows with their number.'
      else 'Rows are found in whichever part they are.'
    end,
    null
  from pg_catalog.pg_class c
  cross join lateral (
    select count(*) from pg_catalog.pg_inherits i where i.inhparent = c.oid
  ) as parts
  where c.oid in (
      'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
      'public.content_posts'::regclass
    )
    and c.relkind = 'p'
  order by c.relname
$$;

revoke execute on function post_queue.check_tables() from public, anon, authenticated;
grant execute on function post_queue.check_tables() to service_role;

-- schemas/check/check_triggers.sql

-- A part of post_queue_check: triggers on content_posts that queue items, and the loop of cross-posts. They are told by the
-- source of their functions: it names the queue, or a function that does, up to five calls deep.
create or replace function post_queue.check_triggers()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  with recursive queues (oid, name, depth) as (
    select p.oid, p.proname, 1
    from pg_catalog.pg_proc p
    where coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) ilike '%multiplatform_post_queue%'
      and p.pronamespace not in ('post_queue'::regnamespace, 'pg_catalog'::regnamespace)
      and p.proname not like 'post\_queue\_%'
    union
    select p.oid, p.proname, queues.depth + 1
    from queues
    join pg_catalog.pg_proc p
      -- A name may hold what means something in an expression.
      on coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)
        ~* ('\m' || regexp_replace(queues.name, '(\W)', '\\\1', 'g') || '"?\s*\(')
    where queues.depth < 5
      and p.pronamespace not in ('post_queue'::regnamespace, 'pg_catalog'::regnamespace)
      and p.proname not like 'post\_queue\_%'
      and p.prolang in (select l.oid from pg_catalog.pg_language l where l.lanname in ('sql', 'plpgsql'))
  ),
  queueing as (
    select t.oid, t.tgname, t.tgfoid, t.tgtype
    from pg_catalog.pg_trigger t
    where t.tgrelid = 'public.content_posts'::regclass
      and not t.tgisinternal
      and t.tgenabled <> 'D'
      -- At INSERT.
      and t.tgtype & 4 = 4
      and t.tgfoid in (select queues.oid from queues)
  )
  select
    'warning',
    format('%s triggers on content_posts queue items: %s.', count(*), string_agg(quote_ident(q.tgname), ', ' order by q.tgname)),
    'The source of their functions says so. Where they do it for the same posts, each is queued, and posted, more than once on '
      'a platform.',
    'See what each of them is for, and drop the one that is too many.'
  from queueing q
  having count(*) > 1

  union all

  select
    'warning',
    'No trigger on content_posts queues items.',
    'New posts are not queued for their creators'' default platforms.',
    'Create or enable production''s trigger trigger_post_created_multiplatform.'
  where not exists (select from queueing)

  union all

  select
    'warning',
    'The trigger post_queue_skip_crossposts on multiplatform_post_queue is missing or disabled.',
    'A cross-post may queue further cross-posts, without end.',
    'Run supabase/schemas/bindings/30_triggers.sql.'
  where not exists (
    select
    from pg_catalog.pg_trigger w
    where w.tgrelid = 'public.multiplatform_post_queue'::regclass
      and w.tgname = 'post_queue_skip_crossposts'
      and w.tgenabled <> 'D'
  )

  union all

  select
    'note',
    format('The trigger %I on content_posts queues items, and is called for cross-posts too.', t.tgname),
    'What it queues for a cross-post is dropped, so no loop arises; each post pays for the attempt.',
    format('Create it again with: for each row when (not new.is_crosspost) execute function %s.', t.tgfoid::regprocedure)
  from queueing t
  -- For each row.
  where t.tgtype & 1 = 1
    -- Its WHEN leaves cross-posts out already.
    and pg_get_triggerdef(t.oid) not ilike '%is_crosspost%'
$$;

revoke execute on function post_queue.check_triggers() from public, anon, authenticated;
grant execute on function post_queue.check_triggers() to service_role;

-- schemas/check/check_unique_indexes.sql

-- A part of post_queue_check: unique indexes of content_posts that a cross-post breaks, because all their columns are the
-- same in it as in its original. The platform (cluster) differs, and so do ids and times.
create or replace function post_queue.check_unique_indexes()
returns table (level text, what text, follows text, advice text)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select
    'warning',
    format('The unique index %s on content_posts is over what a cross-post shares with its original: %s.', c.relname,
      string_agg(a.attname, ', ' order by a.attnum)),
    'Each item fails whose post does not differ from its original in one of these.',
    format('Leave cross-posts out of it: create unique index … where not is_crosspost, in place of %s.', c.relname)
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_attribute a
    on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
  where i.indrelid = 'public.content_posts'::regclass
    and i.indisunique
    and i.indexprs is null
    and i.indpred is null
  group by i.indexrelid, c.relname
  having bool_and(a.attname in (
    'creator_id', 'title', 'description', 'content_type', 'content_url', 'thumbnail_url', 'price', 'is_ppv',
    'is_subscriber_only', 'duration', 'file_size', 'tags', 'adult_content'
  ))
  order by c.relname
$$;

revoke execute on function post_queue.check_unique_indexes() from public, anon, authenticated;
grant execute on function post_queue.check_unique_indexes() to service_role;

-- schemas/check/digest.sql

-- What a function is, in short: what it does, by whose rights, and under which settings.
create or replace function post_queue.digest(function pg_proc)
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select md5(concat_ws(E'\n', function.prosrc, function.prosecdef, function.provolatile, function.proconfig))
$$;

revoke execute on function post_queue.digest(pg_proc) from public, anon, authenticated;
grant execute on function post_queue.digest(pg_proc) to service_role;

-- schemas/check/missing_indexes.sql

-- Which of the needed indexes this very database lacks, read from its catalog, and how to build each.
--
--   row_count   of the table, about
--   is_large    whether it has more rows than post_queue.large_table_rows says, or 100,000: too many to let writers wait; 0:
--               whatever the number, it is not too many
--   broken      the index of this name whose build was interrupted, to be dropped first; null: there is none
--   beforehand  how to build it without holding up writers. PostgreSQL builds none of a partitioned table so: then it is one
--               for each partition, which the migration attaches
--   build       how the migration builds it, while writers wait
create or replace function post_queue.missing_indexes()
returns table (
  name text, table_name text, follows text, row_count bigint, is_large boolean, adds text, broken text,
  beforehand text, build text
)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set jit = off
as $$
  select
    needed.name, needed.table_name, needed.follows, sizes.row_count,
    many.number > 0 and sizes.row_count > many.number,
    case
      when needed.adds is not null and not exists (
        select
        from pg_catalog.pg_attribute a
        where a.attrelid = indexed.oid and a.attname = split_part(needed.adds, ' ', 1) and not a.attisdropped
      )
      then format('alter table public.%I add column if not exists %s', needed.table_name, needed.adds)
    end,
    case when present.is_invalid then format('public.%I', needed.name) end,
    sizes.beforehand,
    format(
      'create %sindex if not exists %I on public.%I %s',
      -- Unique only where the partition key is part of it: of a partitioned table it serves the look for an existing post, and
      -- the fence of the claim alone stands against a double post.
      case when needed.is_unique and indexed.relkind = 'r' then 'unique ' end, needed.name, needed.table_name, needed.keys
    )
  from post_queue.needed_indexes() as needed
  cross join (
    select coalesce(nullif(current_setting('post_queue.large_table_rows', true), ''), '100000')::bigint as number
  ) as many
  join pg_catalog.pg_class indexed on indexed.oid = to_regclass(format('public.%I', needed.table_name))
  left join lateral (
    select not i.indisvalid as is_invalid
    from pg_catalog.pg_index i
    where i.indexrelid = to_regclass(format('public.%I', needed.name)) and i.indrelid = indexed.oid
  ) as present on true
  cross join lateral (
    select
      sum(leaf.row_count)::bigint as row_count,
      string_agg(
        format(
          'create %sindex concurrently if not exists %I on %s %s',
          case when needed.is_unique and indexed.relkind = 'r' then 'unique ' end, leaf.index_name, leaf.table_name, needed.keys
        ),
        E';\n' order by leaf.table_name
      ) filter (where not leaf.is_built) as beforehand
    from (
      select
        part.oid::regclass::text as table_name,
        case when part.oid = indexed.oid then needed.name else left(needed.name, 50) || '_' || part.oid end as index_name,
        part.oid <> indexed.oid and exists (
          select
          from pg_catalog.pg_index i
          where i.indexrelid = to_regclass(format('%I.%I', n.nspname, left(needed.name, 50) || '_' || part.oid)) and i.indisvalid
        ) as is_built,
        -- As the planner has it: as many a page as when it was analysed, in the pages of now. Never analysed: 200 bytes each.
        pg_catalog.pg_relation_size(part.oid)
          * case when part.relpages > 0 and part.reltuples >= 0 then part.reltuples / (part.relpages * 8192.0) else 1 / 200.0 end
          as row_count
      from pg_catalog.pg_class part
      join pg_catalog.pg_namespace n on n.oid = part.relnamespace
      where part.oid = indexed.oid and part.relkind = 'r'
        or part.oid in (select tree.relid from pg_catalog.pg_partition_tree(indexed.oid) as tree where tree.isleaf)
    ) as leaf
  ) as sizes
  where coalesce(present.is_invalid, true)
    and (
      needed.served_by is null
      or not exists (
        select
        from pg_catalog.pg_index i
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = indexed.oid and i.indpred is null and i.indisvalid and a.attname = needed.served_by
      )
    )
$$;

revoke execute on function post_queue.missing_indexes() from public, anon, authenticated;
grant execute on function post_queue.missing_indexes() to service_role;

-- schemas/check/needed_indexes.sql

-- The indexes that the functions need: the one list of them. The migration builds what is missing of it, check says what is
-- missing, and check --before-migration prints what to build beforehand.
--
--   keys       what the index stands on, and its condition
--   adds       a column that it stands on and that older tables lack
--   served_by  a column: any index of the whole table that begins with it serves as well, under whatever name
--   follows    what it costs to be without it
--
-- A cascading delete looks up what is served_by; without an index it reads the whole table.
create or replace function post_queue.needed_indexes()
returns table (name text, table_name text, is_unique boolean, keys text, adds text, served_by text, follows text)
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  values
    -- The claim reads from the front of this index and stops after one batch, however long the queue is. An item is as old as
    -- when it was queued: a schedule in the past puts it before nobody.
    (
      'multiplatform_post_queue_due_idx', 'multiplatform_post_queue', false,
      '(greatest(scheduled_for, queued_at), id) where status = ''queued''', null, null,
      'Each claim reads and sorts all that is queued.'
    ),
    -- How the claim finds items where it may not simply take the oldest: by platform where one is paused or limited, by
    -- creator where creators take turns. The claim reads a few entries for each, however many wait. They cost each item that
    -- is queued one entry more; what is claimed and settled pays nothing, because they hold only what is queued.
    --
    -- A platform's name is no longer than 63; what stands in the row may be too long for an index.
    (
      'multiplatform_post_queue_platform_due_idx', 'multiplatform_post_queue', false,
      '(left(target_platform, 63), greatest(scheduled_for, queued_at), id) where status = ''queued''', null, null,
      'Each claim reads and sorts all that is queued while a platform is paused or limited.'
    ),
    (
      'multiplatform_post_queue_creator_due_idx', 'multiplatform_post_queue', false,
      '(creator_id, greatest(scheduled_for, queued_at), id) where status = ''queued''', null, null,
      'Each claim reads and sorts all that is queued where Queue__Fair is set.'
    ),
    -- Rescue, reset and the stuck count. Holds only what is in hand, so it stays tiny.
    (
      'multiplatform_post_queue_processing_idx', 'multiplatform_post_queue', false,
      '(coalesce(processing_started_at, ''-infinity''::timestamptz)) where status = ''processing''', null, null,
      'Each claim reads the whole queue for items of workers that are gone.'
    ),
    -- Failures of the last hour and day.
    (
      'multiplatform_post_queue_failed_idx', 'multiplatform_post_queue', false,
      '(failed_at) where status = ''failed''', null, null,
      'Each heartbeat reads the whole queue for failed items.'
    ),
    -- Where an operator's questions begin: failed, posted and cancelled items by time, failed ones by cause and platform. Those of failed
    -- and cancelled items cost a claim and a settle that posts nothing but the look at their condition; that of the posted
    -- ones is written at its end, once an item (docs/performance.md has what it costs).
    (
      'multiplatform_post_queue_cause_idx', 'multiplatform_post_queue', false,
      '(public.error_cause(error_message), coalesce(failed_at, queued_at), id) where status = ''failed''', null, null,
      'The operator''s failures by cause read the whole queue.'
    ),
    (
      'multiplatform_post_queue_failures_idx', 'multiplatform_post_queue', false,
      '(coalesce(failed_at, queued_at), id) where status = ''failed''', null, null,
      'The operator''s page of failed items reads the whole queue.'
    ),
    (
      'multiplatform_post_queue_failed_platform_idx', 'multiplatform_post_queue', false,
      '(left(target_platform, 63)) where status = ''failed''', null, null,
      'The operator''s overview reads the whole queue where very many items are failed.'
    ),
    (
      'multiplatform_post_queue_posted_idx', 'multiplatform_post_queue', false,
      '(coalesce(completed_at, queued_at), id) where status = ''posted''', null, null,
      'The operator''s page of posted items, and the prune, read the whole queue.'
    ),
    (
      'multiplatform_post_queue_cancelled_idx', 'multiplatform_post_queue', false,
      '(coalesce(updated_at, queued_at), id) where status = ''cancelled''', null, null,
      'The operator''s page of cancelled items reads the whole queue.'
    ),
    -- Where an operator's search for a creator begins: names by their first letters, in capitals or not.
    (
      'creators_name_idx', 'creators', false, '(lower(creator_name) text_pattern_ops, id)', null, null,
      'The operator''s search for a creator reads all creators.'
    ),
    -- The posts of the last hour.
    (
      'multiplatform_post_history_posted_at_idx', 'multiplatform_post_history', false, '(posted_at)', null, null,
      'Each heartbeat reads the whole history.'
    ),
    (
      'content_posts_queue_item_id_key', 'content_posts', true, '(queue_item_id) where queue_item_id is not null',
      'queue_item_id uuid', null,
      'The second wall against a double post is not there; the claim alone prevents it.'
    ),
    (
      'content_posts_creator_id_idx', 'content_posts', false, '(creator_id)', null, 'creator_id',
      'Deleting a creator reads all posts.'
    ),
    (
      'multiplatform_post_queue_original_post_id_idx', 'multiplatform_post_queue', false, '(original_post_id)', null,
      'original_post_id', 'Deleting a post reads the whole queue.'
    ),
    (
      'multiplatform_post_queue_creator_id_idx', 'multiplatform_post_queue', false, '(creator_id)', null, 'creator_id',
      'Deleting a creator reads the whole queue.'
    ),
    (
      'multiplatform_post_history_original_post_id_idx', 'multiplatform_post_history', false, '(original_post_id)', null,
      'original_post_id', 'Deleting a post reads the whole history.'
    ),
    (
      'multiplatform_post_history_creator_id_idx', 'multiplatform_post_history', false, '(creator_id)', null, 'creator_id',
      'Deleting a creator reads the whole history.'
    )
$$;

revoke execute on function post_queue.needed_indexes() from public, anon, authenticated;
grant execute on function post_queue.needed_indexes() to service_role;

-- schemas/check/serves.sql

-- Which versions of the app these functions serve: from the first that needs no more than they have, to before the next major
-- one, for which something may be gone.
create or replace function post_queue.serves()
returns text
language sql
immutable
security invoker
as $$
  select 'from 1.0.0, before 2.0.0'
$$;

revoke execute on function post_queue.serves() from public, anon, authenticated;
grant execute on function post_queue.serves() to service_role;

-- schemas/check/version.sql

-- The version of the queue's SQL functions. What the app comes to need raises it: the app refuses to run on a lower
-- version, and runs on a higher one. Which versions of the app it serves says post_queue.serves.
create or replace function public.post_queue_version()
returns integer
language sql
immutable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select 5
$$;

revoke execute on function public.post_queue_version() from public, anon, authenticated;
grant execute on function public.post_queue_version() to service_role;

-- schemas/claim/claim.sql

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

-- schemas/claim/forget_claims.sql

-- Forgets claims of more than an hour ago that have nothing in hand any more, and any of more than a day ago, which is longer
-- than a lease can be: 10,000 at most, the oldest first. Called with each report of a worker.
create or replace function post_queue.forget_claims()
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  delete from post_queue.claims c
  where c.claim_id = any (array(
    select old.claim_id
    from post_queue.claims old
    where old.claimed_at < now() - interval '1 hour'
      and (
        old.claimed_at < now() - interval '1 day'
        or not exists (
          select
          from public.multiplatform_post_queue q
          where q.id = any (old.item_ids) and q.claim_id = old.claim_id and q.status = 'processing'
        )
      )
    order by old.claimed_at
    limit 10000
    for update skip locked
  ))
$$;

revoke execute on function post_queue.forget_claims() from public, anon, authenticated;
grant execute on function post_queue.forget_claims() to service_role;

-- schemas/claim/held_back.sql

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

-- schemas/claim/in_hand.sql

-- What a claim has in hand: its items, oldest due first (see post_queue.taken_item). A claim that is called again answers with
-- it, and one that took its items by more than one statement.
--
--   item_ids  what it took; what is no longer in hand under it is left out
create or replace function post_queue.in_hand(claim_id uuid, item_ids uuid[])
returns json
language plpgsql
stable
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
  -- Once a call: for each item it would cost a fifth of the claim.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[];
  items json;
begin
  with taken as materialized (
    select
      q.id, q.creator_id, q.original_post_id, q.target_platform, q.modified_title, q.retry_count, q.max_retries,
      greatest(q.scheduled_for, q.queued_at) as due_at
    from public.multiplatform_post_queue q
    -- A case, so that the planner looks for no index but that of the ids.
    where q.id = any (item_ids) and case when q.claim_id = this_claim and q.status = 'processing' then true end
  ),
  -- A post is queued for several platforms at once, so its items share one original.
  original as materialized (
    select o.id, post_queue.taken_original(o) as json
    from public.content_posts o
    where o.id = any (array(select distinct taken.original_post_id from taken))
  )
  select coalesce(
    json_agg(
      post_queue.taken_item(
        taken.id, taken.creator_id, taken.target_platform, platforms, taken.modified_title, taken.retry_count,
        taken.max_retries, original.json
      )
      order by taken.due_at, taken.id
    ),
    '[]'::json
  )
  into items
  from taken
  left join original on original.id = taken.original_post_id;
  return items;
end
$$;

revoke execute on function post_queue.in_hand(uuid, uuid[]) from public, anon, authenticated;
grant execute on function post_queue.in_hand(uuid, uuid[]) to service_role;

-- schemas/claim/next_creators.sql

-- The creators whose turn comes next: those who have something due, in the order of their ids, which means nothing to
-- anybody. One entry of the index by creator is read for each, however many items they have.
--
--   after_creator, last_creator  between whom to look; the first is left out
--   at_most                      how many creators to find
--
-- Gives them, the last one that was looked at, and whether that was the last there is. Creators who have only items for
-- later are passed by, 1,000 of them at most and four for each that is wanted.
create or replace function post_queue.next_creators(
  after_creator uuid, last_creator uuid, at_most integer,
  out creators uuid[], out looked_at uuid, out is_end boolean
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  most_looks constant integer := 1000 + 4 * at_most;
  looks integer;
  found_creators integer;
begin
  with recursive look as (
    select first.creator_id, first.is_due, 1 as place, first.is_due::integer as due_creators
    from (
      select q.creator_id, greatest(q.scheduled_for, q.queued_at) <= now() as is_due
      from public.multiplatform_post_queue q
      where q.status = 'queued' and q.creator_id > after_creator and q.creator_id <= last_creator
      order by q.creator_id, greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as first
    union all
    select next.creator_id, next.is_due, look.place + 1, look.due_creators + next.is_due::integer
    from look
    cross join lateral (
      select q.creator_id, greatest(q.scheduled_for, q.queued_at) <= now() as is_due
      from public.multiplatform_post_queue q
      where q.status = 'queued' and q.creator_id > look.creator_id and q.creator_id <= last_creator
      order by q.creator_id, greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as next
    where look.due_creators < at_most and look.place < most_looks
  )
  select
    coalesce(array_agg(look.creator_id order by look.place) filter (where look.is_due), '{}'),
    (array_agg(look.creator_id order by look.place desc))[1],
    count(*),
    count(*) filter (where look.is_due)
  into creators, looked_at, looks, found_creators
  from look;
  is_end := found_creators < at_most and looks < most_looks;
end
$$;

revoke execute on function post_queue.next_creators(uuid, uuid, integer) from public, anon, authenticated;
grant execute on function post_queue.next_creators(uuid, uuid, integer) to service_role;

-- schemas/claim/next_moment.sql

-- From when the next post of a limited platform may be taken: what post_queue.limits says, unless that is further ahead than
-- one post can be from the next. Then a clock that was ahead has set it, and it counts as now.
create or replace function post_queue.next_moment(next_at timestamptz, per_minute integer)
returns timestamptz
language sql
stable
security invoker
as $$
  select case
    when next_at > now() + 2 * interval '1 minute' / per_minute + interval '1 second' then now()
    else next_at
  end
$$;

revoke execute on function post_queue.next_moment(timestamptz, integer) from public, anon, authenticated;
grant execute on function post_queue.next_moment(timestamptz, integer) to service_role;

-- schemas/claim/pick_behind.sql

-- Where the oldest due items stand that nothing holds back, from one of them on: see post_queue_claim for why. Nothing is locked.
--
--   held_back, limited, quotas, at_most  as in post_queue.pick_open
--   begin_at, begin_id                   nothing that is due before this item is looked at, but of limited platforms: of those few
--                                        are taken, so few are dead
--
-- Gives what post_queue.pick_open gives. Platforms that are no value of platform_cluster are not looked at.
create or replace function post_queue.pick_behind(
  held_back text[], limited text[], quotas integer[], at_most integer, begin_at timestamptz, begin_id uuid,
  out item_tables oid[], out item_addresses tid[], out first_due_at timestamptz, out first_id uuid
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  known constant text[] := enum_range(null::public.platform_cluster)::text[];
begin
  select
    array_agg(oldest.item_table), array_agg(oldest.item_address),
    (array_agg(oldest.due_at) filter (where oldest.is_free))[1], (array_agg(oldest.id) filter (where oldest.is_free))[1]
  into item_tables, item_addresses, first_due_at, first_id
  from (
    select item.*
    from (
      select
        name.platform, may_go.quota,
        case when may_go.quota is null then pick_behind.begin_at else '-infinity' end as begin_at,
        case when may_go.quota is null then pick_behind.begin_id else '00000000-0000-0000-0000-000000000000' end as begin_id
      from unnest(known) as name (platform)
      cross join lateral (select quotas[array_position(limited, name.platform)] as quota) as may_go
      where name.platform <> all (held_back)
    ) as open
    cross join lateral (
      select
        q.tableoid as item_table, q.ctid as item_address,
        greatest(q.scheduled_for, q.queued_at) as due_at, q.id, open.quota is null as is_free
      from public.multiplatform_post_queue q
      where q.status = 'queued'
        -- "= any", as in post_queue.pick_open.
        and left(q.target_platform, 63) = any (array[open.platform])
        and (greatest(q.scheduled_for, q.queued_at), q.id) >= (open.begin_at, open.begin_id)
        and greatest(q.scheduled_for, q.queued_at) <= now()
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit greatest(0, least(open.quota, at_most))
    ) as item
    order by item.due_at, item.id
    limit at_most
  ) as oldest;
end
$$;

revoke execute on function post_queue.pick_behind(text[], text[], integer[], integer, timestamptz, uuid)
  from public, anon, authenticated;
grant execute on function post_queue.pick_behind(text[], text[], integer[], integer, timestamptz, uuid) to service_role;

-- schemas/claim/pick_open.sql

-- Where the oldest due items stand that nothing holds back. The index by platform is walked from name to name, one entry
-- each, however many items wait; of the platforms whose oldest item is oldest, as many as a batch has places, a batch is
-- read. Nothing is locked.
--
--   held_back  the platforms that nothing may be taken of
--   limited    the platforms that not any number may be taken of; null: there is none
--   quotas     how many items of each of those at most
--   at_most    how many items in all
--
-- Gives the oldest of them whose platform is neither limited nor a stranger's, too: see post_queue.pick_behind.
--
-- An item of a platform that is no value of platform_cluster is a stranger, to be refused, whatever is held back: such
-- items come behind the others. After 100 strange names only one is looked at between two known ones, or whoever may queue
-- items could make each claim look at a million made-up names.
create or replace function post_queue.pick_open(
  held_back text[], limited text[], quotas integer[], at_most integer, out item_tables oid[], out item_addresses tid[],
  out first_due_at timestamptz, out first_id uuid
)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  known constant text[] := enum_range(null::public.platform_cluster)::text[];
begin
  with recursive walk as (
    select first.*, first.platform <> all (known) as is_strange, 0 as strangers
    from (
      select left(q.target_platform, 63) as platform, greatest(q.scheduled_for, q.queued_at) as due_at, q.id
      from public.multiplatform_post_queue q
      where q.status = 'queued'
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as first
    union all
    select next.*, next.platform <> all (known), walk.strangers + walk.is_strange::integer
    from walk
    cross join lateral (
      select left(q.target_platform, 63) as platform, greatest(q.scheduled_for, q.queued_at) as due_at, q.id
      from public.multiplatform_post_queue q
      where q.status = 'queued'
        and left(q.target_platform, 63) > walk.platform
        and left(q.target_platform, 63) >= case
          when walk.is_strange and walk.strangers >= 100 then
            (select min(name) from unnest(known) as name where name > walk.platform)
          else ''
        end
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as next
  )
  select
    array_agg(oldest.item_table), array_agg(oldest.item_address),
    (array_agg(oldest.due_at) filter (where oldest.is_free))[1], (array_agg(oldest.id) filter (where oldest.is_free))[1]
  into item_tables, item_addresses, first_due_at, first_id
  from (
    select item.*
    from (
      select walk.platform, walk.is_strange, walk.due_at, quotas[array_position(limited, walk.platform)] as quota
      from walk
      where walk.due_at <= now()
        and walk.platform <> all (held_back)
        and coalesce(quotas[array_position(limited, walk.platform)], 1) > 0
      order by walk.is_strange, walk.due_at, walk.id
      limit at_most
    ) as open
    cross join lateral (
      select
        q.tableoid as item_table, q.ctid as item_address, open.is_strange,
        greatest(q.scheduled_for, q.queued_at) as due_at, q.id, not open.is_strange and open.quota is null as is_free
      from public.multiplatform_post_queue q
      where q.status = 'queued'
        -- With "= any" only the index by platform gives the order; with "=" the due index would, too, and be read to its end.
        and left(q.target_platform, 63) = any (array[open.platform])
        -- Not from the beginning: what was claimed just now has its entries there, dead until they are vacuumed.
        and greatest(q.scheduled_for, q.queued_at) between open.due_at and now()
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit least(open.quota, at_most)
    ) as item
    order by item.is_strange, item.due_at, item.id
    limit at_most
  ) as oldest;
end
$$;

revoke execute on function post_queue.pick_open(text[], text[], integer[], integer) from public, anon, authenticated;
grant execute on function post_queue.pick_open(text[], text[], integer[], integer) to service_role;

-- schemas/claim/pick_turns.sql

-- Where the items stand that creators get by turns: one each, each creator's oldest due first, then a second one each, and
-- so on. The next claim goes on behind the last creator of this one. Nothing but that is locked.
--
--   held_back  the platforms that nothing may be taken of
--   limited    the platforms that not any number may be taken of; null: there is none
--   quotas     how many items of each of those at most
--   at_most    how many items in all
--
-- It gives fewer than it might where a creator's first 50 due items are all of platforms that are held back, and where more
-- creators than post_queue.next_creators passes by have nothing due. The claim fills up by age.
--
-- The incremental sort is forbidden by a setting of its own. Over the plain index by creator it reads all items of a creator,
-- which took 830 ms a claim of 100 with 400,000 items of one; by the index that has the order it takes 3.
create or replace function post_queue.pick_turns(
  held_back text[], limited text[], quotas integer[], at_most integer, out item_tables oid[], out item_addresses tid[]
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_incremental_sort = off
set enable_bitmapscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Then no platform is looked at.
  is_all_open constant boolean := held_back = '{}' and limited is null;
  highest constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  lowest constant uuid := '00000000-0000-0000-0000-000000000000';
  -- Creators who turn out to have nothing open take no turn.
  wanted constant integer := case when is_all_open then at_most else 2 * at_most end;
  last_turn uuid;
  creators uuid[];
  reached uuid;
  is_round boolean;
  more_creators uuid[];
  each integer := 1;
  before integer;
  last_of_turns uuid;
  creators_served integer;
begin
  -- No migration inserts it: it would stand in the way of a restore of data alone.
  if not exists (select from post_queue.turns) then
    insert into post_queue.turns (creator_id) values (lowest) on conflict do nothing;
  end if;
  select t.creator_id into last_turn from post_queue.turns t for update skip locked;
  last_turn := coalesce(last_turn, lowest);

  select next.creators, next.looked_at, next.is_end
  into creators, reached, is_round
  from post_queue.next_creators(last_turn, highest, wanted) as next;
  if is_round then
    -- From the beginning, up to where it began.
    select next.creators, next.is_end, coalesce(next.looked_at, reached)
    into more_creators, is_round, reached
    from post_queue.next_creators(lowest, last_turn, wanted - cardinality(creators)) as next;
    creators := creators || more_creators;
  end if;

  loop
    before := coalesce(cardinality(item_tables), 0);
    select
      array_agg(picked.item_table order by picked.round, picked.place),
      array_agg(picked.item_address order by picked.round, picked.place),
      (array_agg(picked.creator_id order by picked.place desc))[1],
      count(distinct picked.creator_id)
    into item_tables, item_addresses, last_of_turns, creators_served
    from (
      select ranked.*
      from (
        select
          turn.creator_id, turn.place, item.item_table, item.item_address, item.round,
          row_number() over (partition by item.platform order by item.round, turn.place) as platform_place,
          item.platform
        from unnest(creators) with ordinality as turn (creator_id, place)
        cross join lateral (
          select entry.item_table, entry.item_address, entry.platform, row_number() over () as round
          from (
            select due.*
            from (
              select q.tableoid as item_table, q.ctid as item_address, left(q.target_platform, 63) as platform
              from public.multiplatform_post_queue q
              where q.status = 'queued'
                -- "= any", so that only the index by creator gives the order.
                and q.creator_id = any (array[turn.creator_id])
                and greatest(q.scheduled_for, q.queued_at) <= now()
              order by q.creator_id, greatest(q.scheduled_for, q.queued_at), q.id
              limit case when is_all_open then each else greatest(each, 50) end
            ) as due
            where due.platform <> all (held_back)
            limit each
          ) as entry
        ) as item
      ) as ranked
      where ranked.platform_place <= coalesce(quotas[array_position(limited, ranked.platform)], at_most)
      order by ranked.round, ranked.place
      limit at_most
    ) as picked;
    -- Until the batch is full, or nobody has more.
    exit when coalesce(cardinality(item_tables), 0) in (before, at_most) or each >= at_most;
    each := least(4 * each, at_most);
  end loop;

  update post_queue.turns t
  set creator_id = case
    when creators_served >= at_most then last_of_turns
    -- All had their turn: another is the first next time.
    when is_round then creators[1]
    else reached
  end
  where creators <> '{}'
    and t.ctid in (select held.ctid from post_queue.turns held for update skip locked);
end
$$;

revoke execute on function post_queue.pick_turns(text[], text[], integer[], integer) from public, anon, authenticated;
grant execute on function post_queue.pick_turns(text[], text[], integer[], integer) to service_role;

-- schemas/claim/rescue.sql

-- Frees the items of workers that are gone: those in processing for longer than the lease. An item that has been freed
-- too often is given up instead. The claim begins with it.
--
--   lease_seconds  1 or more
--
-- Gives how many items were freed and how many of the others were given up, 1,000 together at most, which keeps the
-- claim short. Rows in processing with no start time belong to no worker of ours, and are freed too.
create or replace function post_queue.rescue(lease_seconds integer, out rescued integer, out given_up integer)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  usual_lock_timeout constant text := current_setting('lock_timeout');
begin
  rescued := 0;
  given_up := 0;

  -- See post_queue.judge for what may be waited for here.
  perform set_config('lock_timeout', '100ms', true);
  with expired as materialized (
    select
      q.tableoid as item_table,
      q.ctid as item_address,
      q.id,
      q.original_post_id,
      q.creator_id,
      q.target_platform,
      q.claim_id,
      q.processing_started_at,
      -- Any value may stand in the row, and one that overflows would stop every claim.
      least(greatest(q.rescue_count, 0), 2147483646) + 1 as rescue_count,
      q.rescue_count >= least(greatest(q.max_retries, 0), 20) as hopeless
    from public.multiplatform_post_queue q
    where q.status = 'processing'
      and coalesce(q.processing_started_at, '-infinity'::timestamptz) < now() - make_interval(secs => lease_seconds)
    order by coalesce(q.processing_started_at, '-infinity'::timestamptz)
    limit 1000
    for update skip locked
  ),
  -- What is freed here may be taken by the same claim. A row that is updated twice in one transaction has its foreign
  -- keys checked again, and the check would wait for whoever deletes its original or creator, who waits for our rows.
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
    where q.ctid = any (array(select expired.item_address from expired))
      and q.ctid = e.item_address
      and q.tableoid = e.item_table
      and (select post_queue.triggers_path()) is not null
      and (
        e.hopeless
        or e.original_post_id in (select original.id from original)
          and e.creator_id in (select creator.id from creator)
      )
    returning e.id, e.target_platform, e.claim_id, e.processing_started_at, e.hopeless, q.error_message
  ),
  tried as (
    insert into post_queue.tries (item_id, claim_id, target_platform, started_at, outcome, error)
    select
      id, claim_id, left(target_platform, 100), processing_started_at,
      case when hopeless then 'given_up' else 'rescued' end,
      case when hopeless then error_message else 'its worker stopped while processing it' end
    from freed
  )
  select count(*) filter (where not hopeless), count(*) filter (where hopeless)
  into rescued, given_up
  from freed;
  perform post_queue.own_path();
  perform set_config('lock_timeout', usual_lock_timeout, true);
exception
  -- Nothing is freed then; the next claim tries again.
  when lock_not_available then null;
end
$$;

revoke execute on function post_queue.rescue(integer) from public, anon, authenticated;
grant execute on function post_queue.rescue(integer) to service_role;

-- schemas/claim/spend.sql

-- Counts what a claim took against the limits of its platforms. A limit counts what is taken, not what becomes of it: an
-- item that fails, or whose worker dies, is taken again and counts again, so a platform never sees more than its limit.
--
--   item_ids  what the claim took
create or replace function post_queue.spend(item_ids uuid[])
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
begin
  with taken as materialized (
    select q.target_platform as platform, count(*) as items
    from public.multiplatform_post_queue q
    where q.id = any (item_ids)
    group by q.target_platform
  )
  update post_queue.limits l
  set next_at = greatest(post_queue.next_moment(l.next_at, l.per_minute), now() - interval '10 seconds')
    + taken.items * interval '1 minute' / l.per_minute
  from taken
  where l.platform = taken.platform and l.per_minute is not null;
end
$$;

revoke execute on function post_queue.spend(uuid[]) from public, anon, authenticated;
grant execute on function post_queue.spend(uuid[]) to service_role;

-- schemas/claim/take.sql

-- Takes the oldest due items under a claim: they are processing from here on.
--
--   claim_id            the claim
--   batch_size          how many to take at most
--   begin_at, begin_id  nothing that is due before this item is looked at
--
-- Gives the ids of what it took; the items as the claim answers them, or null where more than one statement took them; the
-- oldest of them, how long they took to find, and of how many a trigger suppressed the update.
--
-- They are updated by their addresses in the table: they are locked, so they stay there. An address (ctid) says nothing
-- without its table: in each partition of a partitioned queue another row stands at the same one. A queue that is not
-- partitioned goes once through the loop; a join by table and address would cost every claim 5 %.
create or replace function post_queue.take(
  claim_id uuid, batch_size integer,
  begin_at timestamptz default '-infinity', begin_id uuid default '00000000-0000-0000-0000-000000000000',
  out taken uuid[], out items json, out first_due_at timestamptz, out first_id uuid, out search_took interval,
  out suppressed integer
)
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
  due record;
  -- Once a call: for each item it would cost a fifth of the claim.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[];
  due_items integer;
  updated uuid[];
  updates integer := 0;
  search_began timestamptz;
begin
  taken := '{}';
  search_took := '0';
  suppressed := 0;
  loop
    due_items := 0;
    search_began := clock_timestamp();
    for due in
      select
        oldest.item_table, array_agg(oldest.item_address) as addresses,
        (array_agg(oldest.due_at))[1] as first_due_at, (array_agg(oldest.id))[1] as first_id
      from (
        select q.tableoid as item_table, q.ctid as item_address, greatest(q.scheduled_for, q.queued_at) as due_at, q.id
        from public.multiplatform_post_queue q
        where q.status = 'queued'
          and greatest(q.scheduled_for, q.queued_at) <= now()
          and (greatest(q.scheduled_for, q.queued_at), q.id) >= (begin_at, begin_id)
        order by greatest(q.scheduled_for, q.queued_at), q.id
        limit batch_size - cardinality(taken)
        offset suppressed
        for update skip locked
      ) as oldest
      group by oldest.item_table
    loop
      if due_items = 0 then
        search_took := search_took + (clock_timestamp() - search_began);
      end if;
      if first_id is null or (due.first_due_at, due.first_id) < (first_due_at, first_id) then
        first_due_at := due.first_due_at;
        first_id := due.first_id;
      end if;
      with held as (
        update public.multiplatform_post_queue q
        set status = 'processing', processing_started_at = now(), claim_id = this_claim, updated_at = now()
        where q.tableoid = due.item_table and q.ctid = any (due.addresses) and (select post_queue.triggers_path()) is not null
        returning
          q.id, q.creator_id, q.original_post_id, q.target_platform, q.modified_title, q.retry_count, q.max_retries,
          greatest(q.scheduled_for, q.queued_at) as due_at, q.claim_id = this_claim and q.status = 'processing' as in_hand
      ),
      -- A post is queued for several platforms at once, so its items share one original.
      original as materialized (
        select o.id, post_queue.taken_original(o) as json
        from public.content_posts o
        where o.id = any (array(select distinct held.original_post_id from held))
      )
      select
        coalesce(array_agg(held.id), '{}'),
        coalesce(
          json_agg(
            post_queue.taken_item(
              held.id, held.creator_id, held.target_platform, platforms, held.modified_title, held.retry_count, held.max_retries,
              original.json
            )
            order by held.due_at, held.id
          ) filter (where held.in_hand),
          '[]'
        )
      into updated, items
      from held
      left join original on original.id = held.original_post_id;
      perform post_queue.own_path();
      taken := taken || updated;
      updates := updates + 1;
      due_items := due_items + cardinality(due.addresses);
      suppressed := suppressed + cardinality(due.addresses) - cardinality(updated);
    end loop;
    if due_items = 0 then
      search_took := search_took + (clock_timestamp() - search_began);
    end if;

    -- A trigger that keeps rows as they are does so for ever: it may cost those, not what is due behind them.
    exit when suppressed = 0 or due_items = 0 or cardinality(taken) >= batch_size or suppressed >= 10000;
  end loop;
  if updates > 1 then
    items := null;
  end if;
end
$$;

revoke execute on function post_queue.take(uuid, integer, timestamptz, uuid) from public, anon, authenticated;
grant execute on function post_queue.take(uuid, integer, timestamptz, uuid) to service_role;

-- schemas/claim/take_chosen.sql

-- Takes due items under a claim where not simply the oldest may go: where a platform is paused or limited, or creators
-- take turns. The claim calls it, once, in place of post_queue.take.
--
--   claim_id            the claim
--   batch_size          how many to take at most
--   fair                whether creators take turns; what is left of the batch is filled up by age
--   begin_at, begin_id  where what is taken by age begins, null: at the front; what is due before that item is looked at where
--                       the batch is not full
--
-- Gives the ids of what it took, and of how many a trigger suppressed the update; the oldest item that it found by age whose
-- platform is not limited, and how long it took to find from the front of the queue (null: it did not look there, or found none).
create or replace function post_queue.take_chosen(
  claim_id uuid, batch_size integer, fair boolean, begin_at timestamptz, begin_id uuid, out taken uuid[], out suppressed integer,
  out first_due_at timestamptz, out first_id uuid, out front_took interval
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  held_back text[];
  limited text[];
  quotas integer[];
  quotas_left integer[];
  picked record;
  filled record;
  is_behind boolean := begin_at is not null;
  search_began timestamptz;
  at_most integer;
  taken_now uuid[];
  suppressed_now integer;
  locked integer := 0;
  rounds integer := 0;
begin
  taken := '{}';
  suppressed := 0;
  select *
  into held_back, limited, quotas
  from post_queue.held_back();
  if '*' = any (held_back) then
    return;
  end if;

  if fair then
    picked := post_queue.pick_turns(held_back, limited, quotas, batch_size);
    select now_taken.taken, now_taken.suppressed
    into taken, suppressed
    from post_queue.take_picked(this_claim, picked.item_tables, picked.item_addresses, batch_size) as now_taken;
    if held_back = '{}' and limited is null then
      if cardinality(taken) < batch_size then
        filled := post_queue.take(this_claim, batch_size - cardinality(taken));
        taken := taken || filled.taken;
        suppressed := suppressed + filled.suppressed;
        first_due_at := filled.first_due_at;
        first_id := filled.first_id;
        front_took := filled.search_took;
      end if;
      return;
    end if;
  end if;

  -- Once, as a rule. Where rows are locked, or a trigger suppresses their update, they are passed by, and more are picked, up
  -- to thousands. What begins behind the front and is not full goes on there.
  loop
    exit when cardinality(taken) >= batch_size;
    quotas_left := quotas;
    if limited is not null and taken <> '{}' then
      select array_agg(may_go.quota - coalesce(used.items, 0) order by may_go.place)
      into quotas_left
      from unnest(limited, quotas) with ordinality as may_go (platform, quota, place)
      left join (
        select q.target_platform as platform, count(*)::integer as items
        from public.multiplatform_post_queue q
        where q.id = any (taken)
        group by q.target_platform
      ) as used on used.platform = may_go.platform;
    end if;
    at_most := batch_size - cardinality(taken) + 4 * locked;
    if is_behind then
      picked := post_queue.pick_behind(held_back, limited, quotas_left, at_most, begin_at, begin_id);
    else
      search_began := clock_timestamp();
      picked := post_queue.pick_open(held_back, limited, quotas_left, at_most);
      -- Where it found limited items alone, others may wait right behind them: then the next claim looks here again.
      if picked.first_id is not null then
        front_took := coalesce(front_took, '0') + (clock_timestamp() - search_began);
      end if;
    end if;
    if first_id is null or (picked.first_due_at, picked.first_id) < (first_due_at, first_id) then
      first_due_at := picked.first_due_at;
      first_id := picked.first_id;
    end if;
    select now_taken.taken, now_taken.suppressed
    into taken_now, suppressed_now
    from post_queue.take_picked(
      this_claim, picked.item_tables, picked.item_addresses, batch_size - cardinality(taken)
    ) as now_taken;
    taken := taken || taken_now;
    suppressed := suppressed + suppressed_now;
    rounds := rounds + 1;
    if coalesce(cardinality(picked.item_tables), 0) = at_most and rounds < 6 then
      locked := at_most - cardinality(taken_now);
    else
      exit when not is_behind;
      is_behind := false;
      rounds := 0;
      locked := 0;
    end if;
  end loop;

  if limited is not null then
    perform post_queue.spend(taken);
  end if;
end
$$;

revoke execute on function post_queue.take_chosen(uuid, integer, boolean, timestamptz, uuid) from public, anon, authenticated;
grant execute on function post_queue.take_chosen(uuid, integer, boolean, timestamptz, uuid) to service_role;

-- schemas/claim/take_picked.sql

-- Takes picked items under a claim, in the order in which they were picked: they are processing from here on. What is
-- locked, and what is no longer due, is passed by.
--
--   claim_id        the claim
--   item_tables     where they stand: the table of each (see post_queue.take)
--   item_addresses  and its address there
--   at_most         how many to take
--
-- Gives the ids of what it took, and of how many a trigger suppressed the update.
create or replace function post_queue.take_picked(
  claim_id uuid, item_tables oid[], item_addresses tid[], at_most integer, out taken uuid[], out suppressed integer
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  due record;
  due_items integer;
  updated uuid[];
begin
  taken := '{}';
  suppressed := 0;
  loop
    due_items := 0;
    for due in
      select held.item_table, array_agg(held.item_address) as addresses
      from (
        select q.tableoid as item_table, q.ctid as item_address
        from unnest(item_tables, item_addresses) with ordinality as picked (item_table, item_address, place)
        join public.multiplatform_post_queue q on q.ctid = picked.item_address and q.tableoid = picked.item_table
        where q.status = 'queued'
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by picked.place
        limit at_most - cardinality(taken)
        offset suppressed
        for update of q skip locked
      ) as held
      group by held.item_table
    loop
      with held as (
        update public.multiplatform_post_queue q
        set status = 'processing', processing_started_at = now(), claim_id = this_claim, updated_at = now()
        where q.tableoid = due.item_table and q.ctid = any (due.addresses) and (select post_queue.triggers_path()) is not null
        returning q.id
      )
      select coalesce(array_agg(held.id), '{}') into updated from held;
      perform post_queue.own_path();
      taken := taken || updated;
      due_items := due_items + cardinality(due.addresses);
      suppressed := suppressed + cardinality(due.addresses) - cardinality(updated);
    end loop;

    -- See post_queue.take.
    exit when suppressed = 0 or due_items = 0 or cardinality(taken) >= at_most;
  end loop;
end
$$;

revoke execute on function post_queue.take_picked(uuid, oid[], tid[], integer) from public, anon, authenticated;
grant execute on function post_queue.take_picked(uuid, oid[], tid[], integer) to service_role;

-- schemas/claim/taken_item.sql

-- An item as the claim gives it: what the app needs to decide and to log.
--
--   platforms  the values of platform_cluster, asked for once a statement: for each item they would cost a fifth of the claim
--   original   post_queue.taken_original of its original; null where that is gone
--
-- Captions, hashtags and addresses stay in the database: they may be megabytes, and one such item must not be able to
-- make the answer too large for all the others.
--
-- json, not jsonb: the text is written once, where jsonb builds a tree first. Without settings, so that it is written into the
-- statement that calls it; every name in full, in case it is not.
create or replace function post_queue.taken_item(
  id uuid, creator_id uuid, target_platform text, platforms text[], modified_title text, retry_count integer,
  max_retries integer, original json
)
returns json
language sql
stable
security invoker
as $$
  select pg_catalog.json_build_object(
    'id', id,
    'creator_id', creator_id,
    'target_platform', pg_catalog."left"(target_platform, 100),
    'platform_known', target_platform operator(pg_catalog.=) any (platforms),
    'modified_title', modified_title,
    'retry_count', retry_count,
    'max_retries', max_retries,
    'original', original
  )
$$;

revoke execute on function post_queue.taken_item(uuid, uuid, text, text[], text, integer, integer, json)
  from public, anon, authenticated;
grant execute on function post_queue.taken_item(uuid, uuid, text, text[], text, integer, integer, json) to service_role;

-- schemas/claim/taken_original.sql

-- The original of an item, as the claim gives it: without its texts, and without settings (see post_queue.taken_item).
create or replace function post_queue.taken_original(original public.content_posts)
returns json
language sql
stable
security invoker
as $$
  select pg_catalog.json_build_object(
    'creator_id', original.creator_id,
    'title', original.title,
    'status', original.status,
    'moderation_status', original.moderation_status,
    'is_deleted', original.deleted_at is not null,
    'is_crosspost', original.is_crosspost
  )
$$;

revoke execute on function post_queue.taken_original(public.content_posts) from public, anon, authenticated;
grant execute on function post_queue.taken_original(public.content_posts) to service_role;

-- schemas/control/begin_control.sql

-- How pause, resume and limit begin: what they were given is checked, and one of them runs at a time, so that none waits
-- for another's row. The caller sets lock_timeout.
create or replace function post_queue.begin_control(platform text, actor text)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(actor, '') = '' then
    raise exception 'pausing, resuming and limiting need an actor: who does it' using errcode = 'invalid_parameter_value';
  end if;
  -- A name with a slip of the pen would pause nothing, and nobody would notice.
  if platform <> '*' and platform <> all (enum_range(null::public.platform_cluster)::text[]) then
    raise exception 'platform "%" is unknown: it is not a value of platform_cluster', left(platform, 100)
      using errcode = 'invalid_parameter_value';
  end if;
  if row_security_active('post_queue.pauses') then
    raise exception 'row-level security hides the pauses from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  perform pg_advisory_xact_lock(hashtextextended('post_queue_control', 0));
end
$$;

revoke execute on function post_queue.begin_control(text, text) from public, anon, authenticated;
grant execute on function post_queue.begin_control(text, text) to service_role;

-- schemas/control/controls.sql

-- What is paused and what is limited now: {"paused": [{"platform", "paused_at", "paused_by", "reason"}, ...],
-- "limited": [{"platform", "per_minute", "set_at", "set_by"}, ...]}, by name. platform "*" is everything.
create or replace function post_queue.controls()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'paused', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'platform', p.platform, 'paused_at', p.paused_at, 'paused_by', p.paused_by, 'reason', p.reason
          )
          order by p.platform
        )
        from post_queue.pauses p
        where p.resumed_at is null
      ),
      '[]'
    ),
    'limited', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'platform', l.platform, 'per_minute', l.per_minute, 'set_at', l.set_at, 'set_by', l.set_by
          )
          order by l.platform
        )
        from post_queue.limits l
        where l.per_minute is not null
      ),
      '[]'
    )
  )
$$;

revoke execute on function post_queue.controls() from public, anon, authenticated;
grant execute on function post_queue.controls() to service_role;

-- schemas/control/limit.sql

-- Limits a platform to so many posts a minute, or takes its limit off. The posts come evenly, one each 60 / per_minute
-- seconds, whatever the number of workers; the others wait and are not aged.
--
--   platform         a value of platform_cluster
--   per_minute       1 to 60000; null: no limit any more
--   actor            who does it
--   reason           why; may be null
--   idempotency_key  a call that is repeated under its key is done once; null: no key
--   dry_run          true: only tell whether it would change anything
--
-- Gives what is paused and limited now (see post_queue.controls) and "changed": whether it had another limit before; or
-- "conflict" (see post_queue.repeated_control). Each call is written down in post_queue.actions.
create or replace function public.post_queue_limit(
  platform text, per_minute integer, actor text, reason text default null, idempotency_key text default null,
  dry_run boolean default false
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  this_platform constant text := platform;
  this_limit constant integer := per_minute;
  this_actor constant text := left(actor, 200);
  scope constant jsonb := jsonb_build_object('platform', this_platform, 'per_minute', this_limit);
  repeated jsonb;
  before integer;
  is_new boolean;
begin
  if this_platform is null or this_platform = '*' or this_limit not between 1 and 60000 then
    raise exception 'post_queue_limit needs one platform and a per_minute from 1 to 60000, or null for no limit'
      using errcode = 'invalid_parameter_value';
  end if;
  perform post_queue.begin_control(this_platform, this_actor);

  if not coalesce(dry_run, false) then
    repeated := post_queue.repeated_control('limit', scope, idempotency_key);
    if repeated is not null then
      return repeated;
    end if;
    -- A claim moves next_at in the row that is changed here.
    perform pg_advisory_xact_lock(hashtextextended('post_queue_claim', 0));
  end if;

  select l.per_minute into before from post_queue.limits l where l.platform = this_platform;
  is_new := before is distinct from this_limit;
  if not coalesce(dry_run, false) then
    if is_new then
      insert into post_queue.limits as l (platform, per_minute, set_by)
      values (this_platform, this_limit, this_actor)
      on conflict (platform) do update
      -- next_at stays: turning a limit off and on gives no post more.
      set per_minute = excluded.per_minute, set_at = now(), set_by = excluded.set_by;
    end if;
    perform post_queue.record_action('limit', this_actor, reason, scope, idempotency_key, 1, is_new::integer);
    perform post_queue.hint();
  end if;

  return post_queue.controls() || jsonb_build_object('changed', is_new);
end
$$;

revoke execute on function public.post_queue_limit(text, integer, text, text, text, boolean) from public, anon, authenticated;
grant execute on function public.post_queue_limit(text, integer, text, text, text, boolean) to service_role;

-- schemas/control/pause.sql

-- Pauses a platform, or everything: from the next claim on its items wait, and none is touched. What is in hand is
-- posted.
--
--   platform         a value of platform_cluster; null or '*': everything
--   actor            who does it
--   reason           why; may be null
--   idempotency_key  a call that is repeated under its key is done once; null: no key
--   dry_run          true: only tell whether it would change anything
--
-- Gives what is paused and limited now (see post_queue.controls) and "changed": whether it was not paused before; or
-- "conflict" (see post_queue.repeated_control). A pause that goes on keeps its paused_at, and takes the new actor and
-- reason. Each call is written down in post_queue.actions.
create or replace function public.post_queue_pause(
  platform text, actor text, reason text default null, idempotency_key text default null, dry_run boolean default false
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  this_platform constant text := coalesce(platform, '*');
  this_actor constant text := left(actor, 200);
  this_reason constant text := left(reason, 1000);
  scope constant jsonb := jsonb_build_object('platform', this_platform);
  repeated jsonb;
  is_new boolean;
begin
  perform post_queue.begin_control(this_platform, this_actor);

  is_new := not exists (
    select from post_queue.pauses p where p.platform = this_platform and p.resumed_at is null
  );
  if not coalesce(dry_run, false) then
    repeated := post_queue.repeated_control('pause', scope, idempotency_key);
    if repeated is not null then
      return repeated;
    end if;

    if is_new then
      insert into post_queue.pauses (platform, paused_by, reason)
      values (this_platform, this_actor, this_reason);
    else
      update post_queue.pauses p
      set paused_by = this_actor, reason = this_reason
      where p.platform = this_platform and p.resumed_at is null;
    end if;
    perform post_queue.record_action('pause', this_actor, this_reason, scope, idempotency_key, 1, is_new::integer);
  end if;

  return post_queue.controls() || jsonb_build_object('changed', is_new);
end
$$;

revoke execute on function public.post_queue_pause(text, text, text, text, boolean) from public, anon, authenticated;
grant execute on function public.post_queue_pause(text, text, text, text, boolean) to service_role;

-- schemas/control/record_action.sql

-- Writes down in post_queue.actions, within the caller's transaction, a change that was done in one step.
--
--   verb             pause, resume, limit or reset_stuck
--   filter           what it was about
--   idempotency_key  null: one of its own
--   meant, done      how many it was about, and how many it changed; the rest was already as it was to be
create or replace function post_queue.record_action(
  verb text, actor text, reason text, filter jsonb, idempotency_key text, meant bigint, done bigint
)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  insert into post_queue.actions (
    idempotency_key, verb, actor, reason, filter, finished, portions, meant, done, left_alone
  )
  values (
    coalesce(idempotency_key, public.uuid_v7()::text), verb, left(actor, 200), left(reason, 1000), filter, true, 1, meant, done,
    case when done < meant then jsonb_build_object('unchanged', meant - done) else '{}' end
  )
$$;

revoke execute on function post_queue.record_action(text, text, text, jsonb, text, bigint, bigint)
  from public, anon, authenticated;
grant execute on function post_queue.record_action(text, text, text, jsonb, text, bigint, bigint) to service_role;

-- schemas/control/repeated_control.sql

-- What a pause, a resume or a limit answers where its key was used before: the controls as they are now and "changed" as it
-- was then, or "conflict" where the key belongs to another change. Null where there is no key, or a new one: then it is to be
-- done. The caller sets lock_timeout.
create or replace function post_queue.repeated_control(verb text, filter jsonb, idempotency_key text)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  this_verb constant text := verb;
  this_filter constant jsonb := filter;
  key constant text := idempotency_key;
  entry post_queue.actions;
begin
  if key is null then
    return null;
  end if;

  -- A change of items under the same key ends first: see post_queue.change.
  perform pg_advisory_xact_lock(hashtextextended('post_queue_change ' || key, 0));
  select a.* into entry from post_queue.actions a where a.idempotency_key = key;
  if not found then
    return null;
  end if;
  return post_queue.controls() || case
    when entry.verb = this_verb and entry.filter = this_filter then jsonb_build_object('changed', entry.done > 0)
    else jsonb_build_object('changed', false, 'conflict', true)
  end;
end
$$;

revoke execute on function post_queue.repeated_control(text, jsonb, text) from public, anon, authenticated;
grant execute on function post_queue.repeated_control(text, jsonb, text) to service_role;

-- schemas/control/resume.sql

-- Ends a pause: the items that waited are taken again, oldest due first.
--
--   platform         a value of platform_cluster; null or '*' ends the pause of everything. Platforms that were paused by
--                    themselves stay paused, and a platform that is resumed while everything is paused still waits.
--   actor            who does it
--   reason           why; may be null
--   idempotency_key  a call that is repeated under its key is done once; null: no key
--   dry_run          true: only tell whether it would change anything
--
-- Gives what is paused and limited now (see post_queue.controls) and "changed": whether it was paused; or "conflict" (see
-- post_queue.repeated_control). Each call is written down in post_queue.actions.
create or replace function public.post_queue_resume(
  platform text, actor text, reason text default null, idempotency_key text default null, dry_run boolean default false
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
#variable_conflict use_column
declare
  this_platform constant text := coalesce(platform, '*');
  this_actor constant text := left(actor, 200);
  scope constant jsonb := jsonb_build_object('platform', this_platform);
  repeated jsonb;
  was_paused boolean;
begin
  perform post_queue.begin_control(this_platform, this_actor);

  was_paused := exists (
    select from post_queue.pauses p where p.platform = this_platform and p.resumed_at is null
  );
  if not coalesce(dry_run, false) then
    repeated := post_queue.repeated_control('resume', scope, idempotency_key);
    if repeated is not null then
      return repeated;
    end if;

    update post_queue.pauses p
    set resumed_at = now(), resumed_by = this_actor
    where p.platform = this_platform and p.resumed_at is null;
    perform post_queue.record_action('resume', this_actor, reason, scope, idempotency_key, 1, was_paused::integer);
    perform post_queue.hint();
  end if;

  return post_queue.controls() || jsonb_build_object('changed', was_paused);
end
$$;

revoke execute on function public.post_queue_resume(text, text, text, text, boolean) from public, anon, authenticated;
grant execute on function public.post_queue_resume(text, text, text, text, boolean) to service_role;

-- schemas/figures/add_times.sql

-- Adds counts of post_queue.figures.times, bin by bin; null where either is. An aggregate over it passes by what is null.
--
-- It runs once a row of figures, and settings of its own would take an eighth of the time: it names even operators in full.
create or replace function post_queue.add_times(a bigint[], b bigint[])
returns bigint[]
language plpgsql
immutable
strict
parallel safe
security invoker
as $$
declare
  sums bigint[] := a;
begin
  if pg_catalog.cardinality(b) operator(pg_catalog.>) pg_catalog.cardinality(a) then
    sums := b;
    b := a;
  end if;
  for place in 1..pg_catalog.cardinality(b) loop
    -- Most are 0.
    if b[place] operator(pg_catalog.<>) 0 then
      sums[place] := sums[place] operator(pg_catalog.+) b[place];
    end if;
  end loop;
  return sums;
end
$$;

revoke execute on function post_queue.add_times(bigint[], bigint[]) from public, anon, authenticated;
grant execute on function post_queue.add_times(bigint[], bigint[]) to service_role;

-- schemas/figures/causes_happened.sql

-- How many tries ended as failed in each minute, or each hour, between two times, by cause: straight from the tries, so for few
-- of them. An error may be anything, and each its own cause: of more than 200 in one minute the rest is counted together.
create or replace function post_queue.causes_happened(from_time timestamptz, to_time timestamptz, width interval)
returns table (starts_at timestamptz, cause text, failed bigint)
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  select
    counted.starts_at, case when counted.place <= 200 then counted.cause else '(other causes)' end, sum(counted.failed)::bigint
  from (
    select
      date_bin(width, t.tried_at, 'epoch') as starts_at, public.error_cause(t.error) as cause, count(*) as failed,
      row_number() over (partition by date_bin(width, t.tried_at, 'epoch') order by count(*) desc, public.error_cause(t.error)) as place
    from post_queue.tries t
    where t.tried_at >= from_time and t.tried_at < to_time and t.outcome in ('failed', 'given_up')
    group by 1, 2
  ) as counted
  group by 1, 2
$$;

revoke execute on function post_queue.causes_happened(timestamptz, timestamptz, interval) from public, anon, authenticated;
grant execute on function post_queue.causes_happened(timestamptz, timestamptz, interval) to service_role;

-- schemas/figures/happened.sql

-- What happened in each minute, or each hour, between two times, by platform and ('') in all: straight from the history and
-- the tries, so for few rows of them. A platform that is none of the enum's counts as unknown, because anybody may have written it.
create or replace function post_queue.happened(from_time timestamptz, to_time timestamptz, width interval)
returns table (platform text, starts_at timestamptz, posted bigint, failed bigint, retried bigint, times bigint[])
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  with posts as materialized (
    select
      h.target_platform, date_bin(width, h.posted_at, 'epoch') as starts_at,
      post_queue.time_bin(h.time_to_post_seconds) as bin, count(*) as number
    from public.multiplatform_post_history h
    where h.posted_at >= from_time and h.posted_at < to_time
    group by 1, 2, 3
  ),
  tries as (
    select
      t.target_platform, date_bin(width, t.tried_at, 'epoch') as starts_at,
      count(*) filter (where t.outcome in ('failed', 'given_up')) as failed,
      count(*) filter (where t.outcome in ('retried', 'rescued')) as retried
    from post_queue.tries t
    where t.tried_at >= from_time and t.tried_at < to_time
    group by 1, 2
  ),
  events as (
    select target_platform, starts_at, bin, number as posted, 0 as failed, 0 as retried from posts
    union all
    select target_platform, starts_at, null, 0, failed, retried from tries
  ),
  known as (
    select
      case
        when e.target_platform = any (enum_range(null::public.platform_cluster)::text[]) then e.target_platform
        else 'unknown'
      end as platform,
      e.starts_at, e.bin, sum(e.posted) as posted, sum(e.failed) as failed, sum(e.retried) as retried
    from events e
    group by 1, 2, 3
  ),
  both_ways as (
    select k.platform, k.starts_at, k.bin, k.posted, k.failed, k.retried from known k
    union all
    select '', k.starts_at, k.bin, sum(k.posted), sum(k.failed), sum(k.retried) from known k group by 2, 3
  )
  select
    b.platform, b.starts_at, sum(b.posted)::bigint, sum(b.failed)::bigint, sum(b.retried)::bigint,
    coalesce(
      (
        select array_agg(coalesce(bins.number, 0)::bigint order by places.bin)
        from generate_series(1, max(b.bin)) as places (bin)
        left join unnest(
          array_agg(b.bin) filter (where b.bin is not null),
          array_agg(b.posted) filter (where b.bin is not null)
        ) as bins (bin, number) on bins.bin = places.bin
      ),
      '{}'
    )
  from both_ways b
  group by 1, 2
$$;

revoke execute on function post_queue.happened(timestamptz, timestamptz, interval) from public, anon, authenticated;
grant execute on function post_queue.happened(timestamptz, timestamptz, interval) to service_role;

-- schemas/figures/percentile.sql

-- The time to post, in seconds, that the given share of the posts took at most; null where there were none.
--
--   times  counts by the bins of post_queue.time_bin
--   share  0 to 1
create or replace function post_queue.percentile(times bigint[], share double precision)
returns numeric
language plpgsql
immutable
strict
parallel safe
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted constant double precision := share * (select sum(number) from unnest(times) as number);
  so_far bigint := 0;
begin
  -- A loop: as one query over windows it takes four times as long, and a series asks twice for each of its buckets.
  for bin in 1..cardinality(times) loop
    so_far := so_far + times[bin];
    if times[bin] > 0 and so_far >= wanted then
      return round((power(2, (bin - 0.5) / 8) - 1)::numeric, case when bin < 30 then 1 else 0 end);
    end if;
  end loop;
  return null;
end
$$;

revoke execute on function post_queue.percentile(bigint[], double precision) from public, anon, authenticated;
grant execute on function post_queue.percentile(bigint[], double precision) to service_role;

-- schemas/figures/platform_series.sql

-- The last 24 hours of every platform at once, by the hours that were rolled up and the minutes of the one that goes on:
-- {"starts_at", "bucket_seconds", "platforms": [{"platform", "posted": [24 numbers], "seconds_to_post_p50",
-- "seconds_to_post_p95"}, ...]}, by name. The percentiles are of whole hours, at most 5 % off, and null where none has ended.
create or replace function public.post_queue_platform_series()
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set jit = off
as $$
declare
  hours constant integer := 24;
  -- By name, because the figures are found by platform and time.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[] || 'unknown'::text;
  first constant timestamptz := date_trunc('hour', now()) - interval '23 hours';
  minutes_from timestamptz;
  answer jsonb;
begin
  select coalesce(max(f.starts_at) + interval '1 hour', first)
  into minutes_from
  from post_queue.figures f
  where f.width_seconds = 3600 and f.platform = '';

  with figures as materialized (
    select f.platform, f.starts_at, f.posted, f.times
    from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = any (platforms) and f.starts_at >= first
    union all
    select f.platform, date_trunc('hour', f.starts_at), f.posted, null
    from post_queue.figures f
    where f.width_seconds = 60 and f.platform = any (platforms) and f.starts_at >= greatest(first, minutes_from)
  ),
  binned as (
    select figures.platform, post_queue.sum_times(figures.times) as times
    from figures
    group by figures.platform
  ),
  posted as (
    select
      names.platform,
      (
        select jsonb_agg(coalesce(summed.posted, 0) order by place)
        from generate_series(0, hours - 1) as place
        left join (
          select figures.starts_at, sum(figures.posted) as posted
          from figures
          where figures.platform = names.platform
          group by 1
        ) as summed on summed.starts_at = first + make_interval(hours => place)
      ) as posted
    from (select distinct figures.platform from figures) as names
  )
  select jsonb_agg(
    jsonb_build_object(
      'platform', posted.platform,
      'posted', posted.posted,
      'seconds_to_post_p50', post_queue.percentile(binned.times, 0.5),
      'seconds_to_post_p95', post_queue.percentile(binned.times, 0.95)
    )
    order by posted.platform
  )
  into answer
  from posted
  left join binned on binned.platform = posted.platform;

  return jsonb_build_object('starts_at', first, 'bucket_seconds', 3600, 'platforms', coalesce(answer, '[]'));
end
$$;

revoke execute on function public.post_queue_platform_series() from public, anon, authenticated;
grant execute on function public.post_queue_platform_series() to service_role;

-- schemas/figures/recent_figures.sql

-- What happened of late, for the overview: in the last 5 minutes, hour and day, and in the last day by platform. From the
-- figures that were rolled up, and from the rows themselves for what came since, of which it reads the last 15 minutes.
-- missing_from says from when on figures before those are missing, because nothing rolled them up; null: none are.
create or replace function post_queue.recent_figures(out recent jsonb, out day jsonb, out missing_from timestamptz)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  -- By name, because the figures are found by platform and time.
  platforms constant text[] := enum_range(null::public.platform_cluster)::text[] || '{"",unknown}'::text[];
  rolled_up_to timestamptz;
  fresh_from timestamptz;
begin
  select max(f.starts_at) + interval '1 minute' into rolled_up_to
  from post_queue.figures f where f.width_seconds = 60 and f.platform = '';
  fresh_from := greatest(coalesce(rolled_up_to, '-infinity'), date_trunc('minute', now() - interval '15 minutes'));
  missing_from := case when rolled_up_to < fresh_from then rolled_up_to end;

  with figures as materialized (
    select f.platform, f.starts_at, f.posted, f.failed, f.retried, f.times
    from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = any (platforms)
      and f.starts_at >= date_trunc('hour', now() - interval '23 hours')
      and f.starts_at < date_trunc('hour', now() - interval '1 hour')
    union all
    select f.platform, f.starts_at, f.posted, f.failed, f.retried, f.times
    from post_queue.figures f
    where f.width_seconds = 60 and f.platform = any (platforms)
      and f.starts_at >= date_trunc('hour', now() - interval '1 hour')
    union all
    select m.platform, m.starts_at, m.posted, m.failed, m.retried, m.times
    from post_queue.happened(
        fresh_from, date_trunc('minute', now()) + interval '1 minute', interval '1 minute'
      ) as m
  )
  select
    (
      select jsonb_agg(
        jsonb_build_object(
          'seconds', span.seconds,
          'posted', coalesce(summed.posted, 0),
          'failed', coalesce(summed.failed, 0),
          'retried', coalesce(summed.retried, 0),
          'seconds_to_post_p50', post_queue.percentile(summed.times, 0.5),
          'seconds_to_post_p95', post_queue.percentile(summed.times, 0.95),
          'seconds_to_post_p99', post_queue.percentile(summed.times, 0.99)
        )
        order by span.seconds
      )
      from (values (300), (3600), (86400)) as span (seconds)
      cross join lateral (
        select
          sum(figures.posted) as posted, sum(figures.failed) as failed, sum(figures.retried) as retried,
          post_queue.sum_times(figures.times) as times
        from figures
        where figures.platform = '' and figures.starts_at > now() - make_interval(secs => span.seconds + 60)
      ) as summed
    ),
    (
      select coalesce(jsonb_object_agg(summed.platform, summed.json), '{}')
      from (
        select
          figures.platform,
          jsonb_build_object('posted', sum(figures.posted), 'failed', sum(figures.failed), 'retried', sum(figures.retried))
            as json
        from figures
        where figures.platform <> ''
        group by figures.platform
      ) as summed
    )
  into recent, day;
end
$$;

revoke execute on function post_queue.recent_figures() from public, anon, authenticated;
grant execute on function post_queue.recent_figures() to service_role;

-- schemas/figures/roll_up.sql

-- Rolls what happened since the last time up into post_queue.figures and post_queue.cause_figures: minutes, and the hours that
-- they complete. Called each minute by every worker, until it is current. One call goes through a day, or 200,000 posts, at
-- most; the first calls go through 90 days that way, of which they leave the minutes of the last two. Called twice it changes
-- nothing the second time; called by two at once, one of them does it.
--
-- A minute is left alone until two minutes after it has ended: what was posted in it may be committed that late.
--
-- Gives {"is_current"}: whether nothing is left to roll up now, or another call is at it.
create or replace function public.post_queue_roll_up()
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set jit = off
as $$
declare
  final constant timestamptz := date_trunc('minute', now() - interval '2 minutes');
  from_minute timestamptz;
  to_minute timestamptz;
  from_hour timestamptz;
begin
  -- Row-level security hides rows without a word: nothing would seem to have happened.
  if row_security_active('public.multiplatform_post_history') then
    raise exception 'row-level security hides the history from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if not pg_try_advisory_xact_lock(hashtextextended('post_queue_roll_up', 0)) then
    return jsonb_build_object('is_current', true);
  end if;

  -- What a clock wrote that was ahead: nothing would be rolled up until the time has caught up with it.
  if exists (
    select from post_queue.figures f where f.width_seconds = 60 and f.platform = '' and f.starts_at > now()
  ) then
    delete from post_queue.figures f where f.starts_at > now();
    delete from post_queue.cause_figures f where f.starts_at > now();
  end if;

  select max(f.starts_at) + interval '1 minute'
  into from_minute
  from post_queue.figures f
  where f.width_seconds = 60 and f.platform = '';
  if from_minute is null then
    select date_trunc('hour', least(
      (select min(h.posted_at) from public.multiplatform_post_history h where h.posted_at > now() - interval '90 days'),
      (select min(t.tried_at) from post_queue.tries t where t.tried_at > now() - interval '90 days'),
      now()
    ))
    into from_minute;
  end if;

  select least(from_minute + interval '1 day', final, (
    select date_trunc('minute', greatest(h.posted_at, from_minute + interval '1 minute'))
    from public.multiplatform_post_history h
    where h.posted_at >= from_minute
    order by h.posted_at
    offset 200000
    limit 1
  ))
  into to_minute;
  if to_minute <= from_minute then
    return jsonb_build_object('is_current', true);
  end if;

  from_hour := date_trunc('hour', from_minute);
  if to_minute < now() - interval '2 days' and from_minute = from_hour and to_minute >= from_hour + interval '1 hour' then
    -- So long ago its minutes are not kept: whole hours at once.
    to_minute := date_trunc('hour', to_minute);
    insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried, times)
    select 3600, h.platform, h.starts_at, h.posted, h.failed, h.retried, h.times
    from post_queue.happened(from_minute, to_minute, interval '1 hour') as h
    on conflict (width_seconds, platform, starts_at) do nothing;

    insert into post_queue.cause_figures (width_seconds, starts_at, cause, failed)
    select 3600, h.starts_at, h.cause, h.failed
    from post_queue.causes_happened(from_minute, to_minute, interval '1 hour') as h
    on conflict (width_seconds, starts_at, cause) do nothing;
  else
    insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried, times)
    select 60, m.platform, m.starts_at, m.posted, m.failed, m.retried, m.times
    from post_queue.happened(from_minute, to_minute, interval '1 minute') as m
    on conflict (width_seconds, platform, starts_at) do nothing;

    insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried, times)
    select
      3600, f.platform, date_trunc('hour', f.starts_at), sum(f.posted), sum(f.failed), sum(f.retried),
      post_queue.sum_times(f.times)
    from post_queue.figures f
    where f.width_seconds = 60 and f.starts_at >= from_hour and f.starts_at < date_trunc('hour', to_minute)
    group by f.platform, date_trunc('hour', f.starts_at)
    on conflict (width_seconds, platform, starts_at) do nothing;

    insert into post_queue.cause_figures (width_seconds, starts_at, cause, failed)
    select 60, m.starts_at, m.cause, m.failed
    from post_queue.causes_happened(from_minute, to_minute, interval '1 minute') as m
    on conflict (width_seconds, starts_at, cause) do nothing;

    insert into post_queue.cause_figures (width_seconds, starts_at, cause, failed)
    select 3600, date_trunc('hour', f.starts_at), f.cause, sum(f.failed)
    from post_queue.cause_figures f
    where f.width_seconds = 60 and f.starts_at >= from_hour and f.starts_at < date_trunc('hour', to_minute)
    group by 2, 3
    on conflict (width_seconds, starts_at, cause) do nothing;
  end if;

  -- How far it went, where nothing happened last.
  insert into post_queue.figures (width_seconds, platform, starts_at, posted, failed, retried)
  values (60, '', to_minute - interval '1 minute', 0, 0, 0)
  on conflict (width_seconds, platform, starts_at) do nothing;

  delete from post_queue.figures f
  where f.width_seconds = 60 and f.starts_at < to_minute - interval '2 days';
  delete from post_queue.figures f
  where f.width_seconds = 3600 and f.starts_at < now() - interval '400 days';
  delete from post_queue.cause_figures f
  where f.width_seconds = 60 and f.starts_at < to_minute - interval '2 days';
  delete from post_queue.cause_figures f
  where f.width_seconds = 3600 and f.starts_at < now() - interval '90 days';
  return jsonb_build_object('is_current', to_minute >= final);
end
$$;

revoke execute on function public.post_queue_roll_up() from public, anon, authenticated;
grant execute on function public.post_queue_roll_up() to service_role;

-- schemas/figures/same_hour.sql

-- What happened in the hour up to now, one day and one week ago: [{"days_ago", "posted", "failed"}, ...]. From the hours that were
-- rolled up, the two that it lies in each by its share. A day from before the first figure is left out.
create or replace function post_queue.same_hour()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
  select coalesce(jsonb_agg(
    jsonb_build_object('days_ago', span.days, 'posted', round(summed.posted), 'failed', round(summed.failed)) order by span.days
  ), '[]')
  from (
    select
      days, date_trunc('hour', now() - make_interval(days => days)) as hour,
      extract(epoch from now() - date_trunc('hour', now())) / 3600 as share
    from unnest(array[1, 7]) as days
  ) as span
  cross join lateral (
    select
      coalesce(sum(f.posted * case when f.starts_at = span.hour then span.share else 1 - span.share end), 0) as posted,
      coalesce(sum(f.failed * case when f.starts_at = span.hour then span.share else 1 - span.share end), 0) as failed
    from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = '' and f.starts_at in (span.hour, span.hour - interval '1 hour')
  ) as summed
  where exists (
    select from post_queue.figures f
    where f.width_seconds = 3600 and f.platform = '' and f.starts_at < span.hour
  )
$$;

revoke execute on function post_queue.same_hour() from public, anon, authenticated;
grant execute on function post_queue.same_hour() to service_role;

-- schemas/figures/series.sql

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

-- schemas/figures/sum_times.sql

-- Sums counts of post_queue.figures.times, bin by bin.
create or replace aggregate post_queue.sum_times(bigint[]) (
  sfunc = post_queue.add_times, stype = bigint[], initcond = '{}', parallel = safe
);

revoke execute on function post_queue.sum_times(bigint[]) from public, anon, authenticated;
grant execute on function post_queue.sum_times(bigint[]) to service_role;

-- schemas/figures/time_bin.sql

-- The bin of a time to post, 1 to 249: eight bins from each time to its double, so that a percentile read from them is at
-- most 5 % off.
create or replace function post_queue.time_bin(seconds integer)
returns integer
language sql
immutable
parallel safe
security invoker
as $$
  select 1 + floor(8 * ln(greatest(seconds, 0)::double precision + 1) / ln(2::double precision))::integer
$$;

revoke execute on function post_queue.time_bin(integer) from public, anon, authenticated;
grant execute on function post_queue.time_bin(integer) to service_role;

-- schemas/guard/guard.sql

-- Turns the guard on or off: the triggers on the queue and on the posts together (see post_queue_guard_item). Only the tables'
-- owner may. post_queue_check says that it is off.
create or replace function public.post_queue_guard(is_on boolean)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
as $$
declare
  deed constant text := case when is_on then 'enable' else 'disable' end;
  guarded text;
begin
  if is_on is null then
    raise exception 'post_queue_guard needs true or false' using errcode = 'invalid_parameter_value';
  end if;

  foreach guarded in array '{content_posts,multiplatform_post_queue}'::text[] loop
    execute format('alter table public.%I %s trigger post_queue_guard', guarded, deed);
  end loop;
end
$$;

revoke execute on function public.post_queue_guard(boolean) from public, anon, authenticated, service_role;

-- schemas/guard/guard_item.sql

-- Guards what of a queue item is the worker's, from whomever row-level security applies to: a trigger on the queue. A new
-- item is queued, now. Its creator may change its words and its schedule while it is queued, cancel it, and queue a failed one
-- again; a write that changes nothing of the worker's passes. Every other change is refused with a sentence that names the
-- column.
--
-- It looks when the row is written, because a trigger that comes before makes each claim 3 % dearer, and mends as its owner what it
-- sets itself: a creator may have no right to.
--
-- To turn it off: see post_queue_guard.
create or replace function public.post_queue_guard_item()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  refused text;
  is_cancelled boolean;
  is_queued_again boolean;
begin
  if tg_op = 'INSERT' then
    refused := case
      when new.status <> 'queued' then 'status'
      when new.claim_id is not null then 'claim_id'
      when new.processing_started_at is not null then 'processing_started_at'
      when new.completed_at is not null then 'completed_at'
      when new.failed_at is not null then 'failed_at'
      when new.target_post_id is not null then 'target_post_id'
      when new.error_message is not null then 'error_message'
      when new.retry_count <> 0 then 'retry_count'
      when new.rescue_count <> 0 then 'rescue_count'
    end;
    if refused is not null then
      raise exception 'a new queue item is queued: % is the worker''s to set', refused
        using errcode = 'insufficient_privilege', column = refused, table = 'multiplatform_post_queue', schema = 'public';
    end if;
    if new.queued_at is distinct from now() then
      update public.multiplatform_post_queue q set queued_at = now() where q.id = new.id;
    end if;
    return null;
  end if;

  is_cancelled := new.status = 'cancelled' and old.status in ('queued', 'processing', 'failed');
  is_queued_again := new.status = 'queued' and old.status in ('failed', 'cancelled');
  refused := case
    when new.status is distinct from old.status and not (is_cancelled or is_queued_again) then 'status'
    when new.claim_id is distinct from old.claim_id then 'claim_id'
    when new.processing_started_at is distinct from old.processing_started_at then 'processing_started_at'
    when new.queued_at is distinct from old.queued_at then 'queued_at'
    when new.completed_at is distinct from old.completed_at then 'completed_at'
    when new.failed_at is distinct from old.failed_at then 'failed_at'
    when new.target_post_id is distinct from old.target_post_id then 'target_post_id'
    when new.error_message is distinct from old.error_message then 'error_message'
    when new.retry_count is distinct from old.retry_count then 'retry_count'
    when new.rescue_count is distinct from old.rescue_count then 'rescue_count'
    when new.id is distinct from old.id then 'id'
    when new.original_post_id is distinct from old.original_post_id then 'original_post_id'
    when new.creator_id is distinct from old.creator_id then 'creator_id'
    when new.target_platform is distinct from old.target_platform then 'target_platform'
    when old.status <> 'queued' then case
      when new.modified_title is distinct from old.modified_title then 'modified_title'
      when new.modified_caption is distinct from old.modified_caption then 'modified_caption'
      when new.modified_hashtags is distinct from old.modified_hashtags then 'modified_hashtags'
      when new.add_platform_watermark is distinct from old.add_platform_watermark then 'add_platform_watermark'
      when new.scheduled_for is distinct from old.scheduled_for then 'scheduled_for'
      when new.max_retries is distinct from old.max_retries then 'max_retries'
    end
  end;
  if refused is not null then
    raise exception 'a creator may not change % of a queue item that is %', refused, old.status
      using errcode = 'insufficient_privilege', column = refused, table = 'multiplatform_post_queue', schema = 'public';
  end if;

  if is_cancelled then
    -- Without its claim_id an item in hand is lost to its worker.
    update public.multiplatform_post_queue q set processing_started_at = null, claim_id = null where q.id = new.id;
  elsif is_queued_again then
    -- As a retry does it: due now, or when it was scheduled for, behind all that wait.
    update public.multiplatform_post_queue q
    set
      error_message = null, failed_at = null, retry_count = 0, rescue_count = 0, processing_started_at = null,
      claim_id = null, scheduled_for = greatest(q.scheduled_for, now()), updated_at = now()
    where q.id = new.id;
  end if;
  return null;
end
$$;

revoke execute on function public.post_queue_guard_item() from public, anon, authenticated, service_role;

-- schemas/guard/guard_post.sql

-- Guards what of a post is the worker's, from whomever row-level security applies to: a trigger on content_posts. Nobody else
-- passes a post off as a cross-post, or as the post of a queue item.
--
-- To turn it off: see post_queue_guard.
create or replace function public.post_queue_guard_post()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  refused text;
begin
  refused := case
    when tg_op = 'INSERT' then case
      when new.is_crosspost then 'is_crosspost'
      when new.original_post_id is not null then 'original_post_id'
      when new.queue_item_id is not null then 'queue_item_id'
    end
    when new.is_crosspost is distinct from old.is_crosspost then 'is_crosspost'
    when new.original_post_id is distinct from old.original_post_id then 'original_post_id'
    when new.queue_item_id is distinct from old.queue_item_id then 'queue_item_id'
  end;
  if refused is not null then
    raise exception '% of a post is the queue worker''s to set', refused
      using errcode = 'insufficient_privilege', column = refused, table = 'content_posts', schema = 'public';
  end if;
  return null;
end
$$;

revoke execute on function public.post_queue_guard_post() from public, anon, authenticated, service_role;

-- schemas/health/correct_starts.sql

-- Gives items in processing that began in the future, as after a clock that was ahead, the time of now: no lease would end for
-- them. 1,000 at most; called with each report of a worker.
create or replace function post_queue.correct_starts()
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
begin
  update public.multiplatform_post_queue q
  set processing_started_at = now()
  where q.id = any (array(
      select ahead.id
      from public.multiplatform_post_queue ahead
      where ahead.status = 'processing'
        and coalesce(ahead.processing_started_at, '-infinity'::timestamptz) > now() + interval '1 minute'
      order by coalesce(ahead.processing_started_at, '-infinity'::timestamptz)
      limit 1000
      for no key update skip locked
    ))
    and (select post_queue.triggers_path()) is not null;
  perform post_queue.own_path();
end
$$;

revoke execute on function post_queue.correct_starts() from public, anon, authenticated;
grant execute on function post_queue.correct_starts() to service_role;

-- schemas/health/health.sql

-- How the queue is, cheap on a table of a hundred million rows: every figure comes from a partial index or from the
-- history's index by time, and none counts beyond 5,000 rows. What the last hour and day ended beyond that is taken from the
-- figures that were rolled up.
--
--   stuck_after_seconds  0 or more; an item longer in processing is stuck
--
-- "counts" by status are exact on a small table. On one of more than 64 MB the settled ones are estimated from the
-- planner's statistics, and "counts_estimated" says so.
--
-- "paused" and "limited" say what an operator holds back (see post_queue.controls), "oldest_due_seconds" what waits although
-- nobody does (see post_queue.oldest_due), "workers" who works (see post_queue.worker_rows).
create or replace function public.post_queue_health(stuck_after_seconds integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  controls constant jsonb := post_queue.controls();
  at_most constant integer := 5000;
  queue constant regclass := 'public.multiplatform_post_queue';
  -- The queue itself, or its partitions.
  tables constant oid[] := queue::oid || array(select relid::oid from pg_partition_tree(queue) where isleaf);
  estimated constant boolean := (select sum(pg_relation_size(t)) > 64 * 1024 * 1024 from unnest(tables) as t);
  counts jsonb;
  due bigint;
  scheduled bigint;
  processing bigint;
  stuck bigint;
  posted_last_hour bigint;
  average_seconds numeric;
  failed_last_hour bigint;
  failed_last_day bigint;
begin
  if stuck_after_seconds is null or stuck_after_seconds < 0 then
    raise exception 'post_queue_health needs a stuck_after_seconds of 0 or more'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  select count(*)
  into due
  from (
    select
    from public.multiplatform_post_queue
    where status = 'queued' and greatest(scheduled_for, queued_at) <= now()
    order by greatest(scheduled_for, queued_at), id
    limit at_most
  ) as oldest;

  select count(*)
  into scheduled
  from (
    select
    from public.multiplatform_post_queue
    where status = 'queued' and greatest(scheduled_for, queued_at) > now()
    order by greatest(scheduled_for, queued_at), id
    limit at_most
  ) as later;

  select
    count(*),
    count(*) filter (
      where coalesce(processing_started_at, '-infinity'::timestamptz)
        < now() - make_interval(secs => stuck_after_seconds)
    )
  into processing, stuck
  from (
    select processing_started_at
    from public.multiplatform_post_queue
    where status = 'processing'
    order by coalesce(processing_started_at, '-infinity'::timestamptz)
    limit at_most
  ) as in_hand;

  select count(*), round(avg(time_to_post_seconds), 1)
  into posted_last_hour, average_seconds
  from (
    select time_to_post_seconds
    from public.multiplatform_post_history
    where posted_at > now() - interval '1 hour'
    order by posted_at desc
    limit at_most
  ) as posts;

  select count(*) filter (where failed_at > now() - interval '1 hour'), count(*)
  into failed_last_hour, failed_last_day
  from (
    select failed_at
    from public.multiplatform_post_queue
    where status = 'failed' and failed_at > now() - interval '1 day'
    order by failed_at desc
    limit at_most
  ) as failures;

  -- More than that are taken from what was rolled up.
  if posted_last_hour = at_most or failed_last_day = at_most then
    select
      greatest(posted_last_hour, sum(f.posted) filter (where f.starts_at > now() - interval '1 hour')),
      greatest(failed_last_hour, sum(f.failed) filter (where f.starts_at > now() - interval '1 hour')),
      greatest(failed_last_day, sum(f.failed))
    into posted_last_hour, failed_last_hour, failed_last_day
    from post_queue.figures f
    where f.width_seconds = 60 and f.platform = '' and f.starts_at > now() - interval '1 day';
  end if;

  if estimated then
    select jsonb_object_agg(label, coalesce(estimate.number, 0))
    into counts
    from unnest(enum_range(null::public.platform_post_status)) as label
    left join (
      select status.value, round(sum(greatest(c.reltuples, 0) * status.frequency)) as number
      from pg_catalog.pg_class c
      join pg_catalog.pg_stats s
        on s.schemaname = c.relnamespace::regnamespace::text and s.tablename = c.relname and s.attname = 'status'
      cross join unnest(s.most_common_vals::text::text[], s.most_common_freqs) as status (value, frequency)
      where c.oid = any (tables)
        -- What ANALYZE says of a partitioned table is said once more by its partitions.
        and c.relkind = 'r'
      group by status.value
    ) as estimate on estimate.value = label::text;

    counts := counts || jsonb_build_object('queued', due + scheduled, 'processing', processing);
  else
    select jsonb_object_agg(label, coalesce(counted.number, 0))
    into counts
    from unnest(enum_range(null::public.platform_post_status)) as label
    left join (
      select status, count(*) as number
      from public.multiplatform_post_queue
      group by status
    ) as counted on counted.status = label;
  end if;

  return jsonb_build_object(
    'counts', counts,
    'counts_estimated', estimated,
    'due', due,
    'scheduled', scheduled,
    'stuck', stuck,
    'oldest_due_seconds', post_queue.seconds_since(post_queue.oldest_due()),
    'posted_last_hour', posted_last_hour,
    'failed_last_hour', failed_last_hour,
    'failed_last_day', failed_last_day,
    'average_seconds_to_post', average_seconds,
    'workers', post_queue.worker_rows()
  ) || controls;
end
$$;

revoke execute on function public.post_queue_health(integer) from public, anon, authenticated;
grant execute on function public.post_queue_health(integer) to service_role;

-- schemas/health/oldest_due.sql

-- Since when the due item that has waited longest could have been taken; null where none could be. The one rule of it, for
-- heartbeat, overview and console.
--
-- Where something is paused or limited, one entry of the index by platform is read for each platform, however many items
-- wait; items of unknown platforms are not looked for then.
--
-- What is paused could not be taken. What is limited could be from the moment on from which the limit let the next one
-- through: so what waits for its limit has not waited yet, and what a dead worker leaves lying has, limit or not.
create or replace function post_queue.oldest_due()
returns timestamptz
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_sort = off
set enable_bitmapscan = off
set jit = off
as $$
  select case
    when not exists (select from post_queue.pauses p where p.resumed_at is null)
      and not exists (select from post_queue.limits l where l.per_minute is not null)
      then (
        select greatest(q.scheduled_for, q.queued_at)
        from public.multiplatform_post_queue q
        where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
        order by greatest(q.scheduled_for, q.queued_at), q.id
        limit 1
      )
    else (
      select min(could_be_taken.since)
      from unnest(enum_range(null::public.platform_cluster)::text[]) as open (platform)
      cross join lateral (
        select greatest(q.scheduled_for, q.queued_at) as due_at
        from public.multiplatform_post_queue q
        where q.status = 'queued'
          -- See post_queue.pick_open.
          and left(q.target_platform, 63) = any (array[open.platform])
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
        limit 1
      ) as oldest
      left join post_queue.limits l on l.platform = open.platform and l.per_minute is not null
      cross join lateral (select greatest(oldest.due_at, post_queue.next_moment(l.next_at, l.per_minute)) as since) as could_be_taken
      where could_be_taken.since <= now()
        and not exists (
          select from post_queue.pauses p where p.platform in ('*', open.platform) and p.resumed_at is null
        )
    )
  end
$$;

revoke execute on function post_queue.oldest_due() from public, anon, authenticated;
grant execute on function post_queue.oldest_due() to service_role;

-- schemas/health/report.sql

-- A worker tells of itself, once a minute and before each heartbeat, in place of what it told before.
--
--   worker  {"id", "name", "started_seconds_ago", "completed_seconds_ago", "posted_seconds_ago", "is_late", "failed_runs",
--           "unsettled", "error", "error_seconds_ago"}: ages, because the clock here is the one clock
--
-- A worker that has said nothing for a day is forgotten. On a database that takes no writes this fails, as a settle would.
create or replace function public.post_queue_report(worker jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  told record;
begin
  select *
  into told
  from jsonb_to_record(worker) as w (
    id uuid, name text, started_seconds_ago double precision, completed_seconds_ago double precision,
    posted_seconds_ago double precision, is_late boolean, failed_runs integer, unsettled integer, error text,
    error_seconds_ago double precision
  );
  if told.id is null or told.name is null or told.started_seconds_ago is null then
    raise exception 'post_queue_report needs a worker with id, name and started_seconds_ago'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Another call of the same worker is at it, as where an answer was lost: it would be waited for.
  if not pg_try_advisory_xact_lock(hashtextextended('post_queue_report ' || told.id, 0)) then
    return to_jsonb(true);
  end if;

  insert into post_queue.workers (
    id, name, started_at, reported_at, completed_at, posted_at, is_late, failed_runs, unsettled, error, error_at
  )
  values (
    told.id, left(told.name, 100), now() - make_interval(secs => told.started_seconds_ago), now(),
    now() - make_interval(secs => told.completed_seconds_ago), now() - make_interval(secs => told.posted_seconds_ago),
    coalesce(told.is_late, false), coalesce(told.failed_runs, 0), coalesce(told.unsettled, 0), left(told.error, 500),
    now() - make_interval(secs => told.error_seconds_ago)
  )
  on conflict (id) do update
  set
    reported_at = excluded.reported_at, completed_at = excluded.completed_at, posted_at = excluded.posted_at,
    is_late = excluded.is_late, failed_runs = excluded.failed_runs, unsettled = excluded.unsettled,
    error = excluded.error, error_at = excluded.error_at;

  delete from post_queue.workers w
  where w.id = any (array(
    select gone.id
    from post_queue.workers gone
    where gone.reported_at not between now() - interval '1 day' and now() + interval '3 minutes'
    for update skip locked
  ));
  perform post_queue.correct_starts();
  perform post_queue.forget_claims();
  return to_jsonb(true);
end
$$;

revoke execute on function public.post_queue_report(jsonb) from public, anon, authenticated;
grant execute on function public.post_queue_report(jsonb) to service_role;

-- schemas/health/seconds_since.sql

-- How many seconds ago a moment was; 0 where there was none. A moment in a row may be at either end of what a timestamp can be.
create or replace function post_queue.seconds_since(moment timestamptz)
returns numeric
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select case
    when moment is null then 0
    when isfinite(moment) then least(greatest(round(extract(epoch from now() - moment)), 0), 2147483647)
    else 2147483647
  end
$$;

revoke execute on function post_queue.seconds_since(timestamptz) from public, anon, authenticated;
grant execute on function post_queue.seconds_since(timestamptz) to service_role;

-- schemas/health/worker_rows.sql

-- The workers of the last day, the one that reported last first, 20 at most: [{"name", "started_at", "reported_at",
-- "reported_seconds", "is_gone", "completed_at", "completed_seconds", "posted_at", "is_late", "failed_runs", "unsettled",
-- "error", "error_at"}, ...]. One that has said nothing for three minutes is gone. A report of the future is of a clock that was
-- ahead: whoever lives has reported since.
create or replace function post_queue.worker_rows()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(told)) order by told.reported_at desc, told.name), '[]')
  from (
    select
      w.name, w.started_at, w.reported_at, post_queue.seconds_since(w.reported_at) as reported_seconds,
      w.reported_at < now() - interval '3 minutes' as is_gone, w.completed_at,
      post_queue.seconds_since(coalesce(w.completed_at, w.started_at)) as completed_seconds, w.posted_at, w.is_late,
      w.failed_runs, w.unsettled, w.error, w.error_at
    from post_queue.workers w
    where w.reported_at < now() + interval '3 minutes'
    order by w.reported_at desc
    limit 20
  ) as told
$$;

revoke execute on function post_queue.worker_rows() from public, anon, authenticated;
grant execute on function post_queue.worker_rows() to service_role;

-- schemas/hints/hint.sql

-- Tells workers to look: for what lets due items go without queueing them, such as a retry or the end of a pause. See
-- post_queue_wake for the hints of those who queue.
create or replace function post_queue.hint()
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select pg_notify('post_queue', '')
  where pg_notification_queue_usage() < 0.5
$$;

revoke execute on function post_queue.hint() from public, anon, authenticated;
grant execute on function post_queue.hint() to service_role;

-- schemas/hints/wake.sql

-- Tells workers that something is due, as it is queued: a notification on the channel "post_queue", once a statement,
-- only if an item of the statement is due now. A worker that listens posts it at once; a hint that is lost costs what a
-- poll costs.
--
-- A transaction that notifies takes a lock at its commit that is shared by all databases of the server, and holds it
-- while its commit is flushed. So few transactions at a time are let in, by advisory locks that end with them.
-- Whoever finds all four taken tries one of twelve more, by the number of its process, or four transactions that stay open
-- would silence all others. Whoever finds that taken, too, sends nothing: a hint of the others comes at about the same time,
-- and a worker looks once more a second after each hint.
--
-- A transaction that notifies cannot be prepared (two-phase commit). Where the server allows those, nothing is sent, and items
-- are found by polling: the hint must never fail the one who queues.
--
-- All in one statement, and no settings of its own (a search_path): each would cost a good part of what it does. It names
-- nothing but built-in things.
create or replace function public.post_queue_wake()
returns trigger
language plpgsql
security invoker
as $$
begin
  perform pg_catalog.pg_notify('post_queue', '')
  where exists (
      select
      from new_items q
      where q.status operator(pg_catalog.=) 'queued'
        and greatest(q.scheduled_for, q.queued_at) operator(pg_catalog.<=) pg_catalog.now()
    )
    and pg_catalog.current_setting('max_prepared_transactions') operator(pg_catalog.=) '0'
    -- Where somebody who listens does not read, a full queue of notifications would fail the transaction that queues.
    and pg_catalog.pg_notification_queue_usage() operator(pg_catalog.<) 0.5
    and (
      pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 1)
      or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 2)
      or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 3)
      or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('post_queue_wake'), 4)
      or pg_catalog.pg_try_advisory_xact_lock(
        pg_catalog.hashtext('post_queue_wake'), 5 operator(pg_catalog.+) (pg_catalog.pg_backend_pid() operator(pg_catalog.%) 12)
      )
    );
  return null;
end
$$;

revoke execute on function public.post_queue_wake() from public, anon, authenticated;

-- schemas/ids/uuid_v7.sql

-- Version 7 of RFC 9562: milliseconds since 1970 in front, the rest random. Ids in the order of time: the index entries of
-- rows that come together lie together. Random ones each touch a page of their own, which costs most of a settle once the
-- indexes are larger than the cache (docs/performance.md). PostgreSQL 18 brings uuidv7().
--
-- Whoever inserts calls it, through defaults, whatever their search_path: it names even operators in full.
create or replace function public.uuid_v7()
returns uuid
language sql
volatile
security invoker
as $$
  select pg_catalog.encode(
    pg_catalog.set_bit(
      pg_catalog.set_bit(
        pg_catalog.overlay(
          pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
          pg_catalog.substring(
            pg_catalog.int8send(
              pg_catalog.floor(
                extract(epoch from pg_catalog.clock_timestamp()) operator(pg_catalog.*) 1000
              )::pg_catalog.int8
            ),
            3
          ),
          1,
          6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::pg_catalog.uuid
$$;

grant execute on function public.uuid_v7() to public;

-- schemas/operator/action_list.sql

-- Who did what, the newest first: {"actions": [...], "next"}.
--
--   verb         only those; null: all
--   actor        only those whose name has this in it, in capitals or not; null: all
--   platform     only those of one platform, and those of all ('*'); null: all
--   before       the "next" of the page before
--   all_verbs    false leaves out what the app of release 2, which does not ask for it, cannot read: all but retry, cancel
--                and prune
create or replace function public.post_queue_action_list(
  verb text default null, actor text default null, page_size integer default 50, before uuid default null,
  all_verbs boolean default false, platform text default null
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
#variable_conflict use_variable
begin
  if page_size is null or page_size not between 1 and 1000 then
    raise exception 'post_queue_action_list needs a page_size from 1 to 1000' using errcode = 'invalid_parameter_value';
  end if;
  if row_security_active('post_queue.actions') then
    raise exception 'row-level security hides the actions from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  return (
    select jsonb_build_object(
      'actions', coalesce(jsonb_agg(post_queue.action_row(page) order by page.id desc), '[]'),
      'next', case when count(*) = page_size then (array_agg(page.id order by page.id))[1] end
    )
    from (
      select a.*
      from post_queue.actions a
      where (all_verbs or a.verb in ('retry', 'cancel', 'prune'))
        and (verb is null or a.verb = verb)
        and (actor is null or position(lower(actor) in lower(a.actor)) > 0)
        and (platform is null or a.filter ->> 'platform' in (platform, '*'))
        and (before is null or a.id < before)
      order by a.id desc
      limit page_size
    ) as page
  );
end
$$;

revoke execute on function public.post_queue_action_list(text, text, integer, uuid, boolean, text)
  from public, anon, authenticated;
grant execute on function public.post_queue_action_list(text, text, integer, uuid, boolean, text) to service_role;

-- schemas/operator/action_row.sql

-- A change of items as an operator sees it. "left" says how many were left alone, by reason: locked by another transaction,
-- missing, or the status that the item turned out to have.
create or replace function post_queue.action_row(entry post_queue.actions)
returns jsonb
language sql
stable
security invoker
as $$
  select jsonb_build_object(
    'idempotency_key', entry.idempotency_key,
    'verb', entry.verb,
    'actor', entry.actor,
    'reason', entry.reason,
    'filter', entry.filter,
    'limit', entry.item_limit,
    'started_at', entry.started_at,
    'updated_at', coalesce(entry.updated_at, now()),
    'finished', entry.finished,
    'portions', entry.portions,
    'meant', entry.meant,
    'is_exact', true,
    'done', entry.done,
    'marked_posted', entry.marked_posted,
    'left', entry.left_alone,
    'beyond_limit', entry.beyond_limit
  )
$$;

revoke execute on function post_queue.action_row(post_queue.actions) from public, anon, authenticated;
grant execute on function post_queue.action_row(post_queue.actions) to service_role;

-- schemas/operator/begin_prune.sql

-- How a prune of rows that are no items begins: what it was given is checked, and one of each kind runs at a time.
--
--   function_name    who asks: post_queue_prune_history or post_queue_prune_changes
--   pruned, kind     the table, and what it is called in the sentence
--
-- Gives false where another one is at it.
create or replace function post_queue.begin_prune(
  function_name text, pruned text, kind text, older_than timestamptz, idempotency_key text, actor text
)
returns boolean
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if older_than is null or older_than > now() - interval '1 day' or idempotency_key is null or actor is null then
    raise exception '% needs a time at least a day ago, a key and an actor', function_name
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: there would seem to be nothing to do.
  if row_security_active(pruned) then
    raise exception 'row-level security hides the % from role %', kind, current_user
      using errcode = 'insufficient_privilege';
  end if;

  return pg_try_advisory_xact_lock(hashtextextended(function_name, 0));
end
$$;

revoke execute on function post_queue.begin_prune(text, text, text, timestamptz, text, text) from public, anon, authenticated;
grant execute on function post_queue.begin_prune(text, text, text, timestamptz, text, text) to service_role;

-- schemas/operator/bounded.sql

-- A count that went no further than at_most, and what it is worth: exact, or at_least.
create or replace function post_queue.bounded(counted numeric, at_most integer)
returns jsonb
language sql
immutable
parallel safe
security invoker
as $$
  select jsonb_build_object(
    'count', coalesce(counted, 0),
    'precision', case when coalesce(counted, 0) < at_most then 'exact' else 'at_least' end
  )
$$;

revoke execute on function post_queue.bounded(numeric, integer) from public, anon, authenticated;
grant execute on function post_queue.bounded(numeric, integer) to service_role;

-- schemas/operator/cancel.sql

-- Cancels items that are queued, in processing or failed. An item in hand is lost to its worker, which does not post it.
-- action and portion as post_queue.change takes them; the filter names one of the three statuses.
create or replace function public.post_queue_cancel(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('cancel', action, portion)
$$;

revoke execute on function public.post_queue_cancel(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_cancel(jsonb, integer) to service_role;

-- schemas/operator/cancel_items.sql

-- Cancels items, for a change: see retry_items.
create or replace function post_queue.cancel_items(
  ids uuid[], changeable public.platform_post_status[], out changed uuid[], out before public.platform_post_status[]
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  with held as materialized (
    select q.id, q.status
    from public.multiplatform_post_queue q
    where q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for no key update skip locked
  ),
  cancelled as (
    -- Without its claim_id an item in hand is lost to its worker.
    update public.multiplatform_post_queue q
    set status = 'cancelled', processing_started_at = null, claim_id = null, updated_at = now()
    from held
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id, held.status
  )
  select array_agg(cancelled.id), array_agg(cancelled.status) into changed, before from cancelled;
  perform post_queue.own_path();
end
$$;

revoke execute on function post_queue.cancel_items(uuid[], public.platform_post_status[]) from public, anon, authenticated;
grant execute on function post_queue.cancel_items(uuid[], public.platform_post_status[]) to service_role;

-- schemas/operator/change.sql

-- The frame of a change of many items: one portion of at most 1,000 of them, in one transaction, and what it did written
-- down in post_queue.actions. Called by post_queue_retry and the others, which say what it does.
--
--   verb     retry, cancel, prune or undo
--   action   {"idempotency_key", "actor", "reason", "filter" or "ids" (at most 1,000), "limit" (1 to 1,000,000), "dry_run"}; an
--            undo has "of", the key of a cancel, in place of filter and limit
--   portion  which portion this is, from 1
--
-- Gives the action as it stands: {"portions", "finished", "meant", "done", "marked_posted", "left", "beyond_limit", "conflict"}.
-- "beyond_limit" says, where the limit was reached, how many more match and were not touched. A portion
-- that was done before is not done again, so a call whose answer was lost may be repeated; "conflict" says that the key
-- belongs to another change, and nothing was done. Locked rows are passed by and counted.
--
-- A dry run counts what the filter or the ids mean, among 200,000 items, and writes nothing: see post_queue.dry_run.
create or replace function post_queue.change(verb text, action jsonb, portion integer)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set lock_timeout = '100ms'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  this_verb constant text := verb;
  key constant text := action ->> 'idempotency_key';
  item_limit constant integer := coalesce((action ->> 'limit')::integer, 10000);
  dry_run constant boolean := coalesce((action ->> 'dry_run')::boolean, false);
  -- What the change may find an item in. Nothing else is touched.
  changeable constant public.platform_post_status[] := case this_verb
    when 'retry' then '{failed,cancelled}'
    when 'cancel' then '{queued,processing,failed}'
    when 'prune' then '{posted,failed,cancelled}'
    when 'undo' then '{cancelled}'
  end;
  filter jsonb := coalesce(action -> 'filter', '{}');
  entry post_queue.actions;
  at_most constant integer := 20000;
  walk text;
  ids uuid[];
  last_key timestamptz;
  last_id uuid;
  changed uuid[];
  before public.platform_post_status[];
  undone post_queue.actions;
  posted_already bigint := 0;
  passed_by jsonb;
begin
  if changeable is null or item_limit not between 1 and 1000000 or not dry_run and (key is null or portion is null) then
    raise exception 'post_queue_change needs a verb, an idempotency_key, a limit from 1 to 1000000 and a portion'
      using errcode = 'invalid_parameter_value';
  end if;
  if action ? 'ids' then
    filter := jsonb_build_object('ids', action -> 'ids');
    ids := array(select distinct id::uuid from jsonb_array_elements_text(action -> 'ids') as id limit least(item_limit, 1000));
  elsif this_verb = 'undo' then
    filter := jsonb_build_object('of', action -> 'of');
    select a.* into undone from post_queue.actions a where a.idempotency_key = action ->> 'of' and a.verb = 'cancel';
    if undone.id is null then
      raise exception 'an undo needs the key of a cancel' using errcode = 'invalid_parameter_value';
    end if;
  elsif filter ->> 'status' is null or (filter ->> 'status')::public.platform_post_status <> all (changeable) then
    raise exception 'a % needs ids, or a filter with one status of %', this_verb, changeable
      using errcode = 'invalid_parameter_value';
  end if;

  -- The one rule of retention that no setting and no caller can loosen.
  if this_verb = 'prune' and (
    action ? 'ids' or filter ->> 'to' is null or (filter ->> 'to')::timestamptz > now() - interval '1 day'
  ) then
    raise exception 'a prune needs a filter whose "to" is at least a day ago' using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: there would seem to be nothing to do.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if dry_run then
    return case
      when this_verb = 'undo' then post_queue.dry_undo(undone.id, filter)
      else post_queue.dry_run(changeable, filter, ids, item_limit)
    end;
  end if;

  -- A repetition that overtakes the first call waits here until that call has ended.
  perform set_config('lock_timeout', '10s', true);
  perform pg_advisory_xact_lock(hashtextextended('post_queue_change ' || key, 0));
  perform set_config('lock_timeout', '100ms', true);

  select a.* into entry from post_queue.actions a where a.idempotency_key = key;
  if not found then
    entry.id := public.uuid_v7();
    entry.idempotency_key := key;
    entry.verb := this_verb;
    entry.actor := coalesce(left(action ->> 'actor', 200), 'unknown');
    entry.reason := left(action ->> 'reason', 1000);
    entry.filter := filter;
    entry.item_limit := case when this_verb <> 'undo' then item_limit end;
    entry.started_at := now();
    entry.portions := 0;
    entry.finished := false;
    entry.meant := 0;
    entry.done := 0;
    entry.marked_posted := 0;
    entry.left_alone := '{}';
  elsif entry.verb <> this_verb or entry.filter <> filter or entry.item_limit <> item_limit then
    return jsonb_build_object('conflict', true, 'left', '{}'::jsonb);
  end if;
  if entry.finished or portion <> entry.portions + 1 then
    return post_queue.action_row(entry);
  end if;

  if this_verb = 'undo' then
    select array_agg(c.item_id), (array_agg(c.item_id order by c.item_id desc))[1]
    into ids, last_id
    from (
      select items.item_id
      from post_queue.changed_items items
      where items.action_id = undone.id and (entry.after_id is null or items.item_id > entry.after_id)
      order by items.item_id
      limit 1000
    ) as c;
    ids := coalesce(ids, '{}');
    entry.after_id := coalesce(last_id, entry.after_id);
    entry.finished := cardinality(ids) < 1000;
  elsif not action ? 'ids' then
    -- Oldest first, and none that came to match after the change began: what fails once more is not taken again.
    walk := post_queue.walk(filter, false, entry.after_key, entry.after_id, at_most);
    execute format(
      'select array_agg(q.id), (array_agg(q.walk_key order by q.place desc))[1], (array_agg(q.id order by q.place desc))[1]
       from (
         select q.id, q.walk_key, row_number() over () as place
         from (%s) q
         where %s and case when q.status = ''queued'' then q.queued_at else q.walk_key end <= %L
         limit %s
       ) q',
      walk, post_queue.condition(filter), entry.started_at, least(1000, item_limit - entry.meant)
    )
    into ids, last_key, last_id;
    if coalesce(cardinality(ids), 0) < least(1000, item_limit - entry.meant) then
      execute format('select q.walk_key, q.id from (%s) q offset %s limit 1', walk, at_most - 1) into last_key, last_id;
      entry.finished := last_id is null;
    end if;
    entry.after_key := last_key;
    entry.after_id := last_id;
    ids := coalesce(ids, '{}');
  end if;
  entry.meant := entry.meant + cardinality(ids);
  entry.finished := entry.finished or action ? 'ids' or this_verb <> 'undo' and entry.meant >= item_limit;

  case this_verb
    when 'retry' then
      select retried.changed, retried.before, retried.posted_already
      into changed, before, posted_already
      from post_queue.retry_items(ids, changeable) as retried;
    when 'cancel' then
      select cancelled.changed, cancelled.before into changed, before from post_queue.cancel_items(ids, changeable) as cancelled;
    when 'prune' then
      changed := post_queue.prune_items(ids, changeable);
    when 'undo' then
      select items.changed, items.before into changed, before from post_queue.undo_items(ids, changeable, undone.id) as items;
  end case;
  if this_verb in ('retry', 'undo') then
    perform post_queue.hint();
  end if;
  changed := coalesce(changed, '{}');
  entry.done := entry.done + cardinality(changed);
  entry.marked_posted := entry.marked_posted + posted_already;

  -- Why the others were left: locked, or no longer as they were meant.
  select jsonb_object_agg(reasons.reason, reasons.number + coalesce((entry.left_alone ->> reasons.reason)::bigint, 0))
  into passed_by
  from (
    select
      case
        when q.id is null then 'missing'
        when c.changed_at <> q.updated_at then 'changed'
        when q.status = any (changeable) then 'locked'
        else q.status::text
      end as reason,
      count(*) as number
    from unnest(ids) as meant (id)
    left join public.multiplatform_post_queue q on q.id = meant.id
    left join post_queue.changed_items c on c.action_id = undone.id and c.item_id = meant.id and q.status = any (changeable)
    where meant.id <> all (changed)
    group by 1
  ) as reasons;
  entry.left_alone := entry.left_alone || coalesce(passed_by, '{}');
  entry.portions := entry.portions + 1;
  entry.updated_at := now();
  if entry.finished and entry.meant >= item_limit and this_verb <> 'undo' and not action ? 'ids' then
    entry.beyond_limit := nullif(
      post_queue.matching(filter, entry.after_key, entry.after_id, entry.started_at), post_queue.bounded(0, 1)
    );
  end if;

  if entry.portions = 1 then
    insert into post_queue.actions (
      id, idempotency_key, verb, actor, reason, filter, item_limit, started_at, finished, portions, meant, done,
      marked_posted, left_alone, beyond_limit, after_key, after_id
    )
    values (
      entry.id, entry.idempotency_key, entry.verb, entry.actor, entry.reason, entry.filter, entry.item_limit,
      entry.started_at, entry.finished, entry.portions, entry.meant, entry.done, entry.marked_posted,
      entry.left_alone, entry.beyond_limit, entry.after_key, entry.after_id
    );
  else
    update post_queue.actions a
    set
      updated_at = now(), finished = entry.finished, portions = entry.portions, meant = entry.meant,
      done = entry.done, marked_posted = entry.marked_posted, left_alone = entry.left_alone,
      beyond_limit = entry.beyond_limit, after_key = entry.after_key, after_id = entry.after_id
    where a.idempotency_key = key;
  end if;
  insert into post_queue.changed_items (action_id, item_id, status_before, changed_at)
  select entry.id, items.id, items.status, now()
  from unnest(changed, before) as items (id, status)
  where items.status is not null;
  return post_queue.action_row(entry);
end
$$;

revoke execute on function post_queue.change(text, jsonb, integer) from public, anon, authenticated;
grant execute on function post_queue.change(text, jsonb, integer) to service_role;

-- schemas/operator/condition.sql

-- What an operator's filter asks of one row q, as text. Goes with post_queue.walk, which says what may stand in it; every
-- value is quoted here.
create or replace function post_queue.condition(filter jsonb)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  member text;
  condition text := 'true';
begin
  if jsonb_typeof(filter) is distinct from 'object' then
    raise exception 'a filter is an object' using errcode = 'invalid_parameter_value';
  end if;

  for member in select jsonb_object_keys(filter) loop
    condition := condition || case member
      when 'status' then format(' and q.status = %L', (filter ->> member)::public.platform_post_status)
      -- As the overview shows it: what stands in the row may be of any length.
      when 'platform' then format(' and left(q.target_platform, 100) = left(%L, 100)', filter ->> member)
      when 'creator_id' then format(' and q.creator_id = %L', (filter ->> member)::uuid)
      when 'original_post_id' then format(' and q.original_post_id = %L', (filter ->> member)::uuid)
      when 'cause' then format(' and public.error_cause(q.error_message) = %L', filter ->> member)
      when 'title' then format(
        ' and position(lower(%L) in lower(coalesce(q.modified_title, (
           select p.title from public.content_posts p where p.id = q.original_post_id)))) > 0',
        filter ->> member
      )
      when 'text' then format(
        ' and (position(lower(%1$L) in lower(left(q.error_message, 20000))) > 0 or position(lower(%1$L) in lower(coalesce(
           q.modified_title, (select p.title from public.content_posts p where p.id = q.original_post_id)))) > 0)',
        filter ->> member
      )
      when 'short_id' then format(' and right(q.id::text, 8) = lower(%L)', filter ->> member)
      when 'from' then format(' and q.walk_key >= %L', (filter ->> member)::timestamptz)
      when 'to' then format(' and q.walk_key < %L', (filter ->> member)::timestamptz)
    end;
    if condition is null then
      raise exception 'a filter has no member "%"', left(member, 100) using errcode = 'invalid_parameter_value';
    end if;
  end loop;
  return condition;
end
$$;

revoke execute on function post_queue.condition(jsonb) from public, anon, authenticated;
grant execute on function post_queue.condition(jsonb) to service_role;

-- schemas/operator/count_ended.sql

-- How many items are posted or cancelled, for the overview: {"count", "precision"}. The planner's estimate where that says that
-- there are many; else exact up to a number.
--
--   ended    posted or cancelled
--   at_most  the number
create or replace function post_queue.count_ended(ended public.platform_post_status, at_most integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  estimated bigint;
  counted bigint;
begin
  select round(c.reltuples * s.frequency)
  into estimated
  from pg_catalog.pg_class c
  cross join (
    select unnest(most_common_vals::text::text[]) as value, unnest(most_common_freqs) as frequency
    from pg_catalog.pg_stats
    where schemaname = 'public' and tablename = 'multiplatform_post_queue' and attname = 'status'
  ) as s
  where c.oid = 'public.multiplatform_post_queue'::regclass and s.value = ended::text;

  -- Well above, because statistics grow old.
  if estimated > 2 * at_most then
    return jsonb_build_object('count', estimated, 'precision', 'estimated');
  end if;

  -- In no order: then the index alone says it, where to name what it is ordered by would read each row. Each status by its name,
  -- without which the planner would not know that its index serves.
  if ended = 'posted' then
    select count(*)
    into counted
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'posted'
      limit at_most
    ) as bounded;
  else
    select count(*)
    into counted
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'cancelled'
      limit at_most
    ) as bounded;
  end if;
  return post_queue.bounded(counted, at_most);
end
$$;

revoke execute on function post_queue.count_ended(public.platform_post_status, integer) from public, anon, authenticated;
grant execute on function post_queue.count_ended(public.platform_post_status, integer) to service_role;

-- schemas/operator/creators.sql

-- The creators whose name begins with a text, in capitals or not, by name.
--
--   name  1 to 100 letters
--
-- Gives {"creators": [{"creator_id", "creator_name"}, ...], "is_whole"}: at most 20, and whether these are all.
create or replace function public.post_queue_creators(name text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_incremental_sort = off
set jit = off
as $$
declare
  creators jsonb;
  number integer;
begin
  if length(name) between 1 and 100 is not true then
    raise exception 'post_queue_creators needs a name of 1 to 100 letters' using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: nobody would seem to have that name.
  if row_security_active('public.creators') then
    raise exception 'row-level security hides the creators from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  select
    coalesce(
      jsonb_agg(jsonb_build_object('creator_id', found.id, 'creator_name', found.creator_name) order by found.place)
        filter (where found.place <= 20),
      '[]'
    ),
    count(*)
  into creators, number
  from (
    select c.id, c.creator_name, row_number() over (order by lower(c.creator_name) using ~<~, c.id) as place
    from public.creators c
    where lower(c.creator_name) ^@ lower(name)
    order by lower(c.creator_name) using ~<~, c.id
    limit 21
  ) as found;

  return jsonb_build_object('creators', creators, 'is_whole', number <= 20);
end
$$;

revoke execute on function public.post_queue_creators(text) from public, anon, authenticated;
grant execute on function public.post_queue_creators(text) to service_role;

-- schemas/operator/dry_run.sql

-- What a change would mean: {"meant", "is_exact", "beyond_limit", "groups": [{"status", "platform", "count"}, ...], "titles":
-- [...], "left", ...}. "meant" goes up to its limit, and "beyond_limit" says how many more match. Of a filter the first 200,000
-- items are looked at; where there are more, or the limit is reached, "is_exact" is false. "groups" are the 50 largest of all
-- that match, "titles" those of the first five.
create or replace function post_queue.dry_run(
  changeable public.platform_post_status[], filter jsonb, ids uuid[], item_limit integer
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  at_most constant integer := 200000;
  source text;
  condition text := 'true';
  looked_at bigint;
  number bigint;
  groups jsonb;
  titles jsonb;
  is_cut boolean := false;
  would_leave jsonb := '{}';
begin
  if ids is not null then
    source := format(
      'select q.*, q.queued_at as walk_key from public.multiplatform_post_queue q where q.id = any (%L::uuid[]) order by q.id', ids
    );
    condition := format('q.status = any (%L::public.platform_post_status[])', changeable);
    select coalesce(jsonb_object_agg(reasons.reason, reasons.number), '{}')
    into would_leave
    from (
      select coalesce(q.status::text, 'missing') as reason, count(*) as number
      from unnest(ids) as meant (id)
      left join public.multiplatform_post_queue q on q.id = meant.id
      where q.status = any (changeable) is not true
      group by 1
    ) as reasons;
  else
    source := post_queue.walk(filter, false, null, null, at_most);
    condition := post_queue.condition(filter);
  end if;

  execute format(
    'select
       coalesce(sum(by_group.looked_at), 0), coalesce(sum(by_group.number), 0),
       jsonb_agg(
         jsonb_build_object(''status'', by_group.status, ''platform'', by_group.platform, ''count'', by_group.number)
         order by by_group.number desc, by_group.platform
       ) filter (where by_group.number > 0 and by_group.place <= 50)
     from (
       select
         q.status, left(q.target_platform, 100) as platform, count(*) as looked_at, count(*) filter (where %2$s) as number,
         row_number() over (order by count(*) filter (where %2$s) desc, left(q.target_platform, 100)) as place
       from (%1$s) q
       group by 1, 2
     ) as by_group',
    source, condition
  )
  into looked_at, number, groups;
  is_cut := ids is null and looked_at = at_most;
  execute format(
    'select jsonb_agg(left(coalesce(
       five.modified_title, (select p.title from public.content_posts p where p.id = five.original_post_id), ''''
     ), 255))
     from (select q.modified_title, q.original_post_id from (%s) q where %s limit 5) as five',
    source, condition
  )
  into titles;

  return jsonb_build_object(
    'filter', filter, 'limit', item_limit, 'dry_run', true, 'finished', true, 'portions', 0,
    'meant', least(number, item_limit), 'is_exact', not is_cut and number <= item_limit, 'done', 0, 'marked_posted', 0,
    'left', would_leave, 'groups', coalesce(groups, '[]'), 'titles', coalesce(titles, '[]'),
    'beyond_limit', case when number > item_limit then jsonb_build_object(
      'count', number - item_limit, 'precision', case when is_cut then 'at_least' else 'exact' end
    ) end
  );
end
$$;

revoke execute on function post_queue.dry_run(public.platform_post_status[], jsonb, uuid[], integer)
  from public, anon, authenticated;
grant execute on function post_queue.dry_run(public.platform_post_status[], jsonb, uuid[], integer) to service_role;

-- schemas/operator/dry_undo.sql

-- What an undo of a cancel would mean: as post_queue.dry_run says it, by the status that the items would get again.
create or replace function post_queue.dry_undo(cancel uuid, filter jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
  at_most constant integer := 200000;
  number bigint;
  is_cut boolean;
  left_alone bigint;
  groups jsonb;
  titles jsonb;
begin
  with items as materialized (
    select c.status_before, q.target_platform, q.id, q.modified_title, q.original_post_id,
      coalesce(q.status = 'cancelled' and q.updated_at = c.changed_at, false) as is_meant
    from (
      select made.*
      from post_queue.changed_items made
      where made.action_id = cancel
      order by made.item_id
      limit at_most
    ) as c
    left join public.multiplatform_post_queue q on q.id = c.item_id
  ),
  grouped as (
    select items.status_before as status, left(items.target_platform, 100) as platform, count(*) as number
    from items
    where items.is_meant
    group by 1, 2
    order by 3 desc, 1, 2
    limit 50
  )
  select
    (select count(*) filter (where items.is_meant) from items),
    (select count(*) = at_most from items),
    (select count(*) filter (where not items.is_meant) from items),
    (
      select jsonb_agg(
        jsonb_build_object('status', grouped.status, 'platform', grouped.platform, 'count', grouped.number)
        order by grouped.number desc, grouped.status, grouped.platform
      )
      from grouped
    ),
    (
      select jsonb_agg(left(coalesce(
        five.modified_title, (select p.title from public.content_posts p where p.id = five.original_post_id), ''
      ), 255))
      from (select items.* from items where items.is_meant order by items.id limit 5) as five
    )
  into number, is_cut, left_alone, groups, titles;

  return jsonb_build_object(
    'filter', filter, 'dry_run', true, 'finished', true, 'portions', 0, 'meant', number, 'is_exact', not is_cut, 'done', 0,
    'marked_posted', 0, 'left', case when left_alone > 0 then jsonb_build_object('changed', left_alone) else '{}' end,
    'groups', coalesce(groups, '[]'), 'titles', coalesce(titles, '[]')
  );
end
$$;

revoke execute on function post_queue.dry_undo(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.dry_undo(uuid, jsonb) to service_role;

-- schemas/operator/due_by_platform.sql

-- How many items are due on each platform: {platform: {"count", "precision"}}, exact to 10,000, but of all together no
-- more than 20,000 are counted, an even share each and what is left over for those that have more; beyond that at_least. Read from
-- the index by platform, however many wait. Names are as the overview shows them; of more than 200 names, which somebody made up,
-- the rest is left out.
create or replace function post_queue.due_by_platform()
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
-- Planned once, not for each name.
set plan_cache_mode = force_generic_plan
as $$
declare
  most constant integer := 10000;
  left_over integer := 20000;
  even integer;
  many integer;
  keys text[];
  names text[];
  -- Negative: there are more.
  counts integer[];
  share integer;
  number integer;
  due jsonb;
begin
  -- From one name to the next through the index.
  with recursive step as (
    (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name, 1 as place
      from public.multiplatform_post_queue q
      where q.status = 'queued'
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    )
    union all
    select next.key, next.name, step.place + 1
    from step
    cross join lateral (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name
      from public.multiplatform_post_queue q
      where q.status = 'queued' and left(q.target_platform, 63) > step.key
      order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
      limit 1
    ) as next
    where step.place < 200
  )
  select array_agg(step.key order by step.place), array_agg(step.name order by step.place)
  into keys, names
  from step;
  counts := array_fill(-1, array[coalesce(cardinality(keys), 0)]);

  even := most / greatest(1, coalesce(cardinality(keys), 0));

  -- An even share each; those that have more share what is left over, where that is more.
  for round in 1..2 loop
    many := (select count(*) from unnest(counts) as counted (number) where counted.number < 0);
    for place in 1 .. coalesce(cardinality(keys), 0) loop
      continue when counts[place] >= 0;
      share := case when round = 1 then even else least(most, left_over / many) end;
      exit when round = 2 and share <= even;
      select count(*)
      into number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'queued' and left(q.target_platform, 63) = any (array[keys[place]])
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
        limit share + 1
      ) as bounded;
      counts[place] := case when number > share then -share else number end;
      left_over := left_over - abs(counts[place]);
      many := many - 1;
    end loop;
  end loop;

  select coalesce(jsonb_object_agg(names[place], jsonb_build_object(
    'count', abs(counts[place]), 'precision', case when counts[place] < 0 then 'at_least' else 'exact' end
  )), '{}')
  into due
  from generate_subscripts(keys, 1) as place
  where counts[place] <> 0;
  return due;
end
$$;

revoke execute on function post_queue.due_by_platform() from public, anon, authenticated;
grant execute on function post_queue.due_by_platform() to service_role;

-- schemas/operator/erase_actions.sql

-- A part of post_queue_erase_creator: takes the creator out of 1,000 changes, in the order of their ids, behind after_id.
--
-- What of a filter tells of them goes, and so do the ids of items and posts that are gone, whosever they were. An unfinished
-- change whose filter loses something is finished by it: it would mean everybody's items otherwise.
--
-- last_id is null where this was the last page.
create or replace function post_queue.erase_actions(
  creator_id uuid, name text, after_id uuid, dry_run boolean, out changed bigint, out last_id uuid
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  this_creator constant uuid := creator_id;
  this_name constant text := name;
  behind constant uuid := after_id;
begin
  with page as materialized (
    select a.*
    from post_queue.actions a
    where behind is null or a.id > behind
    order by a.id
    limit 1000
  ),
  erased as materialized (
    select
      page.id,
      case when told.kept <> page.filter then told.kept || '{"erased": true}' else page.filter end as filter,
      -- Why somebody changed what is theirs tells of them, by whatever words.
      case
        when page.reason is not null and (told.is_of_them or post_queue.tells_of(page.reason, this_creator, this_name))
        then '(erased)'
        else page.reason
      end as reason,
      case
        when post_queue.tells_of(page.idempotency_key, this_creator, this_name) then page.id::text
        else page.idempotency_key
      end as idempotency_key,
      case
        when not page.finished or exists (select from public.multiplatform_post_queue q where q.id = page.after_id)
        then page.after_id
      end as after_id
    from page
    cross join lateral (
      select
        coalesce(bool_or(word.is_of_them), false) as is_of_them,
        coalesce(
          jsonb_object_agg(
            word.key,
            case
              when word.key = 'ids' and jsonb_typeof(word.value) = 'array' then (
                select coalesce(jsonb_agg(item.id), '[]')
                from jsonb_array_elements_text(word.value) as item (id)
                where exists (select from public.multiplatform_post_queue q where q.id = item.id::uuid)
              )
              else word.value
            end
          ) filter (where not word.is_of_them and not word.is_of_none),
          '{}'
        ) as kept
      from (
        select
          f.key, f.value,
          f.key in ('creator_id', 'title', 'text', 'cause', 'of')
            and post_queue.tells_of(f.value #>> '{}', this_creator, this_name) as is_of_them,
          f.key = 'original_post_id'
            and not exists (select from public.content_posts p where p.id = (f.value #>> '{}')::uuid) as is_of_none
        from jsonb_each(page.filter) as f
      ) as word
    ) as told
  ),
  differing as materialized (
    select erased.*, erased.filter <> page.filter as is_finished
    from page
    join erased on erased.id = page.id
    where (page.filter, page.reason, page.idempotency_key, page.after_id)
      is distinct from (erased.filter, erased.reason, erased.idempotency_key, erased.after_id)
  ),
  written as (
    update post_queue.actions a
    set
      filter = d.filter, reason = d.reason, idempotency_key = d.idempotency_key,
      after_id = case when not d.is_finished then d.after_id end, finished = a.finished or d.is_finished
    from differing d
    where a.id = d.id and not dry_run
  )
  select (select count(*) from differing), (array_agg(page.id order by page.id))[1000]
  into changed, last_id
  from page;
end
$$;

revoke execute on function post_queue.erase_actions(uuid, text, uuid, boolean) from public, anon, authenticated;
grant execute on function post_queue.erase_actions(uuid, text, uuid, boolean) to service_role;

-- schemas/operator/erase_creator.sql

-- Takes a creator who was deleted out of what the queue itself keeps: one portion a call. What is theirs in creators,
-- posts, queue and history goes with their row, by the foreign keys, and comes first: while they are there this refuses.
--
--   creator_id       whom
--   actor, reason    who does it, and why; the record has both, so the reason must not tell of them
--   idempotency_key  under which it is written down in post_queue.actions, one row for all portions
--   name             a name that reasons, errors and searches are looked through for; null: none. Another call, with
--                    another name, finds what the first did not
--   after            null, then the "next" of the portion before
--   dry_run          only count
--
-- Gives {"table", "changed", "next", "left"}: how many rows of which table had something of them; where the next portion
-- begins, null behind the last; at the last how many rows of posts, queue and history still have their id, up to 1,000 each,
-- which is none unless a foreign key is missing. A portion may be repeated, and so may all of it.
--
-- What no function can find: a reason that tells of them by other words, a title of theirs that somebody searched for.
create or replace function public.post_queue_erase_creator(
  creator_id uuid, actor text, reason text, idempotency_key text, name text default null, after text default null,
  dry_run boolean default false
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '5s'
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  this_creator constant uuid := creator_id;
  this_name constant text := nullif(btrim(name), '');
  is_dry constant boolean := coalesce(dry_run, false);
  key constant text := idempotency_key;
  tables constant text[] := '{pauses,turns,workers,claims,cause_figures,actions,changed_items,tries}';
  this_table constant text := coalesce(split_part(after, ' ', 1), tables[1]);
  after_id constant uuid := nullif(split_part(after, ' ', 2), '')::uuid;
  after_item constant uuid := nullif(split_part(after, ' ', 3), '')::uuid;
  changed bigint;
  next text;
  result jsonb;
begin
  if this_creator is null or coalesce(actor, '') = '' or key is null or this_table <> all (tables) then
    raise exception 'post_queue_erase_creator needs a creator_id, an actor, an idempotency_key, and the "next" of the portion before'
      using errcode = 'invalid_parameter_value';
  end if;
  if char_length(this_name) < 3 then
    raise exception 'a name to look for has 3 letters or more' using errcode = 'invalid_parameter_value';
  end if;
  if post_queue.tells_of(reason, this_creator, this_name) or post_queue.tells_of(key, this_creator, this_name) then
    raise exception 'the reason and the key are kept: they must not have the creator''s id or name in them'
      using errcode = 'invalid_parameter_value';
  end if;
  if row_security_active('post_queue.actions') then
    raise exception 'row-level security hides the record from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;
  if exists (select from public.creators c where c.id = this_creator) then
    raise exception 'creator % is still there: delete them first, and all that is theirs goes with them', this_creator
      using errcode = 'invalid_parameter_value';
  end if;
  if exists (select from post_queue.actions a where a.idempotency_key = key and a.verb <> 'erase') then
    raise exception 'the idempotency_key is that of another change' using errcode = 'invalid_parameter_value';
  end if;

  case this_table
    when 'pauses' then
      with found as (
        select p.id from post_queue.pauses p where post_queue.tells_of(p.reason, this_creator, this_name) and p.reason <> '(erased)'
      ),
      written as (
        update post_queue.pauses p set reason = '(erased)' from found where p.id = found.id and not is_dry
      )
      select count(*) into changed from found;
    when 'turns' then
      -- The next claim begins anew.
      with found as (
        select t.is_only from post_queue.turns t where t.creator_id = this_creator
      ),
      written as (
        delete from post_queue.turns t using found where t.is_only = found.is_only and not is_dry
      )
      select count(*) into changed from found;
    when 'workers' then
      with found as (
        select w.id from post_queue.workers w where post_queue.tells_of(w.error, this_creator, this_name)
      ),
      written as (
        update post_queue.workers w set error = '(erased)' from found where w.id = found.id and not is_dry
      )
      select count(*) into changed from found;
    when 'claims' then
      -- At most those of a day; a claim whose items are gone answers with none.
      with found as materialized (
        select c.claim_id, array(
          select item.id
          from unnest(c.item_ids) with ordinality as item (id, place)
          where exists (select from public.multiplatform_post_queue q where q.id = item.id)
          order by item.place
        ) as item_ids
        from (
          select c.* from post_queue.claims c where after_id is null or c.claim_id > after_id order by c.claim_id limit 1000
        ) as c
      ),
      differing as materialized (
        select found.* from found join post_queue.claims c on c.claim_id = found.claim_id where c.item_ids <> found.item_ids
      ),
      written as (
        update post_queue.claims c set item_ids = d.item_ids from differing d where c.claim_id = d.claim_id and not is_dry
      )
      select (select count(*) from differing), 'claims ' || (array_agg(found.claim_id order by found.claim_id))[1000]
      into changed, next
      from found;
    when 'cause_figures' then
      with found as materialized (
        select f.* from post_queue.cause_figures f where post_queue.tells_of(f.cause, this_creator, this_name)
      ),
      taken as (
        delete from post_queue.cause_figures f
        using found
        where (f.width_seconds, f.starts_at, f.cause) = (found.width_seconds, found.starts_at, found.cause) and not is_dry
      ),
      counted as (
        insert into post_queue.cause_figures as f (width_seconds, starts_at, cause, failed)
        select found.width_seconds, found.starts_at, '(erased)', sum(found.failed)
        from found
        where not is_dry
        group by 1, 2
        on conflict (width_seconds, starts_at, cause) do update set failed = f.failed + excluded.failed
      )
      select count(*) into changed from found;
    when 'actions' then
      select e.changed, 'actions ' || e.last_id into changed, next
      from post_queue.erase_actions(this_creator, this_name, after_id, is_dry) as e;
    when 'changed_items' then
      with page as materialized (
        select c.action_id, c.item_id
        from post_queue.changed_items c
        where after_id is null or (c.action_id, c.item_id) > (after_id, after_item)
        order by c.action_id, c.item_id
        limit 10000
      ),
      gone as materialized (
        select page.*
        from page
        where not exists (select from public.multiplatform_post_queue q where q.id = page.item_id)
      ),
      written as (
        delete from post_queue.changed_items c
        using gone
        where (c.action_id, c.item_id) = (gone.action_id, gone.item_id) and not is_dry
      )
      select
        (select count(*) from gone),
        (
          select format('changed_items %s %s', page.action_id, page.item_id)
          from page
          order by page.action_id, page.item_id
          offset 9999
        )
      into changed, next;
    when 'tries' then
      -- Those of their items are gone with the items; another's error may have their name in it.
      with page as materialized (
        select t.id, t.item_id, t.error from post_queue.tries t where after_id is null or t.id > after_id order by t.id limit 10000
      ),
      found as materialized (
        select page.*, not exists (select from public.multiplatform_post_queue q where q.id = page.item_id) as is_gone
        from page
      ),
      deleted as (
        delete from post_queue.tries t using found where t.id = found.id and found.is_gone and not is_dry
      ),
      written as (
        update post_queue.tries t
        set error = '(erased)'
        from found
        where t.id = found.id and not found.is_gone and post_queue.tells_of(found.error, this_creator, this_name) and not is_dry
      )
      select
        count(*) filter (where found.is_gone or post_queue.tells_of(found.error, this_creator, this_name)),
        'tries ' || (array_agg(found.id order by found.id))[10000]
      into changed, next
      from found;
  end case;

  next := coalesce(next, tables[array_position(tables, this_table) + 1]);
  result := jsonb_build_object('table', this_table, 'changed', changed, 'next', next);
  if next is null then
    result := result || jsonb_build_object('left', jsonb_build_object(
      'posts', (select count(*) from (select from public.content_posts p where p.creator_id = this_creator limit 1000) as one),
      'items',
      (select count(*) from (select from public.multiplatform_post_queue q where q.creator_id = this_creator limit 1000) as one),
      'history',
      (select count(*) from (select from public.multiplatform_post_history h where h.creator_id = this_creator limit 1000) as one)
    ));
  end if;

  if not is_dry then
    insert into post_queue.actions as a (idempotency_key, verb, actor, reason, filter, finished, portions, meant, done)
    values (
      key, 'erase', left(actor, 200), left(reason, 1000), '{"erased": true}', next is null, 1, changed, changed
    )
    on conflict (idempotency_key) do update
    set
      updated_at = now(), finished = excluded.finished, portions = a.portions + 1, meant = a.meant + excluded.meant,
      done = a.done + excluded.done;
  end if;
  return result;
end
$$;

revoke execute on function public.post_queue_erase_creator(uuid, text, text, text, text, text, boolean)
  from public, anon, authenticated;
grant execute on function public.post_queue_erase_creator(uuid, text, text, text, text, text, boolean) to service_role;

-- schemas/operator/error_cause.sql

-- What errors of one cause have in common: the text with ids, tokens, quoted values and numbers masked, those within words
-- too, on one line of at most 300 characters. A SQLSTATE stays, and so do the names of columns, constraints and the like, which
-- PostgreSQL quotes as it quotes values; they lose their quotes.
--
-- An index stands on it, so it is immutable. Changing it means building that index again.
create or replace function public.error_cause(error_message text)
returns text
language sql
immutable
parallel safe
security invoker
as $$
  select pg_catalog.left(
    pg_catalog.regexp_replace(
      pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(
          pg_catalog.regexp_replace(
            pg_catalog.regexp_replace(
              pg_catalog.regexp_replace(
                -- What a person wrote may be megabytes; the first characters tell the cause.
                pg_catalog.left(coalesce(error_message, '(no error was recorded)'), 1000),
                '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}', '<id>', 'g'
              ),
              '\m(column|relation|constraint|table|index|function|type|schema|domain|enum) "([^"]*)"', '\1 \2', 'g'
            ),
            -- Not the apostrophe of "the item's creator".
            '"[^"]*"|(?<!\w)''[^'']*''(?!\w)', '<value>', 'g'
          ),
          -- A word of eight signs or more that has letters and digits.
          '(?<!\m(SQLSTATE|column|relation|constraint|table|index|function|type|schema|domain|enum) )(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-zA-Z])[\w-]{8,}',
          '<id>', 'g'
        ),
        '(?<!\m(SQLSTATE|column|relation|constraint|table|index|function|type|schema|domain|enum) \w*)\d+([.,:]\d+)*', '<n>', 'g'
      ),
      '\s+', ' ', 'g'
    ),
    300
  )
$$;

-- Whoever changes a failed item calls it through the index.
grant execute on function public.error_cause(text) to public;

-- schemas/operator/failed_by_platform.sql

-- How many items are failed on each platform: {platform: {"count", "precision"}}, exact to 10,000, but of all together no more than
-- 20,000 are counted, an even share each and what is left over for those that have more; beyond that at_least. Read from the index
-- by platform, however many there are. Names are as the overview shows them; of more than 200 the rest is left out.
create or replace function post_queue.failed_by_platform()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
as $$
  -- From one name to the next through the index.
  with recursive step as (
    (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name, 1 as place
      from public.multiplatform_post_queue q
      where q.status = 'failed'
      order by left(q.target_platform, 63)
      limit 1
    )
    union all
    select next.key, next.name, step.place + 1
    from step
    cross join lateral (
      select left(q.target_platform, 63) as key, left(q.target_platform, 100) as name
      from public.multiplatform_post_queue q
      where q.status = 'failed' and left(q.target_platform, 63) > step.key
      order by left(q.target_platform, 63)
      limit 1
    ) as next
    where step.place < 200
  ),
  -- An even share each; what is left over goes to those that have more.
  first_share as materialized (
    select step.key, step.name, even.share, counted.number
    from step
    cross join (select ceil(10000.0 / greatest(1, count(*)))::bigint as share from step) as even
    cross join lateral (
      select count(*) as number
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'failed' and left(q.target_platform, 63) = step.key
        limit even.share + 1
      ) as bounded
    ) as counted
  ),
  second_share as (
    select
      first.key, first.name, first.number, first.share as even,
      least(10000, greatest(
        first.share,
        (20000 - sum(least(first.number, first.share)) over ())::bigint
          / greatest(1, count(*) filter (where first.number > first.share) over ())
      )) as share
    from first_share as first
  )
  select coalesce(jsonb_object_agg(second.name, jsonb_build_object(
    'count', least(greatest(second.number, more.number), second.share),
    'precision', case when greatest(second.number, more.number) > second.share then 'at_least' else 'exact' end
  )), '{}')
  from second_share as second
  cross join lateral (
    select count(*) as number
    from (
      select
      from public.multiplatform_post_queue q
      where q.status = 'failed' and left(q.target_platform, 63) = second.key
        and second.number > second.even and second.share > second.even
      limit second.share + 1
    ) as bounded
  ) as more
$$;

revoke execute on function post_queue.failed_by_platform() from public, anon, authenticated;
grant execute on function post_queue.failed_by_platform() to service_role;

-- schemas/operator/failures.sql

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

-- schemas/operator/find.sql

-- What an id is the id of, by keys alone, so quick on any table: {"item_id", "original_post_id", "creator_id"}, each null where it is
-- not that: an item, or the item that a post was made of; an original with items; a creator.
create or replace function public.post_queue_find(id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  wanted constant uuid := id;
begin
  -- Row-level security hides rows without a word: nothing would seem to have this id.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  return jsonb_build_object(
    'item_id', coalesce(
      (select q.id from public.multiplatform_post_queue q where q.id = wanted limit 1),
      (
        select q.id
        from public.content_posts p
        join public.multiplatform_post_queue q on q.id = p.queue_item_id
        where p.id = wanted
        limit 1
      )
    ),
    'original_post_id', (
      select q.original_post_id from public.multiplatform_post_queue q where q.original_post_id = wanted limit 1
    ),
    'creator_id', (select c.id from public.creators c where c.id = wanted)
  );
end
$$;

revoke execute on function public.post_queue_find(uuid) from public, anon, authenticated;
grant execute on function public.post_queue_find(uuid) to service_role;

-- schemas/operator/item.sql

-- One item with all that belongs to it: [{"item": the row as post_queue.item_row gives it, "original": its original post,
-- "post": what was posted of it, each null where it is gone, "tries": what befell it before, the newest 100 first, "deeds": what
-- operators did with it, the newest 20 first, "waits": for a queued item what holds it up, see post_queue.waits}]. An empty list
-- where there is no such item.
create or replace function public.post_queue_item(item_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  item public.multiplatform_post_queue;
begin
  -- Row-level security hides rows without a word: the item would seem gone.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  select q.* into item from public.multiplatform_post_queue q where q.id = item_id;
  if item.id is null then
    return '[]';
  end if;

  return jsonb_build_array(jsonb_build_object(
    'item', post_queue.item_row(item) || jsonb_build_object(
      'claim_id', item.claim_id,
      'error', left(item.error_message, 20000),
      'modified_title', left(item.modified_title, 255),
      'modified_caption', left(item.modified_caption, 20000),
      'modified_hashtags', to_jsonb(item.modified_hashtags[1:100]),
      'add_platform_watermark', item.add_platform_watermark
    ),
    'original', (
      select post_queue.post_row(p) from public.content_posts p where p.id = item.original_post_id
    ),
    'post', (
      select post_queue.post_row(p)
      from public.content_posts p
      where p.id = coalesce(
        item.target_post_id,
        (
          select own.id
          from public.content_posts own
          where own.queue_item_id = item.id and own.creator_id = item.creator_id
          limit 1
        )
      )
    ),
    'waits', case when item.status = 'queued' then post_queue.waits(item) end,
    'deeds', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object(
            'at', deed.changed_at, 'verb', deed.verb, 'actor', deed.actor, 'reason', deed.reason,
            'status_before', deed.status_before, 'idempotency_key', deed.idempotency_key
          )
          order by deed.changed_at desc
        ),
        '[]'
      )
      from (
        select c.changed_at, c.status_before, a.verb, a.actor, a.reason, a.idempotency_key
        from post_queue.changed_items c
        join post_queue.actions a on a.id = c.action_id
        where c.item_id = item.id
        order by c.changed_at desc
        limit 20
      ) as deed
    ),
    'tries', (
      select coalesce(
        jsonb_agg(
          jsonb_build_object(
            'tried_at', t.tried_at,
            'claim_id', t.claim_id,
            'started_at', post_queue.moment(t.started_at),
            'outcome', t.outcome,
            'error', t.error,
            'retry_at', t.retry_at
          )
          order by t.tried_at desc, t.id desc
        ),
        '[]'
      )
      from (
        select tried.*
        from post_queue.tries tried
        where tried.item_id = item.id
        order by tried.tried_at desc, tried.id desc
        limit 100
      ) as t
    )
  ));
end
$$;

revoke execute on function public.post_queue_item(uuid) from public, anon, authenticated;
grant execute on function public.post_queue_item(uuid) to service_role;

-- schemas/operator/item_row.sql

-- A queue item as an operator sees it: its row, the title that its post has, its creator's name. Text that people wrote is
-- cut to what a table can show.
create or replace function post_queue.item_row(item public.multiplatform_post_queue)
returns jsonb
language sql
stable
security invoker
as $$
  select jsonb_build_object(
    'id', item.id,
    'status', item.status,
    'target_platform', left(item.target_platform, 100),
    'title', left(coalesce(
      item.modified_title, (select p.title from public.content_posts p where p.id = item.original_post_id)
    ), 255),
    'original_post_id', item.original_post_id,
    'creator_id', item.creator_id,
    'creator_name', (select c.creator_name from public.creators c where c.id = item.creator_id),
    'target_post_id', item.target_post_id,
    'error', left(item.error_message, 1000),
    'cause', case when item.error_message is not null then public.error_cause(item.error_message) end,
    'retry_count', item.retry_count,
    'max_retries', item.max_retries,
    'rescue_count', item.rescue_count,
    'queued_at', post_queue.moment(item.queued_at),
    'scheduled_for', post_queue.moment(item.scheduled_for),
    'due_at', post_queue.moment(greatest(item.scheduled_for, item.queued_at)),
    'processing_started_at', post_queue.moment(item.processing_started_at),
    'completed_at', post_queue.moment(item.completed_at),
    'failed_at', post_queue.moment(item.failed_at),
    'updated_at', post_queue.moment(item.updated_at)
  )
$$;

revoke execute on function post_queue.item_row(public.multiplatform_post_queue) from public, anon, authenticated;
grant execute on function post_queue.item_row(public.multiplatform_post_queue) to service_role;

-- schemas/operator/items.sql

-- A page of the items that match a filter.
--
--   filter        as post_queue.walk takes it
--   newest_first  the order, which post_queue.walk tells
--   page_size     1 to 1000
--   after         the "next" of the page before; null: the first page
--
-- Gives {"items": [...], "next": "...", "looked_at_until": ...}. Pages do not move while rows arrive: the next one begins
-- behind the last item of this one. A page looks at no more than 20,000 items, 5,000 where a title or a text is asked for, so it may
-- be short, or empty, and still have a "next"; "looked_at_until" then says how far it came.
create or replace function public.post_queue_items(
  filter jsonb, newest_first boolean default true, page_size integer default 50, after text default null
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
  -- Each title is a look at another table.
  at_most constant integer := case when filter ?| array['title', 'text'] then 5000 else 20000 end;
  after_key timestamptz;
  after_id uuid;
  walk text;
  items jsonb;
  found integer;
  last_key timestamptz;
  last_id uuid;
  is_whole boolean;
begin
  if page_size is null or page_size not between 1 and 1000 then
    raise exception 'post_queue_items needs a page_size from 1 to 1000' using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  if after is not null then
    after_key := split_part(after, '_', 1)::timestamptz;
    after_id := split_part(after, '_', 2)::uuid;
  end if;

  walk := post_queue.walk(filter, coalesce(newest_first, true), after_key, after_id, at_most);
  execute format(
    'with page as materialized (
       select q.id, q.walk_key, row_number() over () as place from (%s) q where %s limit %s)
     select
       coalesce(
         jsonb_agg(post_queue.item_row(item) order by page.place)
           filter (where item.id is not null), ''[]''),
       count(*),
       (array_agg(page.walk_key order by page.place desc))[1],
       (array_agg(page.id order by page.place desc))[1]
     from page
     left join public.multiplatform_post_queue item on item.id = page.id',
    walk, post_queue.condition(filter), page_size
  )
  into items, found, last_key, last_id;

  if found < page_size then
    -- All that was looked at is in it; where that was all that there is, no page follows.
    execute format('select false, q.walk_key, q.id from (%s) q offset %s limit 1', walk, at_most - 1)
    into is_whole, last_key, last_id;
    is_whole := is_whole is null;
  else
    is_whole := false;
  end if;

  return jsonb_build_object(
    'items', items,
    'next', case when not is_whole then format('%s_%s', last_key, last_id) end,
    'looked_at_until', case when found < page_size and not is_whole then post_queue.moment(last_key) end
  );
end
$$;

revoke execute on function public.post_queue_items(jsonb, boolean, integer, text) from public, anon, authenticated;
grant execute on function public.post_queue_items(jsonb, boolean, integer, text) to service_role;

-- schemas/operator/matching.sql

-- How many items match a filter from one place of its walk on, among the next 200,000: {"count", "precision"}, exact, or
-- at_least where there are more to look at.
--
--   after_key, after_id  as post_queue.walk takes them
--   came_before          only items that matched before this time
create or replace function post_queue.matching(
  filter jsonb, after_key timestamptz, after_id uuid, came_before timestamptz
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  at_most constant integer := 200000;
  walk constant text := post_queue.walk(filter, false, after_key, after_id, at_most);
  number bigint;
  is_cut boolean;
begin
  execute format(
    'select
       count(*) filter (where %s and case when q.status = ''queued'' then q.queued_at else q.walk_key end <= %L),
       count(*) = %s
     from (%s) q',
    post_queue.condition(filter), came_before, at_most, walk
  )
  into number, is_cut;
  return jsonb_build_object('count', number, 'precision', case when is_cut then 'at_least' else 'exact' end);
end
$$;

revoke execute on function post_queue.matching(jsonb, timestamptz, uuid, timestamptz) from public, anon, authenticated;
grant execute on function post_queue.matching(jsonb, timestamptz, uuid, timestamptz) to service_role;

-- schemas/operator/moment.sql

-- A time as ISO 8601 can say it: null where it lies outside the years 1 to 9999, as a row may hold anything.
create or replace function post_queue.moment(value timestamptz)
returns timestamptz
language sql
stable
security invoker
as $$
  select case when value between '0001-01-01Z'::timestamptz and '9999-12-31Z'::timestamptz then value end
$$;

revoke execute on function post_queue.moment(timestamptz) from public, anon, authenticated;
grant execute on function post_queue.moment(timestamptz) to service_role;

-- schemas/operator/overview.sql

-- The queue at one look, quick on any table: no figure counts further than 10,000 items, what is due no further than 20,000.
--
--   stuck_after_seconds  0 or more; an item longer in processing is stuck
--
-- Gives {"now", "counts": {status: {"count", "precision"}}, "due", "scheduled", "stuck", "oldest_due_at",
-- "oldest_due_seconds", "figures_missing_from" (see post_queue.recent_figures), "recent": [{"seconds", "posted", "failed",
-- "retried", "seconds_to_post_p50", "_p95", "_p99"}, ...], "same_hour": see post_queue.same_hour, "top_creator": see there,
-- "platforms": [{"platform", "due": {"count", "precision"}, "in_hand": ..., "failed": ..., "posted_last_day", "failed_last_day",
-- "retried_last_day", "is_known", "is_paused", "per_minute"}, ...], "workers" (see post_queue.worker_rows), "last_posted_at"}
-- and what is paused and limited (see post_queue.controls).
-- "precision" is exact, at_least (there are more), or estimated (the planner's statistics, for many posted or cancelled
-- items). "recent" are the last 5 minutes, hour and day. A platform's due items are counted by
-- post_queue.due_by_platform; its failed items are exact where there are fewer than 10,000 in all, else counted by
-- post_queue.failed_by_platform; its items in hand are those among 10,000, and at_least where there are more in all. One that
-- is paused by itself or limited is among the platforms, whatever else there is of it; "is_known" says whether it can be: a
-- name that is no value of platform_cluster can not. What waits for a paused platform is "due", but does not count for the
-- oldest (see post_queue.oldest_due).
create or replace function public.post_queue_overview(stuck_after_seconds integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  at_most constant integer := 10000;
  controls constant jsonb := post_queue.controls();
  due jsonb;
  due_in_all jsonb;
  in_hand jsonb;
  failed jsonb;
  failed_in_all bigint;
  failed_is_cut boolean;
  all_failed jsonb;
  oldest_due constant timestamptz := post_queue.oldest_due();
  scheduled bigint;
  stuck bigint;
  recent jsonb;
  day jsonb;
  missing_from timestamptz;
begin
  if stuck_after_seconds is null or stuck_after_seconds < 0 then
    raise exception 'post_queue_overview needs a stuck_after_seconds of 0 or more'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') or row_security_active('public.multiplatform_post_history') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  due := post_queue.due_by_platform();
  select jsonb_build_object(
    'count', coalesce(sum((value ->> 'count')::bigint), 0),
    'precision', case when bool_or(value ->> 'precision' <> 'exact') then 'at_least' else 'exact' end
  )
  into due_in_all
  from jsonb_each(due);

  select coalesce(jsonb_object_agg(bounded.platform, bounded.number), '{}'), coalesce(sum(bounded.stuck), 0)
  into in_hand, stuck
  from (
    select
      left(items.target_platform, 100) as platform, count(*) as number,
      count(*) filter (where items.started_at < now() - make_interval(secs => stuck_after_seconds)) as stuck
    from (
      select q.target_platform, coalesce(q.processing_started_at, '-infinity'::timestamptz) as started_at
      from public.multiplatform_post_queue q
      where q.status = 'processing'
      order by coalesce(q.processing_started_at, '-infinity'::timestamptz)
      limit at_most
    ) as items
    group by 1
  ) as bounded;

  failed := post_queue.failed_by_platform();
  select coalesce(sum((value ->> 'count')::bigint), 0), coalesce(bool_or(value ->> 'precision' <> 'exact'), false) or count(*) >= 200
  into failed_in_all, failed_is_cut
  from jsonb_each(failed);
  -- Where it did not find as many, there may be no more.
  if failed_is_cut and failed_in_all < at_most then
    select coalesce(jsonb_object_agg(counted.platform, post_queue.bounded(counted.number, at_most)), '{}'), sum(counted.number)
    into all_failed, failed_in_all
    from (
      select left(items.target_platform, 100) as platform, count(*) as number
      from (
        select q.target_platform
        from public.multiplatform_post_queue q
        where q.status = 'failed'
        order by coalesce(q.failed_at, q.queued_at) desc, q.id desc
        limit at_most
      ) as items
      group by 1
    ) as counted;
    if failed_in_all < at_most then
      failed := all_failed;
    end if;
  end if;

  select count(*)
  into scheduled
  from (
    select
    from public.multiplatform_post_queue q
    where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) > now()
    limit at_most
  ) as bounded;

  select figures.recent, figures.day, figures.missing_from
  into recent, day, missing_from
  from post_queue.recent_figures() as figures;

  return jsonb_build_object(
    'now', now(),
    'counts', jsonb_build_object(
      'queued', jsonb_build_object(
        'count', (due_in_all ->> 'count')::bigint + scheduled,
        'precision', case when scheduled < at_most then due_in_all ->> 'precision' else 'at_least' end
      ),
      'processing', post_queue.bounded((select sum(value::bigint) from jsonb_each_text(in_hand)), at_most),
      'failed', post_queue.bounded(least(failed_in_all, at_most), at_most),
      'cancelled', post_queue.count_ended('cancelled', at_most),
      'posted', post_queue.count_ended('posted', at_most)
    ),
    'due', due_in_all,
    'scheduled', post_queue.bounded(scheduled, at_most),
    'stuck', post_queue.bounded(stuck, at_most),
    'oldest_due_at', post_queue.moment(oldest_due),
    'oldest_due_seconds', post_queue.seconds_since(oldest_due),
    'recent', recent,
    'figures_missing_from', missing_from,
    'same_hour', post_queue.same_hour(),
    'top_creator', post_queue.top_creator(),
    'platforms', post_queue.platform_rows(due, in_hand, failed, at_most, day, controls),
    'workers', post_queue.worker_rows(),
    'last_posted_at', (select max(h.posted_at) from public.multiplatform_post_history h where h.posted_at <= now())
  ) || controls;
end
$$;

revoke execute on function public.post_queue_overview(integer) from public, anon, authenticated;
grant execute on function public.post_queue_overview(integer) to service_role;

-- schemas/operator/platform_rows.sql

-- The platforms of the overview, each with what is known of it. One that is paused by itself or limited is among them, whatever
-- else there is of it.
--
--   due, failed           as post_queue.due_by_platform gives it
--   in_hand               how many items, by platform
--   at_most               how many in hand were looked at: where it is as many in all, there may be more of each
--   day                   what happened in the last day, by platform (see post_queue.recent_figures)
--   controls              what is held back (see post_queue.controls)
create or replace function post_queue.platform_rows(
  due jsonb, in_hand jsonb, failed jsonb, at_most integer, day jsonb, controls jsonb
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  paused constant jsonb := (
    select coalesce(jsonb_object_agg(pause ->> 'platform', true), '{}') from jsonb_array_elements(controls -> 'paused') as pause
  );
  limits constant jsonb := (
    select coalesce(jsonb_object_agg(one ->> 'platform', one -> 'per_minute'), '{}')
    from jsonb_array_elements(controls -> 'limited') as one
  );
  exactly_none constant jsonb := post_queue.bounded(0, 1);
  precision_in_hand constant text := post_queue.bounded(
    (select sum(value::bigint) from jsonb_each_text(in_hand)), at_most) ->> 'precision';
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'platform', names.platform,
        'due', coalesce(due -> names.platform, exactly_none),
        'in_hand', jsonb_build_object('count', coalesce((in_hand ->> names.platform)::bigint, 0), 'precision', precision_in_hand),
        'failed', coalesce(failed -> names.platform, exactly_none),
        'posted_last_day', coalesce((day -> names.platform ->> 'posted')::bigint, 0),
        'failed_last_day', coalesce((day -> names.platform ->> 'failed')::bigint, 0),
        'retried_last_day', coalesce((day -> names.platform ->> 'retried')::bigint, 0),
        'is_known', names.platform = any (enum_range(null::public.platform_cluster)::text[]),
        'is_paused', paused ?| array[names.platform, '*'],
        'per_minute', limits -> names.platform
      )
      order by names.platform
    ), '[]')
    from (
      -- Whoever queues an item writes the platform: so many names are enough.
      select keys.platform
      from (
        select jsonb_object_keys(due) as platform
        union select jsonb_object_keys(in_hand)
        union select jsonb_object_keys(failed)
        union select jsonb_object_keys(day)
        union select jsonb_object_keys(paused - '*')
        union select jsonb_object_keys(limits)
      ) as keys
      order by keys.platform
      limit 200
    ) as names
  );
end
$$;

revoke execute on function post_queue.platform_rows(jsonb, jsonb, jsonb, integer, jsonb, jsonb) from public, anon, authenticated;
grant execute on function post_queue.platform_rows(jsonb, jsonb, jsonb, integer, jsonb, jsonb) to service_role;

-- schemas/operator/post_row.sql

-- A post as an operator sees it, beside the item that made it or was made of it.
create or replace function post_queue.post_row(post public.content_posts)
returns jsonb
language sql
stable
security invoker
as $$
  select jsonb_build_object(
    'id', post.id,
    'cluster', post.cluster,
    'title', post.title,
    'description', left(post.description, 20000),
    'tags', to_jsonb(post.tags[1:100]),
    'content_type', post.content_type,
    'price', post.price,
    'is_ppv', post.is_ppv,
    'is_subscriber_only', post.is_subscriber_only,
    'adult_content', post.adult_content,
    'watermark_enabled', post.watermark_enabled,
    'status', post.status,
    'moderation_status', post.moderation_status,
    'published_at', post_queue.moment(post.published_at),
    'created_at', post_queue.moment(post.created_at),
    'deleted_at', post_queue.moment(post.deleted_at)
  )
$$;

revoke execute on function post_queue.post_row(public.content_posts) from public, anon, authenticated;
grant execute on function post_queue.post_row(public.content_posts) to service_role;

-- schemas/operator/prune.sql

-- Deletes posted, failed or cancelled items that are older than the filter's "to", which is at least a day ago. What is
-- queued or in processing is never deleted. action and portion as post_queue.change takes them.
create or replace function public.post_queue_prune(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('prune', action, portion)
$$;

revoke execute on function public.post_queue_prune(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_prune(jsonb, integer) to service_role;

-- schemas/operator/prune_changes.sql

-- Deletes changes from the record that were last worked on before the given time, the oldest first, with what it keeps of their
-- items: up to 1,000 rows of both. None of them can be undone or gone on with afterwards. Passes locked ones by, and writes it
-- down in post_queue.actions.
--
--   older_than       at least a day ago
--   idempotency_key  under which it is written down: one row for all portions with the same key
--   actor            whose order it is
--
-- Gives how many rows it deleted: fewer than 1,000 means that this was the last portion, or that another call is at it.
create or replace function public.post_queue_prune_changes(older_than timestamptz, idempotency_key text, actor text)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '100ms'
set enable_seqscan = off
set jit = off
as $$
declare
  old uuid[];
  items integer;
  changes integer := 0;
begin
  if not post_queue.begin_prune(
    'post_queue_prune_changes', 'post_queue.actions', 'record', older_than, idempotency_key, actor
  )
  then
    return to_jsonb(0);
  end if;

  select array_agg(held.id order by held.updated_at) into old
  from (
    select a.id, a.updated_at
    from post_queue.actions a
    where a.updated_at < older_than
    order by a.updated_at
    limit 1000
    for update skip locked
  ) as held;

  -- One change may have a million items: they go first, and the changes when none of them is left.
  delete from post_queue.changed_items c
  where (c.action_id, c.item_id) in (
    select i.action_id, i.item_id from post_queue.changed_items i where i.action_id = any (old) limit 1000
  );
  get diagnostics items = row_count;
  if items < 1000 then
    delete from post_queue.actions a where a.id = any (old[:1000 - items]);
    get diagnostics changes = row_count;
  end if;

  if items + changes > 0 then
    perform post_queue.record_prune(
      idempotency_key, actor, jsonb_build_object('changes', true, 'to', older_than), changes, items + changes < 1000
    );
  end if;
  return to_jsonb(items + changes);
end
$$;

revoke execute on function public.post_queue_prune_changes(timestamptz, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_prune_changes(timestamptz, text, text) to service_role;

-- schemas/operator/prune_history.sql

-- Deletes up to 1,000 rows of the history that are older than the given time, the oldest first, passes locked ones by, and
-- writes it down in post_queue.actions.
--
--   older_than       at least a day ago
--   idempotency_key  under which it is written down: one row for all portions with the same key
--   actor            whose order it is
--
-- Gives how many rows it deleted: fewer than 1,000 means that this was the last portion, or that another call is at it.
create or replace function public.post_queue_prune_history(older_than timestamptz, idempotency_key text, actor text)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set lock_timeout = '100ms'
set enable_seqscan = off
set jit = off
as $$
declare
  deleted integer;
begin
  if not post_queue.begin_prune(
    'post_queue_prune_history', 'public.multiplatform_post_history', 'history', older_than, idempotency_key, actor
  )
  then
    return to_jsonb(0);
  end if;

  with held as materialized (
    select h.id
    from public.multiplatform_post_history h
    where h.posted_at < older_than
    order by h.posted_at
    limit 1000
    for update skip locked
  )
  delete from public.multiplatform_post_history h using held
  where h.id = held.id and (select post_queue.triggers_path()) is not null;
  get diagnostics deleted = row_count;
  perform post_queue.own_path();

  if deleted > 0 then
    perform post_queue.record_prune(
      idempotency_key, actor, jsonb_build_object('history', true, 'to', older_than), deleted, deleted < 1000
    );
  end if;
  return to_jsonb(deleted);
end
$$;

revoke execute on function public.post_queue_prune_history(timestamptz, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_prune_history(timestamptz, text, text) to service_role;

-- schemas/operator/prune_items.sql

-- Deletes items, for a change: see retry_items.
create or replace function post_queue.prune_items(ids uuid[], changeable public.platform_post_status[])
returns uuid[]
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  changed uuid[];
begin
  with held as materialized (
    select q.id
    from public.multiplatform_post_queue q
    where q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for update skip locked
  ),
  pruned as (
    delete from public.multiplatform_post_queue q
    using held
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id
  )
  select array_agg(pruned.id) into changed from pruned;
  perform post_queue.own_path();
  -- Nothing can bring them back.
  delete from post_queue.changed_items c where c.item_id = any (changed);
  return changed;
end
$$;

revoke execute on function post_queue.prune_items(uuid[], public.platform_post_status[]) from public, anon, authenticated;
grant execute on function post_queue.prune_items(uuid[], public.platform_post_status[]) to service_role;

-- schemas/operator/record_prune.sql

-- Writes a portion of a prune of rows that are no items down in post_queue.actions: one row for all with the same key.
--
--   filter  what was pruned
--   done    how many rows of it
create or replace function post_queue.record_prune(
  idempotency_key text, actor text, filter jsonb, done integer, finished boolean
)
returns void
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  insert into post_queue.actions as a (
    idempotency_key, verb, actor, filter, item_limit, finished, portions, meant, done
  )
  values (idempotency_key, 'prune', left(actor, 200), filter, 1000000, finished, 1, done, done)
  on conflict (idempotency_key) do update
  set
    updated_at = now(), finished = excluded.finished, portions = a.portions + 1, meant = a.meant + excluded.meant,
    done = a.done + excluded.done
$$;

revoke execute on function post_queue.record_prune(text, text, jsonb, integer, boolean) from public, anon, authenticated;
grant execute on function post_queue.record_prune(text, text, jsonb, integer, boolean) to service_role;

-- schemas/operator/reset_stuck.sql

-- Queues stuck items again: those in processing for longer than the threshold, and those with no start time.
--
--   older_than_seconds  0 or more
--   dry_run             true: only tell which items would be reset
--   actor               who does it
--   reason              why; may be null
--
-- Gives [{"id", "target_platform", "processing_started_at"}, ...], oldest first, with the start time that the item had: 10,000 at
-- most, so a call that gives as many is to be said again.
-- A worker that still runs finds its claim gone, and posts none of them. A call that reset any is written down in
-- post_queue.actions, and stands in the story of each item.
create or replace function public.post_queue_reset_stuck(
  older_than_seconds integer, dry_run boolean default false, actor text default 'SQL', reason text default null
)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  items jsonb;
  key constant text := public.uuid_v7();
begin
  if older_than_seconds is null or older_than_seconds < 0 then
    raise exception 'post_queue_reset_stuck needs an older_than_seconds of 0 or more'
      using errcode = 'invalid_parameter_value';
  end if;

  -- Row-level security hides rows without a word: an empty queue would look the same.
  if row_security_active('public.multiplatform_post_queue') then
    raise exception 'row-level security hides the queue from role %', current_user
      using errcode = 'insufficient_privilege';
  end if;

  with stuck as materialized (
    select q.tableoid as item_table, q.ctid as item_address, q.id, q.target_platform, q.processing_started_at
    from public.multiplatform_post_queue q
    where q.status = 'processing'
      and coalesce(q.processing_started_at, '-infinity'::timestamptz)
        < now() - make_interval(secs => older_than_seconds)
    order by coalesce(q.processing_started_at, '-infinity'::timestamptz), q.id
    limit 10000
    for update skip locked
  ),
  reset as (
    update public.multiplatform_post_queue q
    set status = 'queued', processing_started_at = null, claim_id = null, updated_at = now()
    from stuck
    -- By table and address, as in post_queue.take: in a partitioned queue an id may stand twice.
    where q.tableoid = stuck.item_table
      and q.ctid = stuck.item_address
      and q.ctid = any (array(select stuck.item_address from stuck))
      and not coalesce(dry_run, false)
      and (select post_queue.triggers_path()) is not null
    returning stuck.item_table, stuck.item_address
  )
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'id', id,
        'target_platform', left(target_platform, 100),
        -- ISO 8601 ends at these years; no worker set a time outside them.
        'processing_started_at', case
          when processing_started_at between '0001-01-01Z' and '9999-12-31Z' then processing_started_at
        end
      )
      order by processing_started_at nulls first, id
    ),
    '[]'
  )
  into items
  from stuck
  -- What a trigger of somebody's keeps as it is was not reset.
  where dry_run or (item_table, item_address) in (select item_table, item_address from reset);
  perform post_queue.own_path();

  if not coalesce(dry_run, false) and items <> '[]' then
    perform post_queue.record_action(
      'reset_stuck', coalesce(actor, 'SQL'), reason, jsonb_build_object('older_than_seconds', older_than_seconds), key,
      jsonb_array_length(items), jsonb_array_length(items)
    );
    insert into post_queue.changed_items (action_id, item_id, status_before, changed_at)
    -- In a partitioned queue an id may stand twice.
    select distinct a.id, (item ->> 'id')::uuid, 'processing'::public.platform_post_status, now()
    from post_queue.actions a
    cross join jsonb_array_elements(items) as item
    where a.idempotency_key = key;
    perform post_queue.hint();
  end if;
  return items;
end
$$;

revoke execute on function public.post_queue_reset_stuck(integer, boolean, text, text) from public, anon, authenticated;
grant execute on function public.post_queue_reset_stuck(integer, boolean, text, text) to service_role;

-- schemas/operator/retry.sql

-- Queues failed items again, and cancelled ones, with their retries set back and due now, or when they were scheduled for. An
-- item that has its post is marked posted instead. action and portion as post_queue.change takes them; the filter names the
-- status failed or cancelled.
create or replace function public.post_queue_retry(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('retry', action, portion)
$$;

revoke execute on function public.post_queue_retry(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_retry(jsonb, integer) to service_role;

-- schemas/operator/retry_items.sql

-- Queues items again, for a change. An item that has its post is marked as what it is.
--
--   ids         which
--   changeable  what they may be in; others, and locked ones, are passed by
--
-- Gives those that it changed, what each was before, and how many of them had their post.
create or replace function post_queue.retry_items(
  ids uuid[], changeable public.platform_post_status[], out changed uuid[], out before public.platform_post_status[],
  out posted_already bigint
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  with held as materialized (
    select q.id, q.creator_id, q.status
    from public.multiplatform_post_queue q
    where q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for no key update skip locked
  ),
  -- An item that has its post is marked as what it is, as the settle does, and like there only by its creator's own post.
  posted as materialized (
    select distinct on (held.id) held.id, p.id as post_id
    from public.content_posts p
    join held on held.id = p.queue_item_id and held.creator_id = p.creator_id
    where p.queue_item_id = any (array(select held.id from held))
    order by held.id, p.id
  ),
  retried as (
    update public.multiplatform_post_queue q
    set
      status = case when posted.id is null then 'queued' else 'posted' end::public.platform_post_status,
      target_post_id = coalesce(posted.post_id, q.target_post_id),
      completed_at = case when posted.id is null then q.completed_at else coalesce(q.completed_at, now()) end,
      error_message = null,
      failed_at = null,
      retry_count = 0,
      rescue_count = 0,
      -- Due now, or when it was scheduled for. Not when it was queued: it would pass by all that wait.
      scheduled_for = greatest(q.scheduled_for, now()),
      processing_started_at = null,
      claim_id = null,
      updated_at = now()
    from held
    left join posted on posted.id = held.id
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id, held.status, posted.id is not null as is_posted
  )
  select array_agg(retried.id), array_agg(retried.status), count(*) filter (where retried.is_posted)
  into changed, before, posted_already
  from retried;
  perform post_queue.own_path();

  -- An item that is retried again and again keeps the last of its tries. In a life of its own it makes 41 at most: 20
  -- retries, 20 rescues, and its end.
  delete from post_queue.tries t
  using (
    select tried.id, row_number() over (partition by tried.item_id order by tried.tried_at desc, tried.id desc) as place
    from post_queue.tries tried
    where tried.item_id = any (changed)
  ) as aged
  where t.id = aged.id and aged.place > 20;
end
$$;

revoke execute on function post_queue.retry_items(uuid[], public.platform_post_status[]) from public, anon, authenticated;
grant execute on function post_queue.retry_items(uuid[], public.platform_post_status[]) to service_role;

-- schemas/operator/tells_of.sql

-- Whether a text has a creator's id in it, or a name, in capitals or not. A name is not looked for within ids.
create or replace function post_queue.tells_of(told text, creator_id uuid, name text)
returns boolean
language sql
immutable
parallel safe
security invoker
as $$
  select coalesce(
    strpos(lower(told), creator_id::text) > 0
      or name <> ''
        and strpos(lower(regexp_replace(told, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}', '', 'g')), lower(name)) > 0,
    false
  )
$$;

revoke execute on function post_queue.tells_of(text, uuid, text) from public, anon, authenticated;
grant execute on function post_queue.tells_of(text, uuid, text) to service_role;

-- schemas/operator/top_creator.sql

-- Whose items most of what is due are, among the oldest 1,000 due: {"creator_id", "creator_name", "count", "among"}; null where
-- nothing is due.
create or replace function post_queue.top_creator()
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
  select jsonb_build_object(
    'creator_id', most.creator_id,
    'creator_name', (select c.creator_name from public.creators c where c.id = most.creator_id),
    'count', most.number,
    'among', most.among
  )
  from (
    select oldest.creator_id, count(*) as number, sum(count(*)) over () as among
    from (
      select q.creator_id
      from public.multiplatform_post_queue q
      where q.status = 'queued' and greatest(q.scheduled_for, q.queued_at) <= now()
      order by greatest(q.scheduled_for, q.queued_at), q.id
      limit 1000
    ) as oldest
    group by oldest.creator_id
    order by count(*) desc, oldest.creator_id
    limit 1
  ) as most
$$;

revoke execute on function post_queue.top_creator() from public, anon, authenticated;
grant execute on function post_queue.top_creator() to service_role;

-- schemas/operator/undo.sql

-- Takes a cancel back: its items become again what they were, with the failure that they had, and an item that was in
-- processing is queued. An item that anybody touched since is left alone. action and portion as post_queue.change takes
-- them; action's "of" is the idempotency key of the cancel.
create or replace function public.post_queue_undo(action jsonb, portion integer default 1)
returns jsonb
language sql
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select post_queue.change('undo', action, portion)
$$;

revoke execute on function public.post_queue_undo(jsonb, integer) from public, anon, authenticated;
grant execute on function public.post_queue_undo(jsonb, integer) to service_role;

-- schemas/operator/undo_items.sql

-- Gives cancelled items back what they were before a cancel, for a change: see retry_items.
--
--   cancel  the id of the cancel in post_queue.actions; an item is left alone that was touched since
create or replace function post_queue.undo_items(
  ids uuid[], changeable public.platform_post_status[], cancel uuid,
  out changed uuid[], out before public.platform_post_status[]
)
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  with held as materialized (
    select q.id, q.status, c.status_before
    from post_queue.changed_items c
    join public.multiplatform_post_queue q on q.id = c.item_id and q.updated_at = c.changed_at
    where c.action_id = cancel and c.item_id = any (ids) and q.id = any (ids) and q.status = any (changeable)
    order by q.id
    for no key update of q skip locked
  ),
  undone as (
    -- Its failure, its retries and its schedule are in the row still. Whoever had it in hand has lost it.
    update public.multiplatform_post_queue q
    set
      status = case held.status_before when 'processing' then 'queued' else held.status_before end,
      updated_at = now()
    from held
    where q.id = held.id and (select post_queue.triggers_path()) is not null
    returning q.id, held.status
  )
  select array_agg(undone.id), array_agg(undone.status) into changed, before from undone;
  perform post_queue.own_path();
end
$$;

revoke execute on function post_queue.undo_items(uuid[], public.platform_post_status[], uuid) from public, anon, authenticated;
grant execute on function post_queue.undo_items(uuid[], public.platform_post_status[], uuid) to service_role;

-- schemas/operator/waits.sql

-- What holds a queued item up: {"paused": the pause that keeps it, or null, "per_minute": its platform's limit, or null, "ahead":
-- {"count", "precision"} of the items of its platform that are due before it, exact to 10,000}.
create or replace function post_queue.waits(item public.multiplatform_post_queue)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set jit = off
as $$
  select jsonb_build_object(
    'paused', (
      select jsonb_build_object(
        'platform', p.platform, 'paused_at', p.paused_at, 'paused_by', p.paused_by, 'reason', p.reason
      )
      from post_queue.pauses p
      where p.resumed_at is null and p.platform in (item.target_platform, '*')
      order by p.platform = '*', p.paused_at
      limit 1
    ),
    'per_minute', (select l.per_minute from post_queue.limits l where l.platform = item.target_platform),
    'ahead', (
      select post_queue.bounded(count(*), 10000)
      from (
        select
        from public.multiplatform_post_queue q
        where q.status = 'queued' and left(q.target_platform, 63) = any (array[left(item.target_platform, 63)])
          and (greatest(q.scheduled_for, q.queued_at), q.id) < (greatest(item.scheduled_for, item.queued_at), item.id)
          and greatest(q.scheduled_for, q.queued_at) <= now()
        order by left(q.target_platform, 63), greatest(q.scheduled_for, q.queued_at), q.id
        limit 10000
      ) as before
    )
  )
$$;

revoke execute on function post_queue.waits(public.multiplatform_post_queue) from public, anon, authenticated;
grant execute on function post_queue.waits(public.multiplatform_post_queue) to service_role;

-- schemas/operator/walk.sql

-- The query that an operator's filter stands for, as text: the items that match, in one order, from one place on.
--
--   filter        {"status", "platform", "creator_id", "original_post_id", "cause", "title", "text", "short_id", "from", "to"}, each
--                 of them optional: cause as error_cause gives it, title a part of it and text a part of it or of the error in any
--                 capitals, short_id the last eight characters of an id, as the log has them, from and to times
--   newest_first  the order: by the time that goes with the status (due, started, failed, posted, cancelled), then by id;
--                 without a status by id, which is the order of queueing where ids are of version 7
--   after_key, after_id  the last item of the page before; null: from the beginning
--   at_most       how many items to look at before it ends, however few of them match
--
-- Every walk follows an index and looks at at_most items, so it is quick on any table; the items of a creator or an original
-- who has no more than that are read as a whole and sorted. Its columns are those of the queue and walk_key, the time that
-- it goes by. Every value in it is quoted here.
create or replace function post_queue.walk(
  filter jsonb, newest_first boolean, after_key timestamptz, after_id uuid, at_most integer
)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  wanted constant text := filter ->> 'status';
  direction constant text := case when newest_first then 'desc' else 'asc' end;
  beyond constant text := case when newest_first then '<' else '>' end;
  source text := 'public.multiplatform_post_queue';
  owner text;
  few boolean;
  walk_key text;
  start text := '';
begin
  foreach owner in array array['original_post_id', 'creator_id'] loop
    continue when not filter ? owner or source like '(%';
    execute format(
      'select count(*) <= %1$s from (
         select from public.multiplatform_post_queue q where q.%2$I = %3$L limit %1$s + 1) as bounded',
      at_most, owner, (filter ->> owner)::uuid
    )
    into few;
    if few then
      source := format(
        '(select * from public.multiplatform_post_queue q where q.%I = %L offset 0)', owner, (filter ->> owner)::uuid
      );
    end if;
  end loop;

  walk_key := case wanted
    when 'queued' then 'greatest(q.scheduled_for, q.queued_at)'
    when 'processing' then 'coalesce(q.processing_started_at, ''-infinity''::timestamptz)'
    when 'failed' then 'coalesce(q.failed_at, q.queued_at)'
    when 'posted' then 'coalesce(q.completed_at, q.queued_at)'
    when 'cancelled' then 'coalesce(q.updated_at, q.queued_at)'
  end;

  if walk_key is null then
    if after_id is not null then
      start := format(' and q.id %s %L::uuid', beyond, after_id);
    end if;
    return format(
      'select q.*, q.queued_at as walk_key from %s q where true%s order by q.id %s limit %s',
      source, start, direction, at_most
    );
  end if;

  if after_id is not null then
    start := format(' and (%s, q.id) %s (%L::timestamptz, %L::uuid)', walk_key, beyond, after_key, after_id);
  end if;
  if filter ? 'from' then
    start := start || format(' and %s >= %L::timestamptz', walk_key, (filter ->> 'from')::timestamptz);
  end if;
  if filter ? 'to' then
    start := start || format(' and %s < %L::timestamptz', walk_key, (filter ->> 'to')::timestamptz);
  end if;
  if filter ? 'cause' then
    start := start || format(' and public.error_cause(q.error_message) = %L', filter ->> 'cause');
  end if;
  return format(
    'select q.*, %1$s as walk_key from %6$s q where q.status = %2$L%3$s order by %1$s %4$s, q.id %4$s limit %5$s',
    walk_key, wanted, start, direction, at_most, source
  );
end
$$;

revoke execute on function post_queue.walk(jsonb, boolean, timestamptz, uuid, integer)
  from public, anon, authenticated;
grant execute on function post_queue.walk(jsonb, boolean, timestamptz, uuid, integer) to service_role;

-- schemas/settle/columns.sql

-- What becomes of each column of content_posts in a cross-post: copied from the original, or left to the database.
--
-- Gives one row a column, in the table's order:
--   column_name  as it is written in content_posts
--   copied       whether the cross-post gets the original's value (some of those are then set, see post_queue.compose)
--   reason       why not: 'generated' (the database computes it), 'identity', 'sequence' (its default calls nextval), or
--                'unique' (part of a unique or exclusion constraint or index)
--   index_name   that index
--   is_required  whether the column must not be null and has no default: then every item fails, unless a BEFORE INSERT
--                trigger fills it
--
-- Known columns (see post_queue.known_columns) are copied wherever they stand.
--
-- An index over the post's own id or its queue item never refuses a post, so it keeps nothing from being copied. What
-- stands only in an index's condition is copied: it may govern access. The columns in an index's expressions are read
-- from their parsed form, because pg_depend does not tell them from those in the condition.
create or replace function public.post_queue_columns()
returns table (column_name text, copied boolean, reason text, index_name text, is_required boolean)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
-- The catalog's tables are small and have the indexes for it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
  posts constant regclass := 'public.content_posts';
  -- Partitions may have indexes of their own.
  tables constant oid[] := posts::oid || array(select relid::oid from pg_partition_tree(posts));
begin
  return query
  with member as materialized (
    select k.attname, min(i.indexrelid) as indexrelid
    from pg_catalog.pg_index i
    join pg_catalog.pg_attribute k
      on k.attrelid = i.indrelid
      and k.attnum > 0
      and (
        k.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
        or i.indexprs::text like '%:varattno ' || k.attnum || ' %'
      )
    where i.indrelid = any (tables)
      and (
        i.indisexclusion
        or i.indisunique
          and not exists (
            select
            from pg_catalog.pg_attribute own
            where own.attrelid = i.indrelid
              and own.attname in ('id', 'queue_item_id')
              and own.attnum = any ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
          )
      )
    group by k.attname
  ),
  judged as materialized (
    select
      a.attnum,
      a.attname,
      a.atttypid,
      a.attnotnull,
      a.atthasdef,
      member.indexrelid,
      case
        when a.attgenerated <> '' then 'generated'
        when a.attname = any (post_queue.known_columns()) then null
        when a.attidentity <> '' then 'identity'
        when a.atthasdef and (
          select pg_get_expr(d.adbin, d.adrelid)
          from pg_catalog.pg_attrdef d
          where d.adrelid = a.attrelid and d.adnum = a.attnum
        ) ~ '\mnextval\(' then 'sequence'
        when member.indexrelid is not null then 'unique'
      end as reason
    from pg_catalog.pg_attribute a
    left join member on member.attname = a.attname
    where a.attrelid = posts and a.attnum > 0 and not a.attisdropped
  )
  select
    c.attname::text,
    c.reason is null,
    c.reason,
    case when c.reason = 'unique' then c.indexrelid::regclass::text end,
    c.reason = 'unique' and not c.atthasdef and (
      select (c.attnotnull or t.typnotnull) and t.typdefault is null
      from pg_catalog.pg_type t
      where t.oid = c.atttypid
    )
  from judged c
  order by c.attnum;
end
$$;

revoke execute on function public.post_queue_columns() from public, anon, authenticated;
grant execute on function public.post_queue_columns() to service_role;

-- schemas/settle/columns_to_copy.sql

-- The columns of content_posts that a cross-post gets from its original, as a list in SQL; null where that is all of
-- them. The settle asks once a call, so the plain table is told from others first: 20 µs in place of 200.
create or replace function post_queue.columns_to_copy()
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from pg_catalog.pg_attribute a
    where a.attrelid = 'public.content_posts'::regclass
      and a.attnum > 0
      and not a.attisdropped
      and (a.attgenerated <> '' or a.attname <> all (post_queue.known_columns()))
  ) then
    return null;
  end if;

  return (
    select
      case when not bool_and(c.copied) then string_agg(quote_ident(c.column_name), ', ') filter (where c.copied) end
    from public.post_queue_columns() as c
  );
end
$$;

revoke execute on function post_queue.columns_to_copy() from public, anon, authenticated;
grant execute on function post_queue.columns_to_copy() to service_role;

-- schemas/settle/compose.sql

-- The new post: the whole original, what governs access (price, is_ppv, is_subscriber_only and whatever comes to stand
-- beside them) with it, and a few columns laid over. What its creator wrote for this platform is the item's of this moment,
-- all of it, so that no post has an old title and a new caption.
--
-- A row is copied and its columns set, which takes 5 µs, where jsonb_populate_record takes 20. Settings of its own would
-- cost 7 µs a call, and it runs while triggers of others may: it names in full what is not the language's own.
create or replace function post_queue.compose(
  original public.content_posts, post_id uuid, queue_item_id uuid, cluster text, title text, caption text, hashtags text[],
  watermark boolean
)
returns public.content_posts
language plpgsql
stable
security invoker
as $$
declare
  post public.content_posts := original;
begin
  post.id := post_id;
  post.queue_item_id := queue_item_id;
  post.original_post_id := original.id;
  post.is_crosspost := true;
  post.cluster := cluster;
  post.title := coalesce(title, original.title);
  post.description := coalesce(caption, original.description);
  post.tags := coalesce(hashtags, original.tags);
  post.watermark_enabled := coalesce(watermark, false);
  post.status := 'published';
  post.moderation_status := 'pending';
  post.view_count := 0;
  post.like_count := 0;
  post.comment_count := 0;
  post.share_count := 0;
  post.scheduled_at := null;
  post.published_at := pg_catalog.now();
  post.created_at := pg_catalog.now();
  post.updated_at := pg_catalog.now();
  post.deleted_at := null;
  return post;
end
$$;

revoke execute on function post_queue.compose(public.content_posts, uuid, uuid, text, text, text, text[], boolean)
  from public, anon, authenticated;
grant execute on function post_queue.compose(public.content_posts, uuid, uuid, text, text, text, text[], boolean) to service_role;

-- schemas/settle/finish.sql

-- The settle's last step: marks the items as what was decided, and records those that were posted in the history and the
-- tries of the others in post_queue.tries.
--
--   verdicts  of post_queue.judge, after post_queue.insert_posts
--
-- Gives one result for each, as post_queue_settle answers. Raises triggered_action_exception where a trigger keeps a row
-- from being written: an item is posted, marked and recorded, or none of it happened.
--
-- json, not jsonb: the text is written once, where jsonb builds a tree first.
--
-- claim_id and processing_started_at stay: together they say that it was this claim that settled the item.
create or replace function post_queue.finish(verdicts post_queue.verdict[])
returns json
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  results json;
  marked_rows integer;
  to_record integer;
  recorded_rows integer;
begin
  with marked as (
    update public.multiplatform_post_queue q
    set
      status = case v.outcome when 'posted' then 'posted' when 'failed' then 'failed' else 'queued' end
        ::public.platform_post_status,
      target_post_id = case when v.outcome = 'posted' then v.post_id else q.target_post_id end,
      completed_at = case when v.outcome = 'posted' then now() else q.completed_at end,
      failed_at = case when v.outcome = 'failed' then now() else q.failed_at end,
      error_message = v.error,
      retry_count = case when v.outcome = 'retried' then greatest(q.retry_count, 0) + 1 else q.retry_count end,
      -- Not before a schedule that its creator set meanwhile.
      scheduled_for = case when v.outcome = 'retried' then greatest(v.retry_at, q.scheduled_for) else q.scheduled_for end,
      updated_at = now()
    from unnest(verdicts) as v
    where q.ctid = any (array(select item.item_address from unnest(verdicts) as item))
      and q.ctid = v.item_address
      and q.tableoid = v.item_table
      and (select post_queue.triggers_path()) is not null
    returning
      q.id, q.original_post_id, q.creator_id, q.target_platform, q.retry_count, v.outcome, v.error, v.post_id,
      v.post_exists, v.retry_at, v.time_to_post_seconds, q.claim_id, q.processing_started_at
  ),
  tried as (
    insert into post_queue.tries (item_id, claim_id, target_platform, started_at, outcome, error, retry_at)
    select
      id, claim_id, left(target_platform, 100), processing_started_at, outcome, left(error, 2000),
      case when outcome = 'retried' then retry_at end
    from marked
    where outcome <> 'posted'
  ),
  recorded as (
    insert into public.multiplatform_post_history (
      original_post_id, creator_id, target_platform, target_post_id, time_to_post_seconds, posted_at
    )
    select original_post_id, creator_id, target_platform, post_id, time_to_post_seconds, now()
    from marked
    where outcome = 'posted' and not post_exists
    returning 1
  )
  select
    coalesce(
      json_agg(
        json_build_object(
          'item_id', id,
          'outcome', outcome,
          'target_post_id', case when outcome = 'posted' then post_id end,
          'error', error,
          'retry_count', retry_count,
          'retry_at', case when outcome = 'retried' then retry_at end,
          'time_to_post_seconds', case when outcome = 'posted' then time_to_post_seconds end
        )
        order by id
      ),
      '[]'
    ),
    count(*),
    count(*) filter (where outcome = 'posted' and not post_exists),
    (select count(*) from recorded)
  into results, marked_rows, to_record, recorded_rows
  from marked;
  perform post_queue.own_path();

  if marked_rows <> cardinality(verdicts) then
    raise exception 'a trigger on multiplatform_post_queue suppresses the update that settles the item'
      using errcode = 'triggered_action_exception';
  end if;
  if recorded_rows <> to_record then
    raise exception 'a trigger on multiplatform_post_history suppresses the row that records the post'
      using errcode = 'triggered_action_exception';
  end if;
  return results;
end
$$;

revoke execute on function post_queue.finish(post_queue.verdict[]) from public, anon, authenticated;
grant execute on function post_queue.finish(post_queue.verdict[]) to service_role;

-- schemas/settle/forget_tries.sql

-- Takes the tries of a deleted item away, whoever deleted it: the prune, or the cascade of its original or creator. Whoever
-- may delete items need not be able to see the tries, so it runs as its owner.
create or replace function public.post_queue_forget_tries()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from post_queue.tries t where t.item_id = old.id;
  return null;
end
$$;

revoke execute on function public.post_queue_forget_tries() from public, anon, authenticated;

-- schemas/settle/insert_error.sql

-- Says why the post of an item was refused, and what to do where that is known.
--
--   item_id      the item
--   state        the SQLSTATE of the refusal
--   message      its message
--   schema_name, table_name, column_name  what it names, empty where it names none
create or replace function post_queue.insert_error(
  item_id uuid, state text, message text, schema_name text, table_name text, column_name text
)
returns text
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  posts constant regclass := 'public.content_posts';
  refused_by constant regclass := to_regclass(format('%I.%I', schema_name, table_name));
  advice text;
begin
  -- A trigger may have written elsewhere.
  if refused_by = posts or refused_by in (select relid from pg_partition_tree(posts)) then
    case
      when state = '23502' then
        select format('it stands in unique index %s, so the original''s value is not copied; '
          'give it a default, or a BEFORE INSERT trigger that fills it', c.index_name)
        into advice
        from public.post_queue_columns() as c
        where c.column_name = column_name and c.reason = 'unique';

      when state in ('23505', '23P01') then
        select format('post %s, which is not this item''s, carries its id in queue_item_id; '
          'set that to null, and queue the item again', p.id)
        into advice
        from public.content_posts p
        where p.queue_item_id = item_id;

        advice := coalesce(
          advice,
          'let the index leave cross-posts out (where not is_crosspost), '
            'or give its columns a default that differs each time'
        );
      else
        null;
    end case;
  end if;
  return format('%s (SQLSTATE %s)%s', message, state, ': ' || advice);
end
$$;

revoke execute on function post_queue.insert_error(uuid, text, text, text, text, text)
  from public, anon, authenticated;
grant execute on function post_queue.insert_error(uuid, text, text, text, text, text) to service_role;

-- schemas/settle/insert_posts.sql

-- The settle's second step: inserts the new posts of what is decided to be posted. All in one statement, or, where a row
-- is refused, in ten parts, and so on down to the bad row by itself.
--
--   verdicts  of post_queue.judge
--   columns   the columns to copy, as a list in SQL; null: all of them
--
-- Gives the verdicts back, those of bad rows changed to why.
create or replace function post_queue.insert_posts(verdicts post_queue.verdict[], columns text)
returns post_queue.verdict[]
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  part_size constant integer := ceil(cardinality(verdicts) / 10.0);
  parts post_queue.verdict[] := '{}';
  wanted integer;
  inserted integer;
  refused_schema text;
  refused_table text;
  refused_column text;
begin
  if columns is null then
    insert into public.content_posts
    select post.* from post_queue.new_posts(verdicts) as post where (select post_queue.triggers_path()) is not null;
  else
    execute format(
      'insert into public.content_posts (%1$s) select %1$s from post_queue.new_posts($1) as post
       where (select post_queue.triggers_path()) is not null', columns
    ) using verdicts;
  end if;

  get diagnostics inserted = row_count;
  perform post_queue.own_path();
  select count(*) into wanted from unnest(verdicts) as v where v.outcome = 'posted' and not v.post_exists;
  if inserted <> wanted then
    raise exception 'the post was not inserted: its original changed meanwhile, or a trigger on content_posts suppresses it'
      using errcode = 'triggered_action_exception';
  end if;
  return verdicts;
exception
  when others then
    if cardinality(verdicts) = 1 then
      if post_queue.is_environment(sqlstate) then
        -- Only another transaction can mend that: the caller is told so.
        if left(sqlstate, 2) = '40' then
          raise;
        end if;
        verdicts[1].outcome := 'unsettled';
        verdicts[1].error := format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
        return verdicts;
      end if;
      -- Class 22, bad data, and class 23, a constraint, cannot pass. Anything else may.
      if left(sqlstate, 2) in ('22', '23') or verdicts[1].retry_at is null then
        verdicts[1].outcome := 'failed';
      else
        verdicts[1].outcome := 'retried';
      end if;
      get stacked diagnostics
        refused_schema = schema_name, refused_table = table_name, refused_column = column_name;
      verdicts[1].error := post_queue.insert_error(
        verdicts[1].item_id, sqlstate, sqlerrm, refused_schema, refused_table, refused_column
      );
      return verdicts;
    end if;
    for part_start in 1..cardinality(verdicts) by part_size loop
      parts := parts || post_queue.insert_posts(verdicts[part_start:part_start + part_size - 1], columns);
    end loop;
    return parts;
end
$$;

revoke execute on function post_queue.insert_posts(post_queue.verdict[], text)
  from public, anon, authenticated;
grant execute on function post_queue.insert_posts(post_queue.verdict[], text) to service_role;

-- schemas/settle/is_environment.sql

-- Whether an error is the environment's, and so is charged to no item: the server's memory, disk, limits or stop, its own
-- faults, and what only transactions stricter than read committed meet. Under read committed a serialization failure or a
-- deadlock of a single insertion is raised by what hangs on it.
create or replace function post_queue.is_environment(state text)
returns boolean
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select left(state, 2) in ('53', '54', '57', '58', 'XX')
    or left(state, 2) = '40' and current_setting('transaction_isolation') <> 'read committed'
    or state = '25006'
$$;

revoke execute on function post_queue.is_environment(text) from public, anon, authenticated;
grant execute on function post_queue.is_environment(text) to service_role;

-- schemas/settle/judge.sql

-- The settle's first step: locks the items that the claim still holds, and decides what becomes of each.
--
--   claim_id, outcomes  as in post_queue_settle
--
-- Gives a verdict for each item that is held. The others are lost, locked, or were settled before: post_queue.not_held
-- answers for them.
--
-- The planner cannot know how many items a claim holds, and may expect one: it would join by nested loops, whose cost
-- grows with the square of the batch, or read whole tables. So every table is read by a list of keys or places,
-- whatever its size and statistics, and what was read is joined by hashing. Costs mean nothing then, and must not set off
-- the JIT compiler.
create or replace function post_queue.judge(claim_id uuid, outcomes jsonb)
returns post_queue.verdict[]
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
  usual_lock_timeout constant text := current_setting('lock_timeout');
  verdicts post_queue.verdict[];
begin
  -- "skip locked" has a gap: an original or a creator that a transaction still open has changed and then deleted or
  -- locked is waited for all the same. That transaction may come to wait for our queue rows, so the wait ends before
  -- anybody looks for a deadlock (deadlock_timeout, 1 s by default).
  perform set_config('lock_timeout', '100ms', true);
  with outcome as materialized (
    select distinct on (o.item_id) o.*
    from jsonb_to_recordset(outcomes) as o (
      item_id uuid, cluster text, refusal text, obstacle text, retry_in_seconds numeric
    )
    order by o.item_id
  ),
  held as materialized (
    select q.tableoid as item_table, q.ctid as address, q.id, q.creator_id, q.original_post_id, q.queued_at
    from public.multiplatform_post_queue q
    where q.id = any (array(select outcome.item_id from outcome))
      -- A case, so that the planner looks for no index but that of the ids.
      and case when q.claim_id = this_claim and q.status = 'processing' then true end
    for no key update of q skip locked
  ),
  -- What is to fail or to wait needs no original, which may be what hinders it.
  to_post as materialized (
    select held.creator_id, held.original_post_id
    from held
    join outcome on outcome.item_id = held.id
    where outcome.refusal is null and outcome.obstacle is null
  ),
  -- Foreign keys lock these rows anyway, but would wait for whoever deletes them, who waits for our queue rows.
  creator as materialized (
    select c.id
    from public.creators c
    where c.id = any (array(select distinct to_post.creator_id from to_post))
    for key share skip locked
  ),
  -- The app refused what it saw at the claim. The same rules stand here for what has changed since.
  original as materialized (
    select
      p.id,
      p.creator_id,
      case
        when p.is_crosspost then 'The original post is itself a cross-post.'
        when p.deleted_at is not null then 'The original post is deleted.'
        when p.status in ('deleted', 'archived', 'private') then format('The original post is %s.', p.status)
        when p.moderation_status = 'rejected' then 'The original post was rejected by moderation.'
      end as refusal
    from public.content_posts p
    where p.id = any (array(select distinct to_post.original_post_id from to_post))
    for key share skip locked
  ),
  -- An item that was posted and then queued again by hand is marked as what it is. Only its creator's own post can be
  -- its post: whoever may write content_posts may write any queue_item_id there.
  existing as materialized (
    select distinct on (p.queue_item_id, p.creator_id) p.queue_item_id, p.creator_id, p.id
    from public.content_posts p
    where p.queue_item_id = any (array(select held.id from held))
  ),
  judged as materialized (
    select
      held.*,
      outcome.cluster,
      outcome.retry_in_seconds,
      existing.id as existing_post_id,
      case
        when existing.id is not null then null
        when outcome.refusal is not null then outcome.refusal
        when outcome.obstacle is not null then null
        when creator.id is null
          and not exists (select from public.creators c where c.id = held.creator_id)
          then 'The creator is gone.'
        when original.id is null
          and not exists (select from public.content_posts p where p.id = held.original_post_id)
          then 'The original post is gone.'
        when original.creator_id <> held.creator_id
          then 'The item''s creator is not the creator of the original post.'
        else original.refusal
      end as refusal,
      case
        when existing.id is not null then null
        when outcome.obstacle is not null then outcome.obstacle
        when creator.id is null then 'The creator is locked by another transaction.'
        when original.id is null then 'The original post is locked by another transaction.'
      end as obstacle
    from held
    join outcome on outcome.item_id = held.id
    left join creator on creator.id = held.creator_id
    left join original on original.id = held.original_post_id
    left join existing on existing.queue_item_id = held.id and existing.creator_id = held.creator_id
  )
  select array_agg(
    row(
      id,
      item_table,
      address,
      original_post_id,
      cluster,
      case
        when refusal is null and obstacle is null then 'posted'
        when refusal is null and retry_in_seconds is not null then 'retried'
        else 'failed'
      end,
      coalesce(refusal, obstacle),
      coalesce(existing_post_id, public.uuid_v7()),
      existing_post_id is not null,
      -- A delay is never over 24 hours, nor in the past.
      case
        when retry_in_seconds is not null
          then now() + make_interval(secs => least(greatest(retry_in_seconds, 0), 86400))
      end,
      -- queued_at may be at either end of what a timestamp can be.
      case
        when isfinite(queued_at)
          then least(greatest(extract(epoch from now() - queued_at), 0), 2147483647)::integer
      end
    )::post_queue.verdict
  )
  into verdicts
  from judged;
  perform set_config('lock_timeout', usual_lock_timeout, true);
  return coalesce(verdicts, '{}');
end
$$;

revoke execute on function post_queue.judge(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.judge(uuid, jsonb) to service_role;

-- schemas/settle/known_columns.sql

-- The columns of content_posts that this repository sets, or that carry the content or govern access. A cross-post gets
-- them wherever they stand, in a unique index too: a paid post must not become free because somebody made an index over
-- its price, and a post without its file is worse than none. An item that such an index refuses fails alone.
--
-- A constant to the planner. Settings of its own would make it a call: it names nothing but built-in things.
create or replace function post_queue.known_columns()
returns name[]
language sql
immutable
security invoker
as $$
  select array[
    'id', 'creator_id', 'cluster', 'title', 'description', 'content_type', 'content_url', 'thumbnail_url', 'price',
    'is_ppv', 'is_subscriber_only', 'status', 'moderation_status', 'view_count', 'like_count', 'comment_count',
    'share_count', 'duration', 'file_size', 'tags', 'adult_content', 'scheduled_at', 'published_at', 'created_at',
    'updated_at', 'deleted_at', 'is_crosspost', 'original_post_id', 'watermark_enabled', 'queue_item_id'
  ]::name[]
$$;

revoke execute on function post_queue.known_columns() from public, anon, authenticated;
grant execute on function post_queue.known_columns() to service_role;

-- schemas/settle/new_posts.sql

-- The posts of what is decided to be posted, each composed from its original and its item (see post_queue.compose).
--
-- The planner puts this in the place of its call, so that no post is copied on its way. Settings of its own would forbid
-- that: it names what it uses in full, and its caller pins the planner's.
create or replace function post_queue.new_posts(verdicts post_queue.verdict[])
returns setof public.content_posts
language sql
stable
security invoker
as $$
  select post.*
  from unnest(verdicts) as v
  join public.multiplatform_post_queue q
    on q.ctid = v.item_address
    and q.tableoid = v.item_table
    and q.ctid = any (array(select item.item_address from unnest(verdicts) as item))
  join public.content_posts original
    on original.id = v.original_post_id
    and original.id = any (array(select distinct item.original_post_id from unnest(verdicts) as item))
    -- Once more, because the original may have changed since the decision.
    and original.creator_id = q.creator_id
  cross join lateral post_queue.compose(
    original, v.post_id, v.item_id, v.cluster, q.modified_title, q.modified_caption, q.modified_hashtags, q.add_platform_watermark
  ) as post
  where v.outcome = 'posted' and not v.post_exists
$$;

revoke execute on function post_queue.new_posts(post_queue.verdict[]) from public, anon, authenticated;
grant execute on function post_queue.new_posts(post_queue.verdict[]) to service_role;

-- schemas/settle/not_held.sql

-- Answers for the outcomes of a settle whose items it did not find in hand: settled before by this very claim (then the
-- answer is the same again), lost, or locked by another transaction.
--
--   claim_id, outcomes  as in post_queue_settle
--   results             those of the items that were held
--
-- A reset by hand with the document's UPDATE keeps claim_id but clears the start time, so it reads as lost.
create or replace function post_queue.not_held(claim_id uuid, outcomes jsonb, results jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  this_claim constant uuid := claim_id;
begin
  return (
    select coalesce(
      jsonb_agg(
        case
          when q.claim_id is distinct from this_claim
            then jsonb_build_object('item_id', missing.item_id, 'outcome', 'lost')
          when q.status = 'processing'
            then jsonb_build_object('item_id', missing.item_id, 'outcome', 'unsettled')
          when q.status in ('posted', 'failed') or (q.status = 'queued' and q.processing_started_at is not null)
            then jsonb_build_object(
              'item_id', q.id,
              'outcome', case q.status when 'queued' then 'retried' else q.status::text end,
              'target_post_id', case when q.status = 'posted' then q.target_post_id end,
              'error', q.error_message,
              'retry_count', q.retry_count,
              -- Somebody may have moved it since, beyond what ISO 8601 can say.
              'retry_at', case
                when q.status = 'queued' and q.scheduled_for between '0001-01-01Z' and '9999-12-31Z'
                  then q.scheduled_for
              end,
              'time_to_post_seconds', case
                when q.status = 'posted' and isfinite(q.queued_at)
                  then least(greatest(extract(epoch from q.completed_at - q.queued_at), 0), 2147483647)::integer
              end
            )
          else jsonb_build_object('item_id', missing.item_id, 'outcome', 'lost')
        end
        order by missing.item_id
      ),
      '[]'
    )
    from (
      select (o ->> 'item_id')::uuid as item_id from jsonb_array_elements(outcomes) as o
      except
      select (r ->> 'item_id')::uuid from jsonb_array_elements(results) as r
    ) as missing
    left join public.multiplatform_post_queue q on q.id = missing.item_id
  );
end
$$;

revoke execute on function post_queue.not_held(uuid, jsonb, jsonb) from public, anon, authenticated;
grant execute on function post_queue.not_held(uuid, jsonb, jsonb) to service_role;

-- schemas/settle/own_path.sql

-- Goes back to the search_path that the app's functions have: see post_queue.triggers_path.
create or replace function post_queue.own_path()
returns text
language sql
volatile
security invoker
as $$
  select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)
$$;

revoke execute on function post_queue.own_path() from public, anon, authenticated;
grant execute on function post_queue.own_path() to service_role;

-- schemas/settle/settle.sql

-- Ends claimed items: posted, retried later, or failed. An item is posted, marked and recorded in one transaction, or
-- none of it happened.
--
--   claim_id  the claim under which the items were taken
--   outcomes  [{"item_id", "cluster", "refusal", "obstacle", "retry_in_seconds"}, ...]
--             cluster           the platform that the post is for
--             refusal           why the item may not be posted: it fails at once
--             obstacle          why it could not be posted now: without a look at its original it is tried again, or
--                               fails when retries are used up
--             retry_in_seconds  how long to wait after a failure that may pass; null: no retry is left
--
-- Gives one result for each item: {"item_id", "outcome", "target_post_id", "error", "retry_count", "retry_at",
-- "time_to_post_seconds"}, with outcome one of
--   posted, retried, failed
--   lost       the claim was taken away (reset, rescued, cancelled, deleted); nothing was done
--   unsettled  still in hand, because another transaction has its row locked, because the database refuses what would end
--              it, or because the environment failed ("error" says why); claim and settle again. "sqlstate" is of class 40
--              where it met what another transaction changed: then it may succeed at once
--
-- Only items still held under the claim are touched. Repeating the call changes nothing and answers the same.
-- No row is waited for, or for 100 ms at a time (see post_queue.judge), so no deadlock can arise, and no serialization
-- failure leaves it: PostgREST would repeat such a transaction without limit.
create or replace function public.post_queue_settle(claim_id uuid, outcomes jsonb)
returns json
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  results jsonb := '[]';
  outcome jsonb;
begin
  if claim_id is null or jsonb_typeof(outcomes) is distinct from 'array' then
    raise exception 'post_queue_settle needs a claim_id and an array of outcomes'
      using errcode = 'invalid_parameter_value';
  end if;

  -- A repetition that overtakes the first call waits for it here, instead of finding its rows locked.
  perform pg_advisory_xact_lock(hashtextextended(claim_id::text, 0));

  -- See post_queue_skip_crossposts.
  perform set_config('post_queue.settling', 'on', true);

  -- Tables are waited for as ever, where a migration holds them.
  lock table public.multiplatform_post_queue, public.creators, public.content_posts in row share mode;

  begin
    return post_queue.settle_outcomes(claim_id, outcomes);
  exception
    when others then
      -- Refused as a whole. Item by item below, so that the bad row fails alone.
  end;

  for outcome in select value from jsonb_array_elements(outcomes) loop
    results := results || post_queue.settle_alone(claim_id, outcome);
  end loop;
  return results;
end
$$;

revoke execute on function public.post_queue_settle(uuid, jsonb) from public, anon, authenticated;
grant execute on function public.post_queue_settle(uuid, jsonb) to service_role;

-- schemas/settle/settle_alone.sql

-- Settles one item of a batch that was refused as a whole. What hinders it becomes its error: it fails or is tried again.
-- Where not even that can be written down, it is left as it is, unsettled, and the result says why.
--
--   claim_id  as in post_queue_settle
--   outcome   one of its outcomes
create or replace function post_queue.settle_alone(claim_id uuid, outcome jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  reason text;
  is_final boolean;
begin
  begin
    return post_queue.settle_outcomes(claim_id, jsonb_build_array(outcome))::jsonb;
  exception
    when lock_not_available then
      reason := 'The original post or its creator is locked by another transaction.';
      is_final := false;
    when others then
      if post_queue.is_environment(sqlstate) then
        raise;
      end if;
      reason := format('%s (SQLSTATE %s)', sqlerrm, sqlstate);
      -- Class 22, bad data, and class 23, a constraint, cannot pass. Anything else may.
      is_final := left(sqlstate, 2) in ('22', '23');
  end;

  return post_queue.settle_outcomes(
    claim_id,
    jsonb_build_array(
      jsonb_build_object(
        'item_id', outcome -> 'item_id',
        case when is_final then 'refusal' else 'obstacle' end, reason,
        'retry_in_seconds', outcome -> 'retry_in_seconds'
      )
    )
  )::jsonb;
exception
  when others then
    return jsonb_build_array(
      jsonb_build_object(
        'item_id', outcome -> 'item_id',
        'outcome', 'unsettled',
        'error', format('%s (SQLSTATE %s)', sqlerrm, sqlstate),
        'sqlstate', sqlstate
      )
    );
end
$$;

revoke execute on function post_queue.settle_alone(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.settle_alone(uuid, jsonb) to service_role;

-- schemas/settle/settle_outcomes.sql

-- The set-based part of the settle: all outcomes together, all or none. See post_queue_settle for what they are.
create or replace function post_queue.settle_outcomes(claim_id uuid, outcomes jsonb)
returns json
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
declare
  verdicts post_queue.verdict[];
  finished json;
  results jsonb;
begin
  verdicts := post_queue.judge(claim_id, outcomes);
  verdicts := post_queue.insert_posts(verdicts, post_queue.columns_to_copy());
  -- What the environment kept from being inserted stays in hand, with no try charged.
  results := (
    select jsonb_agg(
      jsonb_build_object('item_id', v.item_id, 'outcome', 'unsettled', 'error', v.error) order by v.item_id
    )
    from unnest(verdicts) as v
    where v.outcome = 'unsettled'
  );
  if results is not null then
    verdicts := array(select v from unnest(verdicts) as v where v.outcome <> 'unsettled');
  end if;
  finished := post_queue.finish(verdicts);
  -- Deferred constraints and triggers speak up now, not when the transaction ends, where nobody could tell which item it
  -- was and all would be undone.
  set constraints all immediate;

  if cardinality(verdicts) = jsonb_array_length(outcomes) then
    return finished;
  end if;
  results := finished::jsonb || coalesce(results, '[]');
  return results || post_queue.not_held(claim_id, outcomes, results);
end
$$;

revoke execute on function post_queue.settle_outcomes(uuid, jsonb) from public, anon, authenticated;
grant execute on function post_queue.settle_outcomes(uuid, jsonb) to service_role;

-- schemas/settle/skip_crossposts.sql

-- Closes the loop of cross-posts: while a settle writes a post, no item for a cross-post enters the queue, whichever
-- trigger on content_posts would queue it, under whatever name, and also when the transaction ends.
--
-- post_queue_settle says in the setting post_queue.settling, which ends with its transaction, that it is at work. So
-- whoever else queues an item pays for no more than a look at a setting, and an item that somebody queues for a
-- cross-post by hand is not dropped without a word: it fails with a sentence.
create or replace function public.post_queue_skip_crossposts()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $$
begin
  -- An original that cannot be seen yet is the post that is being inserted.
  if exists (select from public.content_posts p where p.id = new.original_post_id and not p.is_crosspost) then
    return new;
  end if;
  return null;
end
$$;

revoke execute on function public.post_queue_skip_crossposts() from public, anon, authenticated;

-- schemas/settle/triggers_path.sql

-- Gives the rest of a statement the search_path that triggers of others expect: they may name their tables without a schema. A
-- statement's own names are resolved when it is planned, under the path of the function that it stands in; its triggers
-- run when it is executed. So a statement that writes production's tables asks for this in its condition,
--
--   (select post_queue.triggers_path()) is not null
--
-- which is evaluated before its first row, and its function goes back with post_queue.own_path() right after. Like that no
-- object that somebody puts into public or extensions, such as a format(text, integer), is ever taken for a built-in one.
create or replace function post_queue.triggers_path()
returns text
language sql
volatile
security invoker
as $$
  select pg_catalog.set_config('search_path', 'public, extensions', true)
$$;

revoke execute on function post_queue.triggers_path() from public, anon, authenticated;
grant execute on function post_queue.triggers_path() to service_role;

-- schemas/bindings/01_missing_indexes.sql

-- Which indexes are missing, looked up before anything is locked. Writers wait while an index is built here, so of a large table
-- the migration builds none, and refuses as a whole: they are to be built beforehand.
drop table if exists pg_temp.post_queue_missing_indexes;
create temporary table post_queue_missing_indexes as select * from post_queue.missing_indexes();

do $$
declare
  lacking text;
begin
  select string_agg(format('%s on %s (about %s rows)', m.name, m.table_name, m.row_count), ', ')
  into lacking
  from pg_temp.post_queue_missing_indexes m
  where m.is_large and m.beforehand is not null;
  if lacking is not null then
    raise exception 'writers would wait while this migration builds %: build them first, nothing was changed', lacking
      using
        errcode = 'object_not_in_prerequisite_state',
        hint = '"FanzQueueFunctions.Standalone check --before-migration" prints the statements.';
  end if;
end
$$;

-- schemas/bindings/02_locks.sql

-- All of production's tables that the steps from here on change, locked at once, and as late as can be: everything before takes
-- no lock that anybody waits for, and everything after is quick.
--
-- Others take the tables in another order: who makes a post queues its items, who settles an item makes its post. Whoever
-- waited here with a table in hand would wait for them, and they for it. So no lock is waited for longer than 20 ms; then all
-- are let go, and asked for again. Whoever writes waits no longer than that, however long a transaction others have open.
do $$
declare
  usual constant text := current_setting('lock_timeout');
  gives_up_at constant timestamptz := clock_timestamp() + interval '1 minute';
begin
  perform set_config('lock_timeout', '20ms', true);
  loop
    begin
      lock table
        public.content_posts, public.multiplatform_post_queue, public.multiplatform_post_history,
        public.creator_multiplatform_settings
      in access exclusive mode;
      exit;
    exception
      when lock_not_available or deadlock_detected then
        if clock_timestamp() > gives_up_at then
          raise exception 'somebody has had a transaction open on these tables for a minute: nothing was changed'
            using
              errcode = 'lock_not_available',
              hint = 'pg_stat_activity says who, by xact_start. End it, or wait for its end, and push again.';
        end if;
    end;
    perform pg_sleep(0.05 + 0.1 * random());
  end loop;
  perform set_config('lock_timeout', usual, true);
end
$$;

-- schemas/bindings/03_queue.sql

-- The columns that the queue needs beyond production's.
alter table public.multiplatform_post_queue
  add column if not exists claim_id uuid,
  add column if not exists rescue_count integer not null default 0;

comment on column public.multiplatform_post_queue.claim_id is
  'The run that took the item last. Kept when the item is settled, so that a repeated settle answers the same.';
comment on column public.multiplatform_post_queue.rescue_count is
  'How often the item was freed because its worker was gone.';

-- schemas/bindings/04_posts.sql

-- The columns that content_posts needs beyond production's.
alter table public.content_posts
  add column if not exists is_crosspost boolean not null default false,
  add column if not exists original_post_id uuid,
  add column if not exists watermark_enabled boolean not null default false,
  add column if not exists queue_item_id uuid;

comment on column public.content_posts.queue_item_id is
  'The queue item that made this cross-post. Unique: a second wall against a double post.';

-- schemas/bindings/05_indexes.sql

-- Builds the indexes that were found missing: see post_queue.needed_indexes.
do $$
declare
  missing record;
begin
  for missing in select * from pg_temp.post_queue_missing_indexes loop
    if missing.broken is not null then
      execute format('drop index %s', missing.broken);
    end if;
    execute missing.build;
  end loop;
end
$$;

drop table pg_temp.post_queue_missing_indexes;

-- schemas/bindings/06_row_security.sql

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

-- schemas/bindings/07_queue_storage.sql

-- Vacuums the queue early, or each of its partitions (a partitioned table has no storage parameters itself; partitions that
-- are added later need the same). Each item leaves two dead rows, and their entries at the front of the due index are read
-- by every claim until a vacuum takes them away: with 640,000 of them a claim takes twice its time (docs/performance.md).
-- By default a vacuum waits until a fifth of the table is dead. Settings that somebody made are kept.
do $$
declare
  wanted record;
begin
  for wanted in
    select part.relid as queue_part, parameter.name, parameter.setting
    from (
      select 'public.multiplatform_post_queue'::regclass as relid, c.relkind = 'r' as isleaf
      from pg_class c
      where c.oid = 'public.multiplatform_post_queue'::regclass
      union all
      select tree.relid, tree.isleaf
      from pg_partition_tree('public.multiplatform_post_queue') as tree
      where tree.level > 0
    ) as part
    cross join (values
      ('autovacuum_vacuum_threshold', '10000'),
      ('autovacuum_vacuum_scale_factor', '0.01')
    ) as parameter (name, setting)
    where part.isleaf
      and not exists (
        select
        from pg_class c
        cross join pg_options_to_table(c.reloptions) as present
        where c.oid = part.relid and present.option_name = parameter.name
      )
    order by part.relid, parameter.name
  loop
    execute format('alter table %s set (%s = %s)', wanted.queue_part, wanted.name, wanted.setting);
  end loop;
end
$$;

-- schemas/bindings/10_ids.sql

-- New rows of the app's own tables, and of queue and history, get ids in the order of time (see uuid_v7).
alter table post_queue.tries alter column id set default public.uuid_v7();
alter table post_queue.pauses alter column id set default public.uuid_v7();
alter table post_queue.actions alter column id set default public.uuid_v7();

-- Where production chose another default than one of the two known random ones, that stays: check says what it costs.
do $$
declare
  random_id record;
begin
  for random_id in
    select d.adrelid::regclass as table_name
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid in ('public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass)
      and a.attname = 'id'
      -- The second in whatever schema its extension is in.
      and pg_get_expr(d.adbin, d.adrelid) ~ '^(gen_random_uuid|(("[^"]+"|[a-z_0-9]+)\.)?uuid_generate_v4)\(\)$'
  loop
    execute format('alter table %s alter column id set default public.uuid_v7()', random_id.table_name);
  end loop;
end
$$;

-- schemas/bindings/30_triggers.sql

-- What runs where rows of the queue come and go; see the functions.
create or replace trigger post_queue_skip_crossposts
  before insert on public.multiplatform_post_queue
  for each row
  when (pg_catalog.current_setting('post_queue.settling', true) = 'on')
  execute function public.post_queue_skip_crossposts();

create or replace trigger post_queue_forget_tries
  after delete on public.multiplatform_post_queue
  for each row execute function public.post_queue_forget_tries();

create or replace trigger post_queue_wake
  after insert on public.multiplatform_post_queue
  referencing new table as new_items
  for each statement execute function public.post_queue_wake();

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

-- schemas/bindings/40_guards.sql

-- What only the worker may write is guarded in the database, for whomever row-level security applies to. The condition is
-- looked at before the function is called, so the worker pays for no more than that; by the table's oid, so that no row looks a
-- name up.
create or replace trigger post_queue_guard
  after insert or update on public.multiplatform_post_queue
  for each row
  when (pg_catalog.row_security_active('public.multiplatform_post_queue'::pg_catalog.regclass))
  execute function public.post_queue_guard_item();

-- content_posts has no row-level security of ours: whoever bypasses it on the queue is the worker or the owner here, too.
create or replace trigger post_queue_guard
  after insert or update on public.content_posts
  for each row
  when (pg_catalog.row_security_active('public.multiplatform_post_queue'::pg_catalog.regclass))
  execute function public.post_queue_guard_post();

-- schemas/bindings/90_objects.sql

-- What this release is made of, read from the catalog when all of it is there: post_queue_check compares it with what it
-- finds. A function and not rows, so that a restore of data alone finds no row in its way.
do $$
declare
  usual_path constant text := current_setting('search_path');
  objects jsonb;
begin
  -- So that every name is written in full.
  perform set_config('search_path', 'pg_catalog, pg_temp', true);
  select jsonb_agg(jsonb_build_array(object.kind, object.name, object.digest) order by object.kind, object.name)
  into objects
  from (
    select 'function' as kind, p.oid::regprocedure::text as name, post_queue.digest(p) as digest
    from pg_proc p
    where (
        p.pronamespace = 'post_queue'::regnamespace
        or p.pronamespace = 'public'::regnamespace
          and (p.proname like 'post\_queue\_%' or p.proname in ('uuid_v7', 'error_cause'))
      )
      -- The version has a part of the check to itself.
      and p.proname not in ('objects', 'post_queue_version')
    union all
    -- Those that other parts of the check look at are not here.
    select 'trigger', t.tgname || ' on ' || t.tgrelid::regclass, null
    from pg_trigger t
    where not t.tgisinternal
      and t.tgname in ('post_queue_forget_tries', 'post_queue_wake')
      and t.tgrelid = 'public.multiplatform_post_queue'::regclass
    union all
    select 'foreign key', c.conname || ' on ' || c.conrelid::regclass, null
    from pg_constraint c
    where c.contype = 'f'
      and c.conrelid in (
        'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
        'public.content_posts'::regclass
      )
    union all
    select 'row-level security', c.oid::regclass::text, null
    from pg_class c
    where c.relrowsecurity
      and c.relkind in ('r', 'p')
      and (
        c.relnamespace = 'post_queue'::regnamespace
        or c.oid in (
          'public.multiplatform_post_queue'::regclass, 'public.multiplatform_post_history'::regclass,
          'public.creator_multiplatform_settings'::regclass
        )
      )
  ) as object;
  perform set_config('search_path', usual_path, true);

  execute format(
    'create or replace function post_queue.objects() returns jsonb language sql immutable security invoker
     set search_path = pg_catalog, pg_temp as %L',
    format('select %L::jsonb', objects)
  );
end
$$;

revoke execute on function post_queue.objects() from public, anon, authenticated;
grant execute on function post_queue.objects() to service_role;

reset check_function_bodies;

-- The REST API looks at the functions again.
notify pgrst, 'reload schema';
