-- {items} queue items of 90 days and the history of those that were posted: 97 % posted, 2 % failed of five causes, 0.1 %
-- cancelled, 1 % queued, of 1,000 creators and 100,000 originals on 50 platforms. On a migrated, empty database. Ten million
-- take some minutes and 8 GB.
set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '512MB';

insert into creators (id, creator_name)
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Creator ' || n from generate_series(1, 1000) n;

insert into content_posts (id, creator_id, cluster, title, content_type, status)
select
  ('00000001-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
  ('00000000-0000-4000-8000-' || lpad((1 + n % 1000)::text, 12, '0'))::uuid,
  'boyfanz', 'Title number ' || n, 'video', 'published'
from generate_series(1, 100000) n;

-- The indexes are built when the rows are there.
create temp table later as
select indexdef, indexrelid::regclass::text as name
from pg_indexes
join pg_index on indexrelid = ('public.' || indexname)::regclass
where schemaname = 'public' and tablename in ('multiplatform_post_queue', 'multiplatform_post_history')
  and not indisprimary;
do $$
declare
  index_name text;
begin
  for index_name in select name from later loop
    execute format('drop index %s', index_name);
  end loop;
end
$$;
alter table multiplatform_post_queue set (autovacuum_enabled = false);
alter table multiplatform_post_history set (autovacuum_enabled = false);
alter table multiplatform_post_queue drop constraint multiplatform_post_queue_pkey;
alter table multiplatform_post_history drop constraint multiplatform_post_history_pkey;

insert into multiplatform_post_queue (
  id, original_post_id, creator_id, target_platform, status, error_message, retry_count, queued_at, completed_at, failed_at,
  updated_at, scheduled_for
)
select
  -- Of version 7, of the time at which it was queued.
  (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
    || substr(md5(n::text), 4, 15))::uuid,
  ('00000001-0000-4000-8000-' || lpad((1 + n % 100000)::text, 12, '0'))::uuid,
  ('00000000-0000-4000-8000-' || lpad((1 + (1 + n % 100000) % 1000)::text, 12, '0'))::uuid,
  platforms[1 + abs(hashtext('platform ' || n)) % 50],
  status::platform_post_status,
  case when status = 'failed' then (array[
    'Took ' || n % 1000 || ' ms', 'Platform "x' || n % 100 || '" is unknown.', 'The original post is private.',
    'null value in column "price" of relation "content_posts" violates not-null constraint (SQLSTATE 23502)',
    'Post ' || md5(n::text)::uuid || ' refused'
  ])[1 + abs(hashtext('cause ' || n)) % 5] end,
  case when status = 'failed' then 3 else 0 end,
  at,
  case when status = 'posted' then at + interval '1 minute' end,
  case when status = 'failed' then at + interval '15 minutes' end,
  at + interval '15 minutes',
  case when status = 'queued' and n % 2 = 0 then now() + interval '1 day' end
from (
  select
    n,
    enum_range(null::platform_cluster)::text[] as platforms,
    case
      when n > {items} * 0.99 then 'queued'
      when n % 50 = 7 then 'failed'
      when n % 1000 = 11 then 'cancelled'
      else 'posted'
    end as status,
    case
      when n > {items} * 0.99 then now() - ({items} + 1 - n) * interval '0.01 s'
      else now() - ({items} - n) * (interval '90 days' / {items})
    end as at
  from generate_series(1, {items}) n
) as made;

insert into multiplatform_post_history (
  id, original_post_id, creator_id, target_platform, time_to_post_seconds, posted_at
)
select uuid_v7(), original_post_id, creator_id, target_platform, 5 + (hashtext(id::text) & 255), completed_at
from multiplatform_post_queue
where status = 'posted';

alter table multiplatform_post_queue add primary key (id);
alter table multiplatform_post_history add primary key (id);
do $$
declare
  definition text;
begin
  for definition in select indexdef from later loop
    execute definition;
  end loop;
end
$$;
alter table multiplatform_post_queue reset (autovacuum_enabled);
alter table multiplatform_post_history reset (autovacuum_enabled);
analyze multiplatform_post_queue;
analyze multiplatform_post_history;
analyze content_posts;

do $$
begin
  while not (public.post_queue_roll_up() ->> 'is_current')::boolean loop
  end loop;
end
$$;
