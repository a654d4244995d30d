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
